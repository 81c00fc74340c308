package dev.halley.internal.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far a session has got in waking its customer: the columns of the table in {@link Session}. */
public sealed interface Phase {

    /** How many pushes can wait behind the one being sent; beyond that, rows go together in one push. */
    int MOST_STOPS = 64;

    /** Returns when this phase is to be woken; empty for never. */
    default Optional<Instant> due() {
        return Optional.empty();
    }

    /** The customer is connected, is expected within seconds, or polls. */
    record Online() implements Phase {}

    /** The customer is away, and there is nothing to tell. */
    record Quiet() implements Phase {}

    /** The customer is away, with something to tell once the grace period is over. */
    record Grace(Instant until) implements Phase {
        @Override
        public Optional<Instant> due() {
            return Optional.of(until);
        }
    }

    /**
     * A push was begun; whoever committed {@code attempt} sends it.
     *
     * @param push the push
     * @param attempt its number from 1 on; with the push's key it identifies this sending
     * @param lease when another attempt may begin
     * @param then the positions where the next pushes end: ascending, beyond {@code push.to()}, at most {@link
     *     #MOST_STOPS}
     */
    record Sending(Push push, int attempt, Instant lease, List<Long> then) implements Phase {
        public Sending {
            then = List.copyOf(then);
        }

        @Override
        public Optional<Instant> due() {
            return Optional.of(lease);
        }
    }

    /**
     * A push failed and waits for its next attempt.
     *
     * @param at when the next attempt begins; null while there is no device to send it to
     */
    record Retrying(Push push, int attempt, @Nullable Instant at) implements Phase {
        @Override
        public Optional<Instant> due() {
            return Optional.ofNullable(at);
        }
    }

    /** The customer is away, and told of all there is, as far as that is possible. */
    record Alerted() implements Phase {}

    /**
     * One push, which always has the same rows until it is settled, unless they were too large.
     *
     * @param to the position of its last row; it carries the pushable rows after {@code pushed} up to there
     * @param failures how many attempts have failed
     * @param until when it is given up
     * @param newestAlone whether it carries only the newest of its rows, because all of them were too large
     */
    record Push(long to, int failures, Instant until, boolean newestAlone) {
        Push(long to, int failures, Instant until) {
            this(to, failures, until, false);
        }

        Push failed() {
            return new Push(to, failures + 1, until, newestAlone);
        }

        Push withNewestAlone() {
            return new Push(to, failures, until, true);
        }
    }
}

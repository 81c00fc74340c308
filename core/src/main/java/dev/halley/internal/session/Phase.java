package dev.halley.internal.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far a session is with waking its customer: the columns of the table in {@link Session}. */
public sealed interface Phase {

    /** How many pushes can wait behind the one being sent; beyond that they go together. */
    int MOST_STOPS = 64;

    /** Returns when this phase wants to be woken. */
    default Optional<Instant> due() {
        return Optional.empty();
    }

    /** The customer is connected, is expected within seconds, or polls. */
    record Online() implements Phase {}

    /** Away, and nothing to tell. */
    record Quiet() implements Phase {}

    /** Away, with something to tell once the grace period is over. */
    record Grace(Instant until) implements Phase {
        @Override
        public Optional<Instant> due() {
            return Optional.of(until);
        }
    }

    /**
     * A push was begun; whoever committed {@code attempt} sends it.
     *
     * @param push what is sent
     * @param attempt counts from 1; with the push's key it names this sending
     * @param lease when another attempt may begin
     * @param then where the next pushes end: ascending, beyond {@code push.to()}, at most {@link #MOST_STOPS}
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
     * @param at when; null while there is no device to send it to
     */
    record Retrying(Push push, int attempt, @Nullable Instant at) implements Phase {
        @Override
        public Optional<Instant> due() {
            return Optional.ofNullable(at);
        }
    }

    /** Away, and told of all there is, as far as anybody can be told. */
    record Alerted() implements Phase {}

    /**
     * One push, frozen until it is settled.
     *
     * @param to its last row; it carries the pushable rows from {@code pushed} up to there
     * @param failures how many attempts were made and failed
     * @param until when it is given up
     */
    record Push(long to, int failures, Instant until) {
        Push failed() {
            return new Push(to, failures + 1, until);
        }
    }
}

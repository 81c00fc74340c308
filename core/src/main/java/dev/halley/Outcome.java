package dev.halley;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a push service said. Reasons are words for counting and for the log, such as {@code 503} or {@code BadDeviceToken}:
 * never a token, a text or a secret.
 */
public sealed interface Outcome {

    /** The push service has taken the push. */
    record Accepted() implements Outcome {}

    /**
     * The push service will never take this push; it counts as told and is not sent again.
     *
     * @param reason why
     */
    record Rejected(String reason) implements Outcome {
        /** Checks that there is a reason. */
        public Rejected {
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The device can no longer be reached under this token, which is forgotten. The push waits for another token.
     *
     * @param reason why
     * @param since since when, if the service says so: a token registered later is kept
     */
    record Unregistered(String reason, Optional<Instant> since) implements Outcome {
        /** Checks that there is a reason. */
        public Unregistered {
            requireNonNull(reason, "reason");
            requireNonNull(since, "since");
        }

        /** An outcome of a service that does not say since when. */
        public Unregistered(String reason) {
            this(reason, Optional.empty());
        }
    }

    /**
     * Not now: the push is sent again, with the same key and the same rows.
     *
     * @param reason why
     * @param retryAfter the shortest wait that the service asks for; the back-off is added to it, so that not all who were
     *     told the same come back together. More than a day counts as a day
     * @param forAll whether that holds for all that share the circuit of this push: none of them is sent before it is over
     */
    record Unavailable(String reason, Optional<Duration> retryAfter, boolean forAll) implements Outcome {
        /** Checks that there is a reason. */
        public Unavailable {
            requireNonNull(reason, "reason");
            requireNonNull(retryAfter, "retryAfter");
        }

        /** An outcome of this push alone. */
        public Unavailable(String reason, Optional<Duration> retryAfter) {
            this(reason, retryAfter, false);
        }

        /** An outcome of a service that does not say for how long. */
        public Unavailable(String reason) {
            this(reason, Optional.empty());
        }
    }
}

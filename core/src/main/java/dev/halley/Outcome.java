package dev.halley;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a push service answered. Reasons are words for counting and for the log, such as {@code 503} or
 * {@code BadDeviceToken}, and never contain a token, a text or a secret.
 */
public sealed interface Outcome {

    /** The push service has accepted the push. */
    record Accepted() implements Outcome {}

    /**
     * The push service will never accept this push. Its rows count as told, and it is not sent again.
     *
     * @param reason why
     */
    record Rejected(String reason) implements Outcome {
        /**
         * Checks that there is a reason.
         *
         * @param reason {@link #reason()}
         */
        public Rejected {
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The push service accepts no push of this size. It is sent once more at once, with the same key and its newest row
     * alone. If that is too large as well, its rows count as told.
     *
     * @param reason why
     */
    record TooLarge(String reason) implements Outcome {
        /**
         * Checks that there is a reason.
         *
         * @param reason {@link #reason()}
         */
        public TooLarge {
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The device can no longer be reached under this token. The token is forgotten, and the push waits for another one.
     *
     * @param reason why
     * @param since since when; empty if the service does not say so. A token that was registered later is kept
     */
    record Unregistered(String reason, Optional<Instant> since) implements Outcome {
        /**
         * Checks that there is a reason.
         *
         * @param reason {@link #reason()}
         * @param since {@link #since()}
         */
        public Unregistered {
            requireNonNull(reason, "reason");
            requireNonNull(since, "since");
        }

        /**
         * Creates the outcome of a service that does not say since when.
         *
         * @param reason why
         */
        public Unregistered(String reason) {
            this(reason, Optional.empty());
        }
    }

    /**
     * The push service can't accept the push now. It is sent again, with the same key and the same rows.
     *
     * @param reason why
     * @param retryAfter the shortest wait that the service asks for; more than a day counts as a day. The back-off is
     *     added to it, so that pushes which were told the same do not all come back together
     * @param forAll whether all pushes with the same circuit must wait that long, too
     */
    record Unavailable(String reason, Optional<Duration> retryAfter, boolean forAll) implements Outcome {
        /**
         * Checks that there is a reason.
         *
         * @param reason {@link #reason()}
         * @param retryAfter {@link #retryAfter()}
         * @param forAll {@link #forAll()}
         */
        public Unavailable {
            requireNonNull(reason, "reason");
            requireNonNull(retryAfter, "retryAfter");
        }

        /**
         * Creates an outcome that concerns only this push.
         *
         * @param reason why
         * @param retryAfter the shortest wait that the service asks for
         */
        public Unavailable(String reason, Optional<Duration> retryAfter) {
            this(reason, retryAfter, false);
        }

        /**
         * Creates the outcome of a service that does not say how long to wait.
         *
         * @param reason why
         */
        public Unavailable(String reason) {
            this(reason, Optional.empty());
        }
    }
}

package dev.halley.testkit;

import java.net.URI;

/**
 * A push service for a {@link PushProviderContract}: a server within the test that answers as the real one does. For
 * HTTP/1.1 there is {@link HttpPushService}. It need not hang, reset connections or send garbage: the contract does so,
 * between the provider and the service.
 *
 * <p>Implementations are thread-safe.
 */
public interface PushService extends AutoCloseable {

    /** What a push service answers, in whatever way its protocol says so. */
    enum Answer {
        /** The push is accepted. */
        ACCEPTED,
        /** The push is accepted, with nine kilobytes of headers, as gateways and firewalls add them. */
        ACCEPTED_AT_LENGTH,
        /** The push can never be accepted: it is malformed or too long, for example. */
        REJECTED,
        /** The token belongs to no device, or no longer. */
        UNREGISTERED,
        /** The push can't be accepted now. */
        UNAVAILABLE,
        /** The push can't be accepted for the next 60 seconds. */
        UNAVAILABLE_FOR_A_MINUTE,
        /**
         * The same, but it names the date at which the 60 seconds are over, and its clock, which also dates its
         * answers, is an hour ahead.
         */
        UNAVAILABLE_UNTIL_A_DATE,
        /** The answer begins well and never ends. */
        ENDLESS
    }

    /** {@return where it listens} The contract gives the provider the same URL with another port of the same host. */
    URI url();

    /**
     * Sets the answer to every push from now on. Default: {@link Answer#ACCEPTED}.
     *
     * @param answer the answer
     * @throws org.opentest4j.TestAbortedException if the push service has no such answer, which skips the test; {@link
     *     org.junit.jupiter.api.Assumptions#abort} throws it
     */
    void answer(Answer answer);

    /** Closes all connections and stops listening. */
    @Override
    void close();
}

package dev.halley.testkit;

import java.net.URI;

/**
 * A push service that a {@link PushProviderContract} talks to: a server of the test's own that answers as the real one does.
 * Over HTTP/1.1 it is an {@link HttpPushService}. Hanging, resets and garbage are not its business: the contract cuts in
 * between the provider and the service.
 *
 * <p>Implementations are thread-safe.
 */
public interface PushService extends AutoCloseable {

    /** What a push service answers, whatever that is in its protocol. */
    enum Answer {
        /** The push is taken. */
        ACCEPTED,
        /** The push will never be taken: it is malformed, say, or too long. */
        REJECTED,
        /** The token is that of no device, or no longer. */
        UNREGISTERED,
        /** Not now. */
        UNAVAILABLE,
        /** Not now, and not for the next 60 seconds. */
        UNAVAILABLE_FOR_A_MINUTE,
        /** An answer that begins as it should and never ends. */
        ENDLESS
    }

    /** Returns where it listens. The contract gives the provider the same URL, but for another port of the same host. */
    URI url();

    /**
     * Answers so from now on; at first, it accepts.
     *
     * @throws org.opentest4j.TestAbortedException if the push service has no such answer, which skips the test; {@link
     *     org.junit.jupiter.api.Assumptions#abort} throws it
     */
    void answer(Answer answer);

    /** Hangs up, and is no longer there. */
    @Override
    void close();
}

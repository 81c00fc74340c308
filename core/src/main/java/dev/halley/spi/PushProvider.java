package dev.halley.spi;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Sends pushes through one kind of push service. Life cycle: a {@link PushProviderFactory} makes it; then
 * {@code format} and {@code send} are called from any thread, many at a time; then {@code close}.
 *
 * <p>Implementations are thread-safe, do not retry (the engine does, durably) and do not block.
 */
public interface PushProvider extends AutoCloseable {

    /**
     * Gives a notification the form of the platform, within its limit. Pure: equal arguments give equal payloads.
     *
     * @param notification what the push is about
     * @param device where it goes
     * @return what to send
     * @throws IllegalArgumentException if the push can't be sent at all. It then counts as rejected, with the
     *     exception's message as the reason, which must be short and without a token, a text or a secret
     */
    Payload format(Notification notification, Device device);

    /**
     * Sends a payload, once.
     *
     * @param payload what {@link #format} returned
     * @param device where it goes
     * @return what the service answered; to complete exceptionally counts as {@link Outcome.Unavailable}
     */
    CompletionStage<Outcome> send(Payload payload, Device device);

    /**
     * Names the credential or endpoint on which the success of a device's pushes depends. Each has its own circuit
     * breaker and bulkhead. Default: one for the provider.
     *
     * @param device the device
     * @return the name, without a secret
     */
    default String circuit(Device device) {
        return "";
    }

    /**
     * Names the server that a device's pushes go to, for the log. Default: nothing.
     *
     * @param device the device
     * @return a host, perhaps with its port, as the operator has configured it; empty if there is none, or if the
     *     device names it: what a customer chose is not logged
     */
    default String server(Device device) {
        return "";
    }

    /**
     * Returns the words by which the log tells failures of this provider apart. Reasons that consist of such a word, an
     * HTTP status, or both are told apart; all others count as one kind. Default: no words.
     *
     * @return whole reasons, or single words of them; the same on every call
     */
    default Set<String> reasons() {
        return Set.of();
    }

    /** Closes what this provider opened and completes what is still unanswered. A second call does nothing. */
    @Override
    default void close() {}
}

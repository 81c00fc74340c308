package dev.halley.spi;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * Sends pushes over one kind of push service. Life cycle: made by a {@link PushProviderFactory} without I/O; {@code format}
 * and {@code send} from any thread, many at a time; {@code close} once, at the end.
 *
 * <p>Implementations are thread-safe, do not retry (the engine does, durably) and do not block.
 */
public interface PushProvider extends AutoCloseable {

    /**
     * Gives a notification the form of the platform, within its limit. Pure: the same arguments give an equal payload.
     *
     * @throws IllegalArgumentException if it can't be sent at all; the push then counts as rejected, for the reason that is
     *     the exception's message: short, without a token, a text or a secret
     */
    Payload format(Notification notification, Device device);

    /**
     * Sends a payload, once.
     *
     * @return what the service said; exceptionally counts as {@link Outcome.Unavailable}
     */
    CompletionStage<Outcome> send(Payload payload, Device device);

    /**
     * Names what a device's pushes share their fate with: a credential or an endpoint. Each has a circuit breaker and a
     * bulkhead of its own. Default: one for the provider.
     */
    default String circuit(Device device) {
        return "";
    }

    /** Closes what this provider opened, settles what is still unanswered, and does nothing the second time. */
    @Override
    default void close() {}
}

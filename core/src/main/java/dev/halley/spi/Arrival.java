package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import dev.halley.UserId;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a customer says when connecting or disconnecting.
 *
 * @param user the customer, already authenticated
 * @param serviceId the instance of the service whose chat is meant; null for the customer's latest chat
 * @param secureKey the owner's key; null if none was sent
 * @param position the highest position that arrived; empty if none was sent or it can't be read
 * @param earlier the position that was named before {@code position}, and counts if that is beyond the end; usually
 *     empty
 * @param order the order of handshakes: of all customers' connections, the one with the highest serves the chat
 */
public record Arrival(
        UserId user,
        @Nullable String serviceId,
        @Nullable String secureKey,
        OptionalLong position,
        OptionalLong earlier,
        long order) {

    /**
     * Checks that there is a user.
     *
     * @param user {@link #user()}
     * @param serviceId {@link #serviceId()}
     * @param secureKey {@link #secureKey()}
     * @param position {@link #position()}
     * @param earlier {@link #earlier()}
     * @param order {@link #order()}
     */
    public Arrival {
        requireNonNull(user, "user");
        requireNonNull(position, "position");
        requireNonNull(earlier, "earlier");
    }

    /**
     * Creates an arrival without an order: of several, the one that is attached last serves the chat.
     *
     * @param user the customer, already authenticated
     * @param serviceId the instance of the service whose chat is meant; null for the customer's latest chat
     * @param secureKey the owner's key; null if none was sent
     * @param position the highest position that arrived; empty if none was sent or it can't be read
     */
    public Arrival(UserId user, @Nullable String serviceId, @Nullable String secureKey, OptionalLong position) {
        this(user, serviceId, secureKey, position, OptionalLong.empty(), 0);
    }

    /**
     * Replaces the position by a newer one.
     *
     * @param newer the position; empty to keep the one that there is
     * @return a copy, or this one
     */
    public Arrival at(OptionalLong newer) {
        return newer.isEmpty() ? this : new Arrival(user, serviceId, secureKey, newer, position, order);
    }

    /** {@return a copy without the key, for use where no key is required} */
    public Arrival withoutKey() {
        return new Arrival(user, serviceId, null, position, earlier, order);
    }

    @Override
    public String toString() {
        return "Arrival[position=" + position + "]";
    }
}

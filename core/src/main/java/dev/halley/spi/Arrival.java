package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import dev.halley.UserId;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a customer says who connects or disconnects.
 *
 * @param user who it is, already authenticated
 * @param serviceId the chat meant, by the instance of its service; null for the latest
 * @param secureKey the owner's key; null if none was sent
 * @param position the highest position that arrived; empty if none was sent or it can't be read
 * @param order when the customer shook hands, compared with others: the highest of those that have connected serves the chat
 */
public record Arrival(
        UserId user, @Nullable String serviceId, @Nullable String secureKey, OptionalLong position, long order) {

    /** Checks that there is a user. */
    public Arrival {
        requireNonNull(user, "user");
        requireNonNull(position, "position");
    }

    /** Creates an arrival without an order: of several such the one that is attached last serves the chat. */
    public Arrival(UserId user, @Nullable String serviceId, @Nullable String secureKey, OptionalLong position) {
        this(user, serviceId, secureKey, position, 0);
    }

    /** Returns the same with this position, if there is one. */
    public Arrival at(OptionalLong newer) {
        return newer.isEmpty() ? this : new Arrival(user, serviceId, secureKey, newer, order);
    }

    /** Returns the same without the key, for where none is asked for. */
    public Arrival withoutKey() {
        return new Arrival(user, serviceId, null, position, order);
    }

    @Override
    public String toString() {
        return "Arrival[position=" + position + "]";
    }
}

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
 * @param earlier what was said before {@code position}, and counts where that is beyond the end; empty as a rule
 * @param order when the customer shook hands, compared with others: the highest of those that have connected serves the chat
 */
public record Arrival(
        UserId user,
        @Nullable String serviceId,
        @Nullable String secureKey,
        OptionalLong position,
        OptionalLong earlier,
        long order) {

    /** Checks that there is a user. */
    public Arrival {
        requireNonNull(user, "user");
        requireNonNull(position, "position");
        requireNonNull(earlier, "earlier");
    }

    /** Creates an arrival without an order: of several such the one that is attached last serves the chat. */
    public Arrival(UserId user, @Nullable String serviceId, @Nullable String secureKey, OptionalLong position) {
        this(user, serviceId, secureKey, position, OptionalLong.empty(), 0);
    }

    /** Returns the same with a newer position, if there is one. */
    public Arrival at(OptionalLong newer) {
        return newer.isEmpty() ? this : new Arrival(user, serviceId, secureKey, newer, position, order);
    }

    /** Returns the same without the key, for where none is asked for. */
    public Arrival withoutKey() {
        return new Arrival(user, serviceId, null, position, earlier, order);
    }

    @Override
    public String toString() {
        return "Arrival[position=" + position + "]";
    }
}

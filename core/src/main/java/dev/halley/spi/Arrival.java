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
 */
public record Arrival(
        UserId user, @Nullable String serviceId, @Nullable String secureKey, OptionalLong position) {

    /** Checks that there is a user. */
    public Arrival {
        requireNonNull(user, "user");
        requireNonNull(position, "position");
    }

    @Override
    public String toString() {
        return "Arrival[position=" + position + "]";
    }
}

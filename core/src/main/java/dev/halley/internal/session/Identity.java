package dev.halley.internal.session;

import dev.halley.ChatId;
import dev.halley.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What of a session never changes.
 *
 * @param keyHash of the owner's key; null if there is none
 */
public record Identity(
        ChatId id,
        UserId owner,
        String serviceId,
        String serviceName,
        String nickname,
        Instant startedAt,
        boolean polled,
        @Nullable String keyHash) {

    @Override
    public String toString() {
        return "Identity[" + id + "]";
    }
}

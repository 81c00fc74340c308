package dev.halley.internal.session;

import dev.halley.ChatId;
import dev.halley.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a session that never changes.
 *
 * @param keyHash the hash of the owner's key; null if there is no key
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

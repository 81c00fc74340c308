package dev.halley.push.ios;

import com.eatthepath.pushy.apns.ApnsPushNotification;
import com.eatthepath.pushy.apns.DeliveryPriority;
import com.eatthepath.pushy.apns.PushType;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A push as Pushy takes it. It replaces Pushy's own class, which prints token and payload.
 *
 * @param id the header {@code apns-id}, the same for each attempt
 * @param background whether the push wakes the app silently
 * @see <a
 *     href="https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns">Apple on
 *     requests</a>
 */
record Push(
        String token,
        String payload,
        @Nullable String topic,
        Instant expires,
        @Nullable String collapseId,
        UUID id,
        boolean background,
        DeliveryPriority priority)
        implements ApnsPushNotification {

    @Override
    public String getToken() {
        return token;
    }

    @Override
    public String getPayload() {
        return payload;
    }

    @Override
    public Instant getExpiration() {
        return expires;
    }

    @Override
    public DeliveryPriority getPriority() {
        return priority;
    }

    @Override
    public PushType getPushType() {
        return background ? PushType.BACKGROUND : PushType.ALERT;
    }

    @Override
    public @Nullable String getTopic() {
        return topic;
    }

    @Override
    public @Nullable String getCollapseId() {
        return collapseId;
    }

    @Override
    public UUID getApnsId() {
        return id;
    }

    @Override
    public String toString() {
        return "Push[" + id + "]";
    }
}

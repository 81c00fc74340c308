package dev.halley.internal.session;

import dev.halley.ServiceSettings;
import dev.halley.Settings;
import java.time.Duration;

/** The settings of one service that the rules of {@link Session} need. */
public record Policy(
        Duration gracePeriod,
        Duration attachWithin,
        Duration lease,
        Duration pushTimeToLive,
        int pushAttempts,
        Duration retention,
        int maxEvents,
        long maxChatBytes) {

    /** How long an ended chat is kept once its customer has seen the end. */
    public static final Duration LINGER = Duration.ofMinutes(1);

    public static Policy of(Settings settings, ServiceSettings service, Duration pushTimeToLive) {
        return new Policy(
                service.gracePeriod(),
                settings.attachWithin(),
                settings.lease(),
                pushTimeToLive,
                settings.pushAttempts(),
                settings.retention(),
                settings.maxEvents(),
                settings.maxChatBytes());
    }
}

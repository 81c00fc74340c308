package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NotificationTest {

    private static final Instant AT = Instant.parse("2015-03-03T20:36:12Z");

    @Test
    void timeToLive_isWhatIsLeft_andNeverNegative() {
        assertThat(expiring(AT.plusSeconds(90)).timeToLive()).isEqualTo(Duration.ofSeconds(90));
        assertThat(expiring(AT).timeToLive()).isZero();
        assertThat(expiring(AT.minusSeconds(1)).timeToLive()).isZero();
    }

    private static Notification expiring(Instant expires) {
        return new Notification(
                "key",
                Notification.NEW_AGENT_MESSAGE,
                "New message",
                "service",
                "",
                List.of(),
                1,
                AT,
                expires,
                Map.of());
    }
}

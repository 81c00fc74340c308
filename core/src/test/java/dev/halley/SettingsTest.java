package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void defaults_areThoseOfTheDocuments() {
        Settings settings = Settings.builder().build();
        assertThat(settings.services()).containsExactly(Settings.REQUEST_CHAT);
        assertThat(settings.requireSecureKey()).isFalse();
        assertThat(settings.confirmByConnect()).isTrue();
        assertThat(settings.maxEvents()).isEqualTo(10_000);
        assertThat(settings.maxText()).isEqualTo(24 * 1024);
        assertThat(settings.maxChatBytes()).isEqualTo(4 * 1024 * 1024);
        assertThat(settings.maxChatsPerUser()).isEqualTo(200);
        assertThat(settings.maxSessionsPerUser()).isEqualTo(50);
        long heap = Runtime.getRuntime().maxMemory();
        assertThat(settings.maxChats()).isEqualTo(heap / 2 / 10_240);
        assertThat(settings.maxBytes()).isEqualTo(heap / 4);
        assertThat(settings.bodyTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.allowedOrigins()).isEmpty();
        assertThat(settings.retention()).isEqualTo(Duration.ofHours(72));
        assertThat(settings.attachWithin()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.pushTimeToLive()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.pushAttempts()).isEqualTo(12_000);
        assertThat(settings.pushesInFlight()).isEqualTo(500);

        ServiceSettings service = settings.service(Settings.REQUEST_CHAT).orElseThrow();
        assertThat(service.gracePeriod()).isEqualTo(Duration.ofSeconds(90));
        assertThat(service.message()).isEqualTo("New message from Agent");
        assertThat(service.agentMessage()).isEqualTo("customer is not online");
        assertThat(service.filter()).isEqualTo(EventFilter.DEFAULT);
        assertThat(service.refusedAfterEnd()).isFalse();
    }

    @Test
    void aService_isAddedBesideTheOneThatAlwaysExists() {
        Settings settings = Settings.builder()
                .service("sales", ServiceSettings.DEFAULT.withGracePeriod(Duration.ZERO))
                .build();
        assertThat(settings.services()).containsExactly(Settings.REQUEST_CHAT, "sales");
        assertThat(settings.service("sales").orElseThrow().gracePeriod()).isZero();
        assertThat(settings.service("other")).isEmpty();
    }

    @Test
    void aRetention_mustBeLongerThanAllThatMayBePending() {
        Duration least = Duration.ofSeconds(90).plus(Duration.ofHours(48)).plus(Duration.ofMinutes(64));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.builder().retention(least).build())
                .withMessageContaining("retention " + least.toSeconds() + " s is too short");
        assertThat(Settings.builder().retention(least.plusSeconds(1)).build().retention())
                .isEqualTo(least.plusSeconds(1));
    }

    @Test
    void aRetention_isHeldAgainstTheLongestGracePeriodOfAll() {
        Settings.Builder builder = Settings.builder()
                .service("patient", ServiceSettings.DEFAULT.withGracePeriod(Duration.ofHours(12)))
                .retention(Duration.ofHours(50));
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("grace period");
    }

    @Test
    void aLease_isAtLeastTwiceTheSendTimeout() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Settings.builder().lease(Duration.ofSeconds(59)).build())
                .withMessageContaining("lease");
    }

    @Test
    void valuesOutOfBounds_areRefused() {
        Settings.Builder builder = Settings.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxEvents(9))
                .withMessageContaining("10");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxText(24 * 1024 + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxText(99));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxChatBytes(-1))
                .withMessageContaining("0 for no bound");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxChatsPerUser(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxSessionsPerUser(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxChats(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.bodyTimeout(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.retention(Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.retention(Duration.ofDays(3_651)))
                .withMessageContaining("at most 3650 days");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.attachWithin(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pushAttempts(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pushesInFlight(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceSettings.DEFAULT.withGracePeriod(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceSettings.DEFAULT.withGracePeriod(Duration.ofHours(13)));
    }

    @Test
    void pushing_canBeBoundedOtherwise() {
        Settings settings = Settings.builder()
                .sendTimeout(Duration.ofSeconds(5))
                .pushAttempts(3)
                .pushesInFlight(7)
                .build();
        assertThat(settings.sendTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.pushAttempts()).isEqualTo(3);
        assertThat(settings.pushesInFlight()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example",
                "http://127.0.0.1:8080",
                "https://[fd00::1]:8443",
                "null",
                "file://",
                "capacitor://localhost",
                "ionic://localhost"
            })
    void originsAsBrowsersSendThem_areAllowed(String origin) {
        assertThat(Settings.builder().allowedOrigins(Set.of(origin)).build().allowedOrigins())
                .containsExactly(origin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "",
                "shop.example",
                "https://shop.example/",
                "https://shop.example/page",
                "https://*.example",
                "https://user@shop.example",
                "HTTPS://Shop.example",
                "https://a.example,https://b.example",
                "https://",
                "https://a.example b"
            })
    void anythingElse_isNoOrigin(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.builder().allowedOrigins(Set.of(origin)))
                .withMessageContaining("allowedOrigins are origins as browsers send them");
    }
}

package dev.halley.examples.server;

import static dev.halley.examples.server.ChatApiTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import dev.halley.UserId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedKeysTest {

    private static final UserId ADA = new UserId("ada");
    private static final InetSocketAddress HERE = new InetSocketAddress("192.0.2.1", 1);
    private static final InetSocketAddress HERE_AGAIN = new InetSocketAddress("192.0.2.1", 2);
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("192.0.2.2", 1);

    private final AtomicLong nanos = new AtomicLong();
    private final FailedKeys keys = new FailedKeys(new com.google.common.base.Ticker() {
        @Override
        public long read() {
            return nanos.get();
        }
    });

    @Test
    void fiveFailuresWithinAMinute_slowDownThisUserFromThisAddress_andNobodyElse() {
        for (int i = 0; i < 5; i++) {
            assertThat(keys.secondsToWait(ADA, HERE)).isZero();
            keys.failed(ADA, HERE);
        }

        assertThat(keys.secondsToWait(ADA, HERE_AGAIN)).isBetween(59L, 61L);
        assertThat(keys.secondsToWait(ADA, ELSEWHERE)).isZero();
        assertThat(keys.secondsToWait(new UserId("eve"), HERE)).isZero();
    }

    @Test
    void theMinuteCountsFromTheFirstFailure_andEnds() {
        for (int i = 0; i < 5; i++) {
            keys.failed(ADA, HERE);
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        }
        assertThat(keys.secondsToWait(ADA, HERE)).isBetween(10L, 11L);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());

        assertThat(keys.secondsToWait(ADA, HERE)).isZero();
        keys.failed(ADA, HERE);
        assertThat(keys.secondsToWait(ADA, HERE)).isZero();
    }

    @Test
    void failures_areKeptOfSoManyAtMost() {
        for (int i = 0; i < 2 * FailedKeys.MOST_CALLERS; i++) {
            keys.failed(new UserId("user" + i), HERE);
        }

        assertThat(keys.size()).isLessThanOrEqualTo(FailedKeys.MOST_CALLERS);
    }

    @Test
    void guessing_is429_onRestAndForHandshakes_alsoWithTheRightKey() throws Exception {
        try (RunningServer server = RunningServer.start(
                ServerSettings.of(Options.of(Map.of("halley", Map.of("require_secure_key", true)))))) {
            Http http = new Http(server.uri());
            String url = http.post("ada", "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            String key = http.post("ada", url, "_verbose=true&notify_by=comet")
                    .json()
                    .path("secureKey")
                    .asText();
            for (int i = 0; i < 3; i++) {
                assertRefused(http.post("ada", url + "/refresh", "secureKey=guess" + i), 404);
                assertThat(http.post("ada", url + "/refresh", "secureKey=" + key)
                                .status())
                        .isEqualTo(200);
            }
            for (int i = 0; i < 2; i++) {
                assertThat(handshake(http, "guess").path("error").asText()).startsWith("403::");
            }

            Http.Reply refused = http.post("ada", url + "/refresh", "secureKey=" + key);
            assertRefused(refused, 429);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            JsonNode handshake = handshake(http, key);
            assertThat(handshake.path("successful").asBoolean()).isFalse();
            assertThat(handshake.path("error").asText()).startsWith("429::");
            assertThat(handshake.at("/advice/interval").asLong()).isBetween(1_000L, 60_000L);
            assertThat(http.post("bob", "/genesys/1/service/request-chat", "").status())
                    .isEqualTo(200);
        }
    }

    private static JsonNode handshake(Http http, String key) {
        return http.post(
                        "ada",
                        "/genesys/cometd",
                        "application/json",
                        "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                                + "[\"long-polling\"],\"ext\":{\"secureKey\":\"" + key + "\"}}")
                .json()
                .get(0);
    }
}

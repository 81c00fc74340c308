package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.spi.Payload;
import dev.halley.testkit.Pushes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a server that behaves. */
class HttpProviderTest {

    private static final Device DEVICE = Device.of("customhttp", "device-1");
    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00.9Z");

    private Receiver receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
    }

    @AfterEach
    void stop() throws Exception {
        receiver.close();
    }

    @Test
    void send_postsTheBodyByteForByte() throws Exception {
        try (Pushes pushes = HttpPushes.to(receiver.url("/push?a=b+c%20d&e"))) {
            assertThat(pushes.send(DEVICE, "Grüße 😀")).isEqualTo(new Outcome.Accepted());
            Receiver.Arrived arrived = receiver.only();
            assertThat(arrived.method()).isEqualTo("POST");
            assertThat(arrived.target()).isEqualTo("/push?a=b+c%20d&e");
            assertThat(arrived.header("content-type")).isEqualTo("application/json");
            assertThat(arrived.body())
                    .isEqualTo(Body.toJson(Pushes.notification(Pushes.KEY, Map.of(), "Grüße 😀"), DEVICE, 65_536));
        }
    }

    @Test
    void send_hasNoHeadersButThoseItNeeds() throws Exception {
        try (Pushes pushes = HttpPushes.to(receiver.url("/"))) {
            receiver.answer(200, Map.of("Set-Cookie", "a=b"));
            pushes.send();
            pushes.send();
            assertThat(receiver.arrived)
                    .hasSize(2)
                    .allSatisfy(arrived -> assertThat(arrived.headers())
                            .containsOnlyKeys(
                                    "host",
                                    "user-agent",
                                    "content-type",
                                    "content-length",
                                    "webhook-id",
                                    "webhook-timestamp"));
        }
    }

    @Test
    void send_signsForTheStandardWebhooksLibrary() throws Exception {
        Map<String, String> options = Map.of(
                "customhttp.url",
                receiver.url("/"),
                "customhttp.secret",
                SignerTest.SECRET + " " + SignerTest.OTHER,
                "customhttp.authorization",
                "Bearer abc");
        try (Pushes pushes = HttpPushes.of("customhttp", options)) {
            pushes.send(DEVICE, "Grüße 😀");
            Receiver.Arrived arrived = receiver.only();
            new Webhook(SignerTest.SECRET).verify(arrived.body(), arrived.headers());
            new Webhook(SignerTest.OTHER).verify(arrived.body(), arrived.headers());
            assertThat(arrived.header("authorization")).isEqualTo("Bearer abc");
        }
    }

    @Test
    void send_keepsTheIdAndTakesTheTimeOfTheAttempt() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        Map<String, String> options =
                Map.of("customhttp.url", receiver.url("/"), "customhttp.secret", SignerTest.SECRET);
        try (Pushes pushes = HttpPushes.of("customhttp", options, now::get)) {
            pushes.send();
            now.set(NOW.plusSeconds(7));
            pushes.send();

            assertThat(receiver.arrived)
                    .extracting(arrived -> arrived.header("webhook-id"))
                    .containsExactly(Pushes.KEY, Pushes.KEY);
            assertThat(receiver.arrived)
                    .extracting(arrived -> arrived.header("webhook-timestamp"))
                    .containsExactly(Long.toString(NOW.getEpochSecond()), Long.toString(NOW.getEpochSecond() + 7));
            assertThat(receiver.arrived.get(1).body())
                    .isEqualTo(receiver.arrived.get(0).body());
            assertThat(receiver.arrived.get(1).header("webhook-signature"))
                    .isEqualTo(new Webhook(SignerTest.SECRET)
                            .sign(
                                    Pushes.KEY,
                                    NOW.getEpochSecond() + 7,
                                    receiver.arrived.get(1).body()));
        }
    }

    @Test
    void send_saysWhatTheStatusMeans() throws Exception {
        Map<String, String> options = Map.of("customhttp.url", receiver.url("/"));
        try (Pushes pushes = HttpPushes.of("customhttp", options, () -> NOW)) {
            receiver.answer(204, Map.of());
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            receiver.answer(302, Map.of("Location", receiver.url("/elsewhere")));
            assertThat(pushes.send()).isEqualTo(new Outcome.Rejected("302"));
            receiver.answer(401, Map.of("WWW-Authenticate", "Basic realm=\"a\""));
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("401"));
            receiver.answer(407, Map.of("Proxy-Authenticate", "Basic realm=\"a\""));
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("407"));
            receiver.answer(410, Map.of());
            assertThat(pushes.send()).isEqualTo(new Outcome.Unregistered("410"));
            receiver.answer(503, Map.of("Retry-After", "2"));
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("503", Optional.of(Duration.ofSeconds(2))));
            // Its clock is an hour ahead of ours.
            receiver.answer(
                    429,
                    Map.of("Date", "Tue, 24 Nov 2026 09:00:00 GMT", "Retry-After", "Tue, 24 Nov 2026 09:01:00 GMT"));
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("429", Optional.of(Duration.ofMinutes(1))));
            assertThat(receiver.arrived)
                    .hasSize(7)
                    .noneMatch(arrived -> arrived.target().contains("elsewhere"));
        }
    }

    /** A deploy, a firewall, a secret that is being replaced: the push is sent again once that is over. */
    @ParameterizedTest
    @CsvSource({"customhttp, 401", "customhttp, 403", "customhttp, 404", "httpcb, 401", "httpcb, 403", "httpcb, 404"})
    void send_refusedForWhatIsNotThePushsFault_isUnavailable_unlessTheOperatorSaysItIsFinal(String type, int status)
            throws Exception {
        Device device = Device.of(type, receiver.url("/"));
        Map<String, String> options = Map.of("customhttp.url", receiver.url("/"), "httpcb.allow", "http://127.0.0.1");
        receiver.answer(status, Map.of("Retry-After", "7"));
        try (Pushes pushes = HttpPushes.of(type, options)) {
            assertThat(pushes.send(device, "Hello"))
                    .isEqualTo(new Outcome.Unavailable(Integer.toString(status), Optional.of(Duration.ofSeconds(7))));
        }
        Map<String, String> withFinal = new HashMap<>(options);
        withFinal.put("customhttp.final", "401,403, 404");
        try (Pushes pushes = HttpPushes.of(type, withFinal)) {
            assertThat(pushes.send(device, "Hello")).isEqualTo(new Outcome.Rejected(Integer.toString(status)));
            receiver.answer(503, Map.of());
            assertThat(pushes.send(device, "Hello")).isEqualTo(new Outcome.Unavailable("503"));
        }
    }

    @Test
    void format_isPureAndKeepsItsSecretsToItself() {
        Map<String, String> options = Map.of(
                "customhttp.url",
                "http://127.0.0.1:9/hunter2",
                "customhttp.secret",
                SignerTest.SECRET,
                "customhttp.authorization",
                "Bearer hunter2");
        try (Pushes pushes = HttpPushes.of("customhttp", options)) {
            Notification notification = pushes.notification(Pushes.KEY, DEVICE, "Hello");
            Payload payload = pushes.provider().format(notification, DEVICE);
            assertThat(payload).isEqualTo(pushes.provider().format(notification, DEVICE));
            assertThat(payload.key()).isEqualTo(Pushes.KEY);
            assertThat(payload.toString()).doesNotContain("hunter2", "whsec_", "Hello");
        }
    }

    @Test
    void format_refusesAPushWithoutAnUrl() {
        try (Pushes pushes = HttpPushes.to(receiver.url("/"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pushes.provider()
                            .format(
                                    Pushes.notification(Pushes.KEY, Map.of(), "Hello"),
                                    new Device("customhttp", "token", "other", "", false)))
                    .withMessage("customhttp.url is not set");
        }
    }

    @Test
    void send_manyAtOnceOnFewThreads() throws Exception {
        int many = 1_000;
        Map<String, String> options = Map.of("customhttp.url", receiver.url("/"), "customhttp.timeout", "30");
        try (Pushes pushes = HttpPushes.of("customhttp", options)) {
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            long most = 0;
            for (int i = 0; i < many; i++) {
                Payload payload = pushes.provider().format(pushes.notification("key_1_" + i, DEVICE, "Hello"), DEVICE);
                outcomes.add(pushes.provider().send(payload, DEVICE).toCompletableFuture());
                most = Math.max(most, i % 50 == 0 ? threads() : 0);
            }
            for (CompletableFuture<Outcome> outcome : outcomes) {
                assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(new Outcome.Accepted());
            }
            assertThat(Math.max(most, threads())).isBetween(1L, 13L);
            assertThat(receiver.arrived.stream()
                            .map(arrived -> arrived.header("webhook-id"))
                            .distinct())
                    .hasSize(many);
        }
    }

    @Test
    void close_leavesNoThreads() throws Exception {
        Pushes pushes = HttpPushes.to(receiver.url("/"));
        pushes.send();
        assertThat(threads()).isPositive();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("halley-push-http"))
                .allMatch(Thread::isDaemon);
        pushes.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> threads() == 0);
    }

    @Test
    void send_afterTheEndSaysSo() throws Exception {
        Pushes pushes = HttpPushes.to(receiver.url("/"));
        pushes.close();
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("too much to do"));
        assertThat(receiver.arrived).isEmpty();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("halley-push-http"))
                .count();
    }
}

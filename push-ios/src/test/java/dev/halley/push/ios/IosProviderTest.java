package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eatthepath.pushy.apns.server.RejectionReason;
import dev.halley.Device;
import dev.halley.Outcome;
import dev.halley.standins.ApnsStandIn;
import dev.halley.standins.Certificates;
import dev.halley.testkit.Pushes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that behaves. */
class IosProviderTest {

    private static final String UUID_OF_KEY =
            UUID.nameUUIDFromBytes(Pushes.KEY.getBytes(StandardCharsets.UTF_8)).toString();

    private final List<ApnsStandIn.Push> arrived = Collections.synchronizedList(new ArrayList<>());
    private ApnsStandIn apns;

    @BeforeEach
    void start() throws Exception {
        apns = ApnsStandIn.start(IosPushes.certificates(), arrived::add);
    }

    @AfterEach
    void stop() throws Exception {
        apns.close();
    }

    @Test
    void send_hasNoHeadersButThoseItNeeds() throws Exception {
        try (Pushes pushes = IosPushes.to(apns.port())) {
            assertThat(pushes.send(IosPushes.DEVICE, "Grüße 😀")).isEqualTo(new Outcome.Accepted());
            ApnsStandIn.Push push = arrived.get(0);
            assertThat(push.headers())
                    .containsOnlyKeys(
                            ":method",
                            ":authority",
                            ":path",
                            ":scheme",
                            "authorization",
                            "apns-collapse-id",
                            "apns-expiration",
                            "apns-id",
                            "apns-priority",
                            "apns-push-type",
                            "apns-topic")
                    .containsEntry(":path", "/3/device/" + IosPushes.TOKEN)
                    .containsEntry("apns-id", UUID_OF_KEY)
                    .containsEntry("apns-collapse-id", Pushes.KEY)
                    .containsEntry("apns-topic", "com.example.app")
                    .containsEntry("apns-push-type", "alert")
                    .containsEntry("apns-priority", "10")
                    .containsEntry("apns-expiration", String.valueOf(Pushes.AT.getEpochSecond() + 60));
            assertThat(push.payload())
                    .isEqualTo(Alert.toJson(pushes.notification(Pushes.KEY, IosPushes.DEVICE, "Grüße 😀")));
        }
    }

    @Test
    void send_inTheBackground_isOfTheTypeAndPriorityThatAppleWants() throws Exception {
        try (Pushes pushes = with("content", "background")) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(arrived.get(0).headers())
                    .containsEntry("apns-push-type", "background")
                    .containsEntry("apns-priority", "5");
        }
    }

    @Test
    void send_inTheBackground_collapses_forPhonesThrottleManySilentPushes() throws Exception {
        try (Pushes pushes = with("content", "background", "apple.priority", "10")) {
            pushes.begin("0001BaAFC4J8000N_1_6", IosPushes.DEVICE, "Hello").get(10, TimeUnit.SECONDS);
            pushes.begin("0001BaAFC4J8000N_1_7", IosPushes.DEVICE, "Hello").get(10, TimeUnit.SECONDS);
            String id = arrived.get(0).header("apns-collapse-id");
            assertThat(id).isNotEmpty().hasSizeLessThanOrEqualTo(64);
            assertThat(arrived.get(1).header("apns-collapse-id")).isEqualTo(id);
            assertThat(arrived).allMatch(push -> push.header("apns-priority").equals("5"));
        }
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false"})
    void send_again_isShownOnce_whateverTheKey(int length, boolean isTheKey) throws Exception {
        String key = "k".repeat(length);
        try (Pushes pushes = IosPushes.to(apns.port())) {
            for (String each : List.of(key, key, key.replaceFirst("k", "j"))) {
                pushes.begin(each, IosPushes.DEVICE, "Hello").get(10, TimeUnit.SECONDS);
            }
            List<String> ids = arrived.stream()
                    .map(push -> push.header("apns-collapse-id"))
                    .toList();
            assertThat(ids).allMatch(id -> !id.isEmpty() && id.length() <= 64);
            assertThat(ids.get(1)).isEqualTo(ids.get(0));
            assertThat(ids.get(2)).isNotEqualTo(ids.get(0));
            assertThat(ids.get(0).equals(key)).isEqualTo(isTheKey);
        }
    }

    @Test
    void send_hasTheHeadersOfTheOptions() throws Exception {
        try (Pushes pushes = with("apple.priority", "5", "apple.expiration", "0")) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(arrived.get(0).headers())
                    .containsEntry("apns-priority", "5")
                    .containsEntry("apns-expiration", "0")
                    .containsEntry("apns-push-type", "alert");
        }
    }

    @Test
    void send_collapsesThePushesOfAChat_withinSixtyFourBytes() throws Exception {
        try (Pushes pushes = with("collapse", "true")) {
            pushes.send();
            pushes.begin("0001BaAFC4J8000N_1_7", IosPushes.DEVICE, "Hello").get(10, TimeUnit.SECONDS);
            String id = arrived.get(0).header("apns-collapse-id");
            assertThat(id).isNotEmpty().hasSizeLessThanOrEqualTo(64);
            assertThat(arrived.get(1).header("apns-collapse-id")).isEqualTo(id);
            assertThat(arrived.get(1).id()).isNotEqualTo(arrived.get(0).id());
        }
    }

    @Test
    void send_inDebugMode_goesToTheOtherServer_withItsOwnTopic() throws Exception {
        List<ApnsStandIn.Push> other = new CopyOnWriteArrayList<>();
        try (ApnsStandIn sandbox = ApnsStandIn.start(IosPushes.certificates(), other::add);
                Pushes pushes = with(
                        "debug.apple.port",
                        String.valueOf(sandbox.port()),
                        "debug.apple.topic",
                        "com.example.app.debug",
                        "debug.apple.sound",
                        "test.caf")) {
            pushes.send(new Device("ios", IosPushes.TOKEN, "", "", true), "Hello");
            assertThat(arrived).isEmpty();
            assertThat(other.get(0).header("apns-topic")).isEqualTo("com.example.app.debug");
            assertThat(other.get(0).payload()).contains("\"sound\":\"test.caf\"");

            pushes.send();
            assertThat(arrived).hasSize(1);
            assertThat(arrived.get(0).payload()).doesNotContain("sound");
        }
    }

    @Test
    void send_speaksTheLanguageOfTheDevice(@TempDir Path folder) throws Exception {
        String texts = Files.writeString(
                        folder.resolve("texts.properties"),
                        "title = News\nbody = Somebody wrote\ntitle.pt = Novidades\nbody.pt-BR = Alguém escreveu 📬\n")
                .toString();
        try (Pushes pushes = with("texts", texts, "apple.title", "Other")) {
            for (String language : List.of("pt-BR", "pt-PT", "de", "")) {
                pushes.send(new Device("ios", IosPushes.TOKEN, "", language, false), "Hello");
            }
            assertThat(arrived)
                    .extracting(push -> push.payload().replaceAll(".*\"alert\":(\\{.*?}).*", "$1"))
                    .containsExactly(
                            "{\"title\":\"Novidades\",\"body\":\"Alguém escreveu 📬\"}",
                            "{\"title\":\"Novidades\",\"body\":\"Somebody wrote\"}",
                            "{\"title\":\"News\",\"body\":\"Somebody wrote\"}",
                            "{\"title\":\"News\",\"body\":\"Somebody wrote\"}");
        }
    }

    @Test
    void send_withACertificate_hasNeitherProviderTokenNorTopic() throws Exception {
        Map<String, String> access = new HashMap<>(IosPushes.access(apns.port()));
        access.keySet().removeIf(name -> name.matches("apple\\.(key|keyId|teamId|topic)"));
        access.put(
                "apple.certificate", IosPushes.certificates().clientKeyStore().toString());
        access.put("apple.certificatePassword", Certificates.PASSWORD);
        try (Pushes pushes = IosPushes.of(Map.of("push.provider.ios", access))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(arrived.get(0).headers()).doesNotContainKeys("authorization", "apns-topic");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<01234567 89abcdef>",
                "0123456789abcdef",
                "0123456789ABCDEF",
                "{length = 8, bytes = 0x0123456789abcdef}",
                "{length = 8, bytes = 0x01234567 89abcdef}"
            })
    void tokenInAnyFormOfHex_isSent(String token) throws Exception {
        try (Pushes pushes = IosPushes.to(apns.port())) {
            assertThat(pushes.send(Device.of("ios", token), "Hello")).isEqualTo(new Outcome.Accepted());
            assertThat(arrived.get(0).token()).matches("(?i)0123456789abcdef");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<> | nothing hexadecimal",
                "../../other | nothing hexadecimal",
                "0123456789abcdefg | nothing hexadecimal",
                "0123 4567?x=1 | nothing hexadecimal",
                "é | nothing hexadecimal",
                "0123# | nothing hexadecimal",
                "😀 | nothing hexadecimal",
                "{length = 32, bytes = 0x740f4707 bebcf74f 9b7c25d4 ... 6bd9c5f0 }"
                        + " | a description of data with its middle left out",
                "{length = 32, bytes = 0x740f4707} | a description of data with its middle left out",
                "dQw4w9WgXcQ:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ-hQMRKRrZuJAEcl7B338qju59zJMjw2DELjzEvx"
                        + " | a token of FCM",
                "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdE= | base64",
            })
    void tokenThatIsNone_isForgotten_andNeverSent_andToldOnceInWhichForm(String token, String form) throws Exception {
        try (Pushes pushes = IosPushes.to(apns.port());
                Logged logged = new Logged()) {
            for (int i = 0; i < 2; i++) {
                assertThat(pushes.send(Device.of("ios", token), "Hello"))
                        .isEqualTo(new Outcome.Unregistered("BadDeviceToken: " + form));
            }
            assertThat(arrived).isEmpty();
            assertThat(logged.warnings())
                    .singleElement()
                    .asString()
                    .contains(form)
                    .doesNotContain(token);
        }
    }

    @Test
    void tokensOfAnotherServerOrApp_areToldOnce_withHostTopicAndForm() throws Exception {
        try (Pushes pushes = IosPushes.to(apns.port());
                Logged logged = new Logged()) {
            for (int i = 0; i < 2; i++) {
                apns.reject(RejectionReason.BAD_DEVICE_TOKEN);
                assertThat(pushes.send()).isEqualTo(new Outcome.Unregistered("BadDeviceToken"));
                apns.reject(RejectionReason.DEVICE_TOKEN_NOT_FOR_TOPIC);
                assertThat(pushes.send()).isEqualTo(new Outcome.Unregistered("DeviceTokenNotForTopic"));
            }
            assertThat(logged.warnings())
                    .hasSize(2)
                    .allMatch(line -> line.contains("127.0.0.1")
                            && line.contains("com.example.app")
                            && line.contains("sandbox")
                            && line.contains("66 hexadecimal digits")
                            && !line.contains(IosPushes.TOKEN));
        }
    }

    @Test
    void deadToken_isDeadSinceWhenTheServerSays() throws Exception {
        Instant since = Instant.parse("2026-11-24T07:00:00.123Z");
        try (Pushes pushes = IosPushes.to(apns.port())) {
            apns.unregister(since);
            assertThat(pushes.send()).isEqualTo(new Outcome.Unregistered("Unregistered", Optional.of(since)));
            apns.reject(RejectionReason.PAYLOAD_TOO_LARGE);
            assertThat(pushes.send()).isEqualTo(new Outcome.TooLarge("PayloadTooLarge"));
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
    }

    @Test
    void twentyThousandPushes_areAccepted_onOneConnection() throws Exception {
        int many = 20_000;
        Semaphore room = new Semaphore(500);
        LongAdder accepted = new LongAdder();
        try (Pushes pushes = IosPushes.to(apns.port())) {
            long began = System.nanoTime();
            for (int i = 0; i < many; i++) {
                room.acquire();
                var unused = pushes.begin("0001BaAFC4J8000N_1_" + i, IosPushes.DEVICE, "Message " + i)
                        .whenComplete((outcome, failure) -> {
                            if (new Outcome.Accepted().equals(outcome)) {
                                accepted.increment();
                            }
                            room.release();
                        });
            }
            room.acquire(500);
            System.out.printf("%d pushes in %d ms%n", many, (System.nanoTime() - began) / 1_000_000);
        }
        assertThat(accepted.sum()).isEqualTo(many);
        assertThat(arrived).hasSize(many);
        assertThat(arrived.stream().map(ApnsStandIn.Push::id).distinct()).hasSize(many);
        assertThat(apns.connections()).isEqualTo(1);
    }

    @Test
    void close_leavesNoThreads() throws Exception {
        Pushes pushes = IosPushes.to(apns.port());
        pushes.send();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("halley-push-ios"))
                .hasSize(1)
                .allMatch(Thread::isDaemon);
        pushes.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> threads() == 0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("halley-push-ios")
                        || thread.getName().startsWith("globalEventExecutor"))
                .count();
    }

    private Pushes with(String... namesAndValues) {
        return IosPushes.of(Map.of("push.provider.ios", IosPushes.with(IosPushes.access(apns.port()), namesAndValues)));
    }
}

package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Outcome;
import dev.halley.push.ios.RawApns.Request;
import dev.halley.standins.Certificates;
import dev.halley.testkit.Pushes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys, certificates and provider tokens: damaged, expired, shared and replaced. */
class CredentialsTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
    private static final Outcome ACCEPTED = new Outcome.Accepted();

    @TempDir
    private Path folder;

    private volatile Instant now = Instant.now();
    private RawApns apns;

    @BeforeEach
    void start() throws Exception {
        apns = new RawApns(Request::accept);
    }

    @AfterEach
    void stop() {
        apns.close();
    }

    // Files with something wrong in them

    @ParameterizedTest
    @CsvSource({"breaks", "windows", "mark", "words"})
    void keyFileThatTheWayHasChanged_isRepaired_whereItIsClear(String change) throws Exception {
        String key = key();
        String changed = switch (change) {
            case "breaks" -> key.replace("\n", "\\n");
            case "windows" -> key.replace("\n", "\r\n");
            case "mark" -> "\uFEFF" + key.strip();
            default -> "# The key of Ann's account\n\"" + key.strip() + "\"\n";
        };
        try (Pushes pushes = withKey(changed)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it is empty",
                "hunter2 | it is not in PEM",
                "-----BEGIN PRIVATE KEY-----~hunter2 | its key has no end: the file is cut off",
                "-----BEGIN PRIVATE KEY-----~hunter2~-----END PRIVATE KEY----- | its key is damaged, or no key for",
                "-----BEGIN EC PRIVATE KEY-----~hunter2~-----END EC PRIVATE KEY----- | its key is not in PKCS #8",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----~hunter2~-----END ENCRYPTED PRIVATE KEY-----"
                        + " | its key is encrypted",
                "-----BEGIN CERTIFICATE-----~hunter2~-----END CERTIFICATE----- | it has a certificate and no key",
                "-----BEGIN PUBLIC KEY-----~hunter2~-----END PUBLIC KEY----- | it has another key",
            })
    void keyFileThatCanNotBeUsed_isRefused_withWhatIsWrongInIt(String content, String problem) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> withKey(content.replace('~', '\n')))
                .withMessageContaining("(" + problem)
                .withMessageNotContaining("hunter2")
                .withNoCause();
    }

    @Test
    void certificateThatHasExpired_isRefused_withItsEnd() {
        now = Instant.now().plus(Duration.ofDays(3_651));
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(this::withCertificate)
                .withMessageContaining("[push.provider.ios] apple.certificate = '")
                .withMessageContaining("(its certificate has expired, at 20");
    }

    @ParameterizedTest
    @CsvSource({"3615, 0", "3625, 1"})
    void certificateThatExpiresWithinAMonth_isWarnedOf(int days, int warnings) throws Exception {
        now = Instant.now().plus(Duration.ofDays(days));
        try (Logged logged = new Logged();
                Pushes pushes = withCertificate()) {
            assertThat(pushes.provider()).isNotNull();
            assertThat(logged.warnings()).hasSize(warnings).allMatch(line -> line.contains("expires at 20"));
        }
    }

    @Test
    void certificateThatExpiresWithinAMonth_isWarnedOf_whileItRuns_too() throws Exception {
        now = Instant.now();
        try (Logged logged = new Logged();
                Pushes pushes = withCertificate()) {
            pushes.send();
            now = now.plus(Duration.ofDays(3_625));
            await().untilAsserted(() -> {
                pushes.send();
                assertThat(logged.warnings()).anyMatch(line -> line.contains("expires at 20"));
            });
        }
    }

    // Files that are replaced while it runs

    @Test
    void keyThatIsReplaced_isUsedWithoutARestart_andNothingIsLost() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        try (Pushes pushes = of(file)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            Files.writeString(file, anotherKey());
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            assertThat(apns.connections).as("nobody looks all the time").hasValue(1);
            now = now.plus(Reread.PAUSE);
            await().untilAsserted(() -> {
                assertThat(pushes.send()).isEqualTo(ACCEPTED);
                assertThat(apns.connections).hasValue(2);
            });
            assertThat(tokens()).hasSize(2);
        }
    }

    @Test
    void keyThatIsReplacedByNonsense_isUsedOn_untilThereIsAnother() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        try (Logged logged = new Logged();
                Pushes pushes = of(file)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            Files.writeString(file, key().substring(0, 60));
            for (int i = 0; i < 2; i++) {
                now = now.plus(Reread.PAUSE);
                await().untilAsserted(() -> {
                    assertThat(pushes.send()).isEqualTo(ACCEPTED);
                    assertThat(logged.warnings()).singleElement().asString().contains("apple.key: its key has no end");
                });
            }
            assertThat(tokens()).hasSize(1);
            Files.writeString(file, anotherKey());
            now = now.plus(Reread.PAUSE);
            await().untilAsserted(() -> {
                assertThat(pushes.send()).isEqualTo(ACCEPTED);
                assertThat(tokens()).hasSize(2);
            });
        }
    }

    @Test
    void keyThatIsReplacedByOneThatAppleRefuses_isUsedOn_andNothingIsLost() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        try (Logged logged = new Logged();
                Pushes pushes = of(file)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            String good = apns.requests.get(0).authorization();
            apns.talk = request -> {
                if (request.authorization().equals(good)) {
                    request.accept();
                } else {
                    request.reject(403, "InvalidProviderToken");
                }
            };
            Files.writeString(file, anotherKey());
            now = now.plus(Reread.PAUSE);
            await().untilAsserted(() -> {
                assertThat(pushes.send()).isEqualTo(ACCEPTED);
                assertThat(logged.warnings()).singleElement().asString().contains("the old ones are used on");
            });
            now = now.plus(Reread.PAUSE);
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            assertThat(tokens()).hasSize(2);
            assertThat(logged.of(Level.WARN)).hasSize(1);
        }
    }

    // Provider tokens

    @Test
    void providerToken_isOneForTheKey_whateverServersAndConnectionsUseIt() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        try (RawApns sandbox = new RawApns(Request::accept);
                Pushes pushes = IosPushes.of(
                        Map.of(
                                "push.provider.ios",
                                IosPushes.with(access(file), "debug.apple.port", String.valueOf(sandbox.port()))),
                        TIME_LIMIT,
                        () -> now)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            for (int i = 0; i < 4; i++) {
                now = now.plus(Duration.ofSeconds(2));
                apns.resetAll();
                await().until(() -> pushes.send().equals(ACCEPTED));
            }
            pushes.send(new Device("ios", IosPushes.TOKEN, "", "", true), "Hello");
            assertThat(apns.connections.get()).isGreaterThanOrEqualTo(5);
            assertThat(sandbox.requests).extracting(Request::authorization).containsOnly(tokens().get(0));
            assertThat(tokens()).hasSize(1);
        }
    }

    @Test
    void providerToken_isRenewedAfterFiftyMinutes() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        try (Pushes pushes = of(file)) {
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            now = now.plus(Duration.ofMinutes(49));
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            assertThat(tokens()).hasSize(1);
            Instant renewed = now.plus(Duration.ofMinutes(1));
            now = renewed;
            assertThat(pushes.send()).isEqualTo(ACCEPTED);
            assertThat(tokens()).hasSize(2);
            assertThat(new String(
                            Base64.getUrlDecoder().decode(tokens().get(1).split("[ .]", -1)[2]),
                            StandardCharsets.UTF_8))
                    .contains("\"iat\":" + renewed.getEpochSecond());
        }
    }

    @Test
    void providerToken_thatIsExpiredForApple_isRenewedOnceInTwentyMinutes() throws Exception {
        Path file = Files.writeString(folder.resolve("a.p8"), key());
        apns.talk = request -> request.reject(403, "ExpiredProviderToken");
        try (Pushes pushes = of(file)) {
            for (int minute = 0; minute < 20; minute++) {
                pushes.send();
                now = now.plus(Duration.ofMinutes(1));
            }
            assertThat(tokens()).hasSize(2);
            pushes.send();
            assertThat(tokens()).hasSize(3);
        }
    }

    private List<String> tokens() {
        return apns.requests.stream().map(Request::authorization).distinct().toList();
    }

    private static String key() throws Exception {
        return Files.readString(IosPushes.certificates().providerKey());
    }

    private String anotherKey() throws Exception {
        return Files.readString(
                Certificates.make(Files.createTempDirectory(folder, "other")).providerKey());
    }

    private Pushes withKey(String content) throws Exception {
        return of(Files.writeString(folder.resolve("key.p8"), content));
    }

    private Pushes of(Path key) {
        return IosPushes.of(Map.of("push.provider.ios", access(key)), TIME_LIMIT, () -> now);
    }

    private Map<String, String> access(Path key) {
        return IosPushes.with(IosPushes.access(apns.port()), "apple.key", key.toString());
    }

    private Pushes withCertificate() {
        Map<String, String> access = new HashMap<>(IosPushes.access(apns.port()));
        access.keySet().removeIf(name -> name.matches("apple\\.(key|keyId|teamId|topic)"));
        access.put(
                "apple.certificate", IosPushes.certificates().clientKeyStore().toString());
        access.put("apple.certificatePassword", Certificates.PASSWORD);
        return IosPushes.of(Map.of("push.provider.ios", access), TIME_LIMIT, () -> now);
    }
}

package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Options;
import dev.halley.PushProviders;
import dev.halley.spi.ProviderConfig;
import dev.halley.standins.Certificates;
import dev.halley.testkit.Pushes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IosProviderFactoryTest {

    private static final String BOTH = "apple.key (a p8 file) with apple.keyId, apple.teamId and apple.topic, or"
            + " apple.certificate (a p12 file) with apple.certificatePassword";

    @TempDir
    private Path folder;

    @Test
    void discover_findsTheFactory_andConnectsToNobody() {
        Map<String, Object> push = new HashMap<>(IosPushes.access(9));
        push.put("pushEnabled", "ios");
        Options options = Options.of(Map.of("push", push));
        try (PushProviders providers = PushProviders.discover(options)) {
            assertThat(providers.provider("ios").orElseThrow()).hasToString("IosProvider[127.0.0.1:9]");
        }
    }

    @Test
    void key_isEnough_forApple() {
        Map<String, String> access = new HashMap<>(IosPushes.access(9));
        access.keySet().removeIf(name -> name.matches("apple\\.(host|port|trusted)"));
        try (Pushes pushes = IosPushes.of(Map.of("push.provider.ios", access))) {
            assertThat(pushes.provider()).hasToString("IosProvider[api.push.apple.com:443]");
        }
    }

    @Test
    void certificate_isEnough_withoutTopic() {
        try (Pushes pushes = IosPushes.of(Map.of("push.provider.ios", certificate()))) {
            assertThat(pushes.provider()).hasToString("IosProvider[api.push.apple.com:443]");
            assertThat(pushes.provider()
                            .format(pushes.notification(Pushes.KEY, IosPushes.DEVICE, "Hello"), IosPushes.DEVICE)
                            .attributes())
                    .doesNotContainKey("topic");
        }
    }

    @ParameterizedTest
    @CsvSource({"apple.keyId", "apple.teamId", "apple.topic"})
    void key_needsItsIdsAndATopic(String missing) {
        Map<String, String> access = new HashMap<>(IosPushes.access(9));
        access.remove(missing);
        refused(access).withMessage("[push.provider.ios] " + missing + " = (missing): accepted is " + BOTH);
    }

    @Test
    void credentials_areNeeded() {
        refused(Map.of()).withMessage("[push.provider.ios] apple.key = (missing): accepted is " + BOTH);
    }

    @Test
    void keyAndCertificate_areOneTooMany() {
        Map<String, String> access = new HashMap<>(certificate());
        access.putAll(IosPushes.access(9));
        refused(access)
                .withMessage(
                        "apple.key and apple.certificate are both set for the same devices: accepted is one of them");
    }

    @Test
    void fileThatIsNotThere_isRefused() {
        for (String option : new String[] {"apple.key", "apple.trusted"}) {
            refused(IosPushes.with(IosPushes.access(9), option, "/nowhere/a.pem"))
                    .withMessageStartingWith(
                            "[push.provider.ios] " + option + " = '/nowhere/a.pem' (it can't be read): accepted is a ");
        }
        refused(IosPushes.with(certificate(), "apple.certificate", "\u0000"))
                .withMessageContaining("(it can't be read)");
    }

    @Test
    void fileOfAnotherKind_isRefused_andNotQuoted() throws Exception {
        String file = Files.writeString(
                        folder.resolve("a"), "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n")
                .toString();
        refused(IosPushes.with(IosPushes.access(9), "apple.key", file))
                .withMessage("[push.provider.ios] apple.key = '" + file
                        + "' (its key is damaged, or no key for elliptic curves): accepted is a p8 file"
                        + " as Apple gives it out: a P-256 key in PKCS #8 and PEM")
                .satisfies(e -> assertThat(e).hasNoCause());
        refused(IosPushes.with(IosPushes.access(9), "apple.trusted", file))
                .withMessageContaining("(it has no certificate)")
                .satisfies(e -> assertThat(e).hasNoCause());
        refused(IosPushes.with(certificate(), "apple.certificate", file))
                .withMessageContaining("(it is no key store in PKCS #12, or damaged)")
                .satisfies(e -> assertThat(e).hasNoCause());
        String huge =
                Files.write(folder.resolve("huge"), new byte[(1 << 20) + 1]).toString();
        refused(IosPushes.with(IosPushes.access(9), "apple.key", huge))
                .withMessageContaining("(it has more than 1048576 bytes)");
    }

    @ParameterizedTest
    @CsvSource({
        "EC, secp384r1, its key is of another curve than P-256",
        "RSA, '', 'its key is damaged, or no key for elliptic curves'"
    })
    void keyOfAnotherKind_isRefused(String algorithm, String curve, String problem) throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance(algorithm);
        if (!curve.isEmpty()) {
            keys.initialize(new ECGenParameterSpec(curve));
        }
        String file = Files.writeString(
                        folder.resolve("a.p8"),
                        Certificates.toPem(
                                "PRIVATE KEY",
                                keys.generateKeyPair().getPrivate().getEncoded()))
                .toString();
        refused(IosPushes.with(IosPushes.access(9), "apple.key", file)).withMessageContaining("(" + problem + ")");
    }

    @Test
    void wrongPassword_isRefused_andNotPrinted() {
        refused(IosPushes.with(certificate(), "apple.certificatePassword", "hunter2"))
                .withMessageContaining("apple.certificate = '")
                .withMessageContaining("(the password does not open it)")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @CsvSource({
        "apple.keyId, ABC, ten letters and digits",
        "apple.teamId, 'TEAM 56789', ten letters and digits",
        "apple.topic, 'com example', a bundle ID such as com.example.app",
        "apple.host, https://api.push.apple.com, a host such as api.sandbox.push.apple.com",
        "apple.port, 0, a whole number from 1 to 65535",
        "apple.badge, many, 'a whole number up to 999999, or auto'",
        "apple.payload_limit, 255, a whole number from 256 to 4096",
        "apple.payload_limit, 5120, a whole number from 256 to 4096",
        "apple.mutable-content, yes, true or false",
        "apple.interruption-level, loud, passive or active or time-sensitive or critical",
        "apple.relevance-score, 1.5, a number from 0 to 1",
        "apple.priority, 1, 5 or 10",
        "apple.expiration, 60, 0",
    })
    void wrongValue_isRefusedWithWhatIsAccepted(String option, String value, String accepted) {
        refused(IosPushes.with(IosPushes.access(9), option, value))
                .withMessageContaining("[push.provider.ios] " + option + " = '" + value + "'")
                .withMessageContaining(accepted);
    }

    @Test
    void limitThatIsTooSmallForTheFrame_isRefused_whicheverServiceNeedsIt() {
        Map<String, String> small = IosPushes.with(IosPushes.access(9), "apple.payload_limit", "256");
        IosPushes.of(Map.of("push.provider.ios", small)).close();
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> IosPushes.of(Map.of(
                        "push.provider.ios",
                        small,
                        "Service.vip",
                        Map.of("_client_timeout_notification_message", "x".repeat(50)))))
                .withMessageMatching("\\[push.provider.ios] apple.payload_limit = 256: accepted is at least \\d+,"
                        + " which title, body and message need without any row");
    }

    @Test
    void limitThatIsTooSmallForTheFrame_isRefused_whicheverLanguageOrEventNeedsIt() throws Exception {
        String texts = Files.writeString(
                        folder.resolve("texts.properties"), "body = News\nbody.de = " + "Neuigkeiten".repeat(10) + "\n")
                .toString();
        refused(IosPushes.with(IosPushes.access(9), "apple.payload_limit", "256", "texts", texts))
                .withMessageContaining("[push.provider.ios] apple.payload_limit = 256: accepted is at least 299");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> IosPushes.of(Map.of(
                        "push.provider.ios",
                        IosPushes.access(9),
                        "push.provider.event.chat.newagentmessage",
                        Map.of("debug.apple.payload_limit", "256", "debug.apple.title", "x".repeat(60)))))
                .withMessageContaining("[push.provider.event.chat.newagentmessage] apple.payload_limit = 256");
    }

    @Test
    void deviceWhoseProviderHasNoCredentials_canNotBeSentTo() {
        try (Pushes pushes = IosPushes.of(Map.of("push.provider.works", IosPushes.access(9)))) {
            Device works = new Device("ios", IosPushes.TOKEN, "works", "", false);
            Device other = new Device("ios", IosPushes.TOKEN, "other", "", true);
            assertThat(pushes.provider().circuit(works)).isEqualTo("127.0.0.1:9");
            assertThat(pushes.provider().circuit(other)).isEmpty();
            assertThat(pushes.provider().server(works)).isEqualTo("127.0.0.1:9");
            assertThat(pushes.provider().server(other)).isEmpty();
            assertThat(pushes.provider().reasons())
                    .contains("InvalidProviderToken", "unknown host", "apple.key is not set");
            assertThat(pushes.provider()
                            .format(pushes.notification(Pushes.KEY, works, "Hello"), works)
                            .attributes())
                    .containsEntry("gateway", "127.0.0.1:9");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pushes.provider().format(pushes.notification(Pushes.KEY, other, "Hello"), other))
                    .withMessage("apple.key is not set");
        }
    }

    @Test
    void devicesInDebugMode_haveAConnectionOfTheirOwn_andSoHaveOtherKeys() throws Exception {
        Certificates others = Certificates.make(folder);
        Map<String, String> access = IosPushes.with(
                IosPushes.access(9),
                "debug.apple.host",
                "localhost",
                "apple.title",
                "News",
                "debug.apple.title",
                "Test");
        try (Pushes pushes = IosPushes.of(Map.of(
                "push",
                access,
                "push.provider.vip",
                Map.of("apple.key", others.providerKey().toString()),
                "push.provider.same",
                Map.of("apple.sound", "ding")))) {
            assertThat(pushes.provider().circuit(IosPushes.DEVICE)).startsWith("127.0.0.1:9");
            assertThat(circuit(pushes, "same", false)).isEqualTo(circuit(pushes, "ios", false));
            assertThat(circuit(pushes, "vip", false))
                    .startsWith("127.0.0.1:9")
                    .isNotEqualTo(circuit(pushes, "ios", false));
            assertThat(circuit(pushes, "ios", true)).startsWith("localhost:9");
            Device debug = new Device("ios", IosPushes.TOKEN, "ios", "", true);
            assertThat(pushes.provider()
                            .format(pushes.notification(Pushes.KEY, debug, "Hello"), debug)
                            .body())
                    .contains("\"title\":\"Test\"");
        }
    }

    @Test
    void create_refusesOtherTypes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IosProviderFactory().create(new ProviderConfig("fcm", Options.none())))
                .withMessage("No type of this factory: fcm; its types are [ios]");
    }

    private static String circuit(Pushes pushes, String provider, boolean debug) {
        return pushes.provider().circuit(new Device("ios", IosPushes.TOKEN, provider, "", debug));
    }

    private static Map<String, String> certificate() {
        return Map.of(
                "apple.certificate",
                IosPushes.certificates().clientKeyStore().toString(),
                "apple.certificatePassword",
                Certificates.PASSWORD);
    }

    private static ThrowableAssertAlternative<OptionException> refused(Map<String, String> options) {
        return assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> IosPushes.of(Map.of("push.provider.ios", options)));
    }
}

package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Device;
import dev.halley.testkit.Pushes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What {@code docs/push.md} tells a receiver of pushes, and that it does what it says. */
class ReadmeTest {

    // readme: shown
    static boolean isGenuine(String secret, String id, String timestamp, String signatures, byte[] body)
            throws GeneralSecurityException {
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) {
            return false; // too old, or from the future
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(UTF_8);
        return Arrays.stream(signatures.split(" ", -1))
                .anyMatch(one -> MessageDigest.isEqual(expected, one.getBytes(UTF_8)));
    }
    // readme: end

    @Test
    void receiverOfTheDocument_knowsAGenuinePush() throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = HttpPushes.of(
                        "customhttp",
                        Map.of("customhttp.url", receiver.url("/"), "customhttp.secret", SignerTest.SECRET))) {
            pushes.send(Device.of("customhttp", "phone"), "Grüße 😀");
            Receiver.Arrived arrived = receiver.only();
            byte[] body = arrived.body().getBytes(UTF_8);
            String id = arrived.header("webhook-id");
            String timestamp = arrived.header("webhook-timestamp");
            String signature = arrived.header("webhook-signature");
            String old = String.valueOf(Long.parseLong(timestamp) - 301);
            assertThat(isGenuine(SignerTest.SECRET, id, timestamp, signature, body))
                    .isTrue();
            assertThat(isGenuine(SignerTest.SECRET, "another", timestamp, signature, body))
                    .isFalse();
            assertThat(isGenuine(SignerTest.SECRET, id, old, signature, body)).isFalse();
            assertThat(isGenuine(SignerTest.OTHER, id, timestamp, signature, body))
                    .isFalse();
        }
    }

    @Test
    void document_showsThisReceiver() throws Exception {
        Path module = Path.of("").toAbsolutePath();
        String source = Files.readString(module.resolve("src/test/java/dev/halley/push/http/ReadmeTest.java"));
        String code = source.substring(source.indexOf("// readme: shown") + 16, source.indexOf("// readme: end"));
        assertThat(words(Files.readString(module.resolve("../docs/push.md"))).contains(words(code)))
                .as("docs/push.md has " + words(code))
                .isTrue();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}

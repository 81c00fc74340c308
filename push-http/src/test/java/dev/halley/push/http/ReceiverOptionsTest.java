package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Outcome;
import dev.halley.standins.Certificates;
import dev.halley.testkit.Pushes;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator's own receiver may ask for: headers, a certificate of the client, and a CA of its own. */
class ReceiverOptionsTest {

    @TempDir
    static Path folder;

    private static final String PASSWORD = "Hunter 2";

    private static Certificates certificates;
    private static Path own;

    @BeforeAll
    static void make() throws Exception {
        certificates = Certificates.make(folder);
        own = folder.resolve("own.p12");
        KeyStore keys =
                KeyStore.getInstance(certificates.clientKeyStore().toFile(), Certificates.PASSWORD.toCharArray());
        KeyStore same = KeyStore.getInstance("PKCS12");
        same.load(null, null);
        String alias = keys.aliases().nextElement();
        same.setKeyEntry(
                "own",
                keys.getKey(alias, Certificates.PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                keys.getCertificateChain(alias));
        try (OutputStream out = Files.newOutputStream(own)) {
            same.store(out, PASSWORD.toCharArray());
        }
    }

    @ParameterizedTest
    @CsvSource({"customhttp, true, true", "customhttp, false, true", "httpcb, true, false", "httpcb, false, false"})
    void headers_areThoseOfTheOperatorsReceiver_andNeverSentToADevicesUrl(String type, boolean own, boolean sent)
            throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = new Pushes(
                        new HttpProviderFactory(),
                        Map.of(
                                own ? "push.provider.customhttp" : "push",
                                Map.of(
                                        "customhttp.url", receiver.url("/"),
                                        "customhttp.header.X-Api-Key", "Hunter 2",
                                        "customhttp.header.User-Agent", "Ours/1"),
                                "push.provider.httpcb",
                                Map.of("httpcb.allow", "http://127.0.0.1")),
                        Device.of(type, receiver.url("/")))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            Receiver.Arrived arrived = receiver.only();
            assertThat(arrived.header("x-api-key")).isEqualTo(sent ? "Hunter 2" : "");
            assertThat(arrived.header("user-agent")).matches(sent ? "Ours/1" : "Halley/.*");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "customhttp.header.Webhook-Id, 1",
        "customhttp.header.Host, hooks",
        "customhttp.header.Content-Length, 1",
        "customhttp.header.Authorization, Hunter",
        "customhttp.header.X Y, Hunter",
        "customhttp.header.X:, Hunter",
        "'customhttp.header.X\nY', Hunter",
        "customhttp.header.x-api-key, Hunter",
    })
    void headerThatIsNone_orEveryPushHas_isRefused(String option, String value) {
        refused(Map.of(
                        "push.provider.customhttp",
                        Map.of(
                                "customhttp.url",
                                "http://127.0.0.1:9/",
                                "customhttp.header.X-Api-Key",
                                "1",
                                option,
                                value)))
                .withMessageContaining("is not the name of a header, is given twice, or is one that every push has")
                .withMessageNotContaining("Hunter");
    }

    @Test
    void valueThatIsNoHeaders_isRefused_andNotPrinted() {
        refused(Map.of("push", Map.of("customhttp.header.X-Api-Key", "Hunter2\r\nX-Evil: 1")))
                .withMessage("[push] customhttp.header.X-Api-Key = (not shown): accepted is the value of a header,"
                        + " printable ASCII");
    }

    @ParameterizedTest
    @CsvSource({
        "customhttp.header.X-Api-Key, Hunter",
        "customhttp.trusted, /ca.pem",
        "customhttp.certificate, /client.p12",
        "customhttp.certificatePassword, Hunter",
    })
    void optionThatADeviceCouldChoose_isRefused(String option, String value) {
        refused(Map.of(
                        "push", Map.of("customhttp.url", "http://127.0.0.1:9/"),
                        "push.provider.eu", Map.of(option, value)))
                .withMessage(option + " belongs in [push.provider.customhttp] or [push]");
    }

    @Test
    void receiverWithACertificateOfItsOwnCa_thatAsksForAnother_getsPushes() throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(certificates.serverKeyStore().toString());
        tls.setKeyStorePassword(Certificates.PASSWORD);
        tls.setTrustStorePath(certificates.clientKeyStore().toString());
        tls.setTrustStorePassword(Certificates.PASSWORD);
        tls.setTrustAll(true);
        tls.setNeedClientAuth(true);
        try (Receiver receiver = new Receiver(tls)) {
            String url = "https://localhost:" + receiver.port() + "/";
            Map<String, String> trusting = Map.of(
                    "customhttp.url",
                    url,
                    "customhttp.trusted",
                    certificates.serverPem().toString());
            try (Pushes pushes = HttpPushes.of("customhttp", Map.of("customhttp.url", url))) {
                assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("TLS failed"));
            }
            try (Pushes pushes = HttpPushes.of("customhttp", trusting)) {
                assertThat(pushes.send()).isInstanceOf(Outcome.Unavailable.class);
            }
            try (Pushes pushes = HttpPushes.of(
                    "customhttp",
                    Map.of(
                            "customhttp.url",
                            url,
                            "customhttp.trusted",
                            certificates.serverPem().toString(),
                            "customhttp.certificate",
                            own.toString(),
                            "customhttp.certificatePassword",
                            PASSWORD))) {
                assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            }
            assertThat(receiver.arrived).hasSize(1);
        }
    }

    @Test
    void fileThatCannotBeUsed_isRefused_withWhatIsWrong() throws Exception {
        String text = Files.writeString(folder.resolve("text"), "Hunter 2").toString();
        String none = folder.resolve("none").toString();
        String empty = Files.writeString(folder.resolve("empty"), "").toString();
        assertUnusable("customhttp.trusted", none, "it can't be read");
        assertUnusable("customhttp.trusted", text, "no certificate");
        assertUnusable("customhttp.trusted", empty, "there is no certificate in it");
        assertUnusable("customhttp.certificate", none, "there is no such file");
        assertUnusable("customhttp.certificate", text, "it can't be read, or the password is another one");
        assertUnusable(
                "customhttp.certificate",
                certificates.clientKeyStore().toString(),
                "it can't be read, or the password is another one");
    }

    private static void assertUnusable(String option, String file, String why) {
        refused(Map.of("push", Map.of("customhttp.url", "https://localhost:9/", option, file)))
                .withMessageContaining("[push] " + option + " = ")
                .withMessageContaining(why)
                .withMessageNotContaining("Hunter");
    }

    private static ThrowableAssertAlternative<OptionException> refused(Map<String, Map<String, String>> sections) {
        return assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> new Pushes(new HttpProviderFactory(), sections, Device.of("customhttp", "device-1")));
    }
}

package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.halley.Device;
import dev.halley.Outcome;
import dev.halley.testkit.Pushes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs that devices name. */
class CallbackTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost:%d/",
                "https://LOCALHOST.:%d/",
                "https://127.0.0.1:%d/",
                "https://2130706433:%d/",
                "https://0x7f000001:%d/",
                "https://[::1]:%d/",
                "https://[::ffff:127.0.0.1]:%d/",
                "https://[64:ff9b::7f00:1]:%d/",
                "https://[fe80::1%%251]:%d/",
                "https://0.0.0.0:%d/"
            })
    void send_toAnAddressInside_isRejectedWithoutAConnection(String url) throws Exception {
        try (RawServer server = new RawServer(RawServer::awaitEnd);
                Pushes pushes = HttpPushes.of("httpcb", Map.of("customhttp.timeout", "5"))) {
            Outcome outcome = pushes.send(Device.of("httpcb", url.formatted(server.port())), "Hello");
            // A resolver may not take a number for an address; then the host is unknown, which is as good.
            assertThat(outcome)
                    .isIn(new Outcome.Rejected("forbidden address"), new Outcome.Unavailable("unknown host"));
            assertThat(server.connections).hasValue(0);
        }
    }

    @Test
    void send_toANameThatIsLoopback_isRejectedAsForbidden() throws Exception {
        try (Pushes pushes = HttpPushes.of("httpcb", Map.of())) {
            assertThat(pushes.send(Device.of("httpcb", "https://localhost:9/"), "Hello"))
                    .isEqualTo(new Outcome.Rejected("forbidden address"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://hooks.example/push, plain http",
        "http://127.0.0.1/push, plain http",
        "nonsense, malformed URL",
        "ftp://hooks.example/, malformed URL",
        "https://user:secret@hooks.example/, malformed URL",
        "https://127.1/, malformed URL",
    })
    void send_toAnUrlThatNobodyAllowed_isRejected(String url, String reason) throws Exception {
        try (Pushes pushes = HttpPushes.of("httpcb", Map.of())) {
            assertThat(pushes.send(Device.of("httpcb", url), "Hello")).isEqualTo(new Outcome.Rejected(reason));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost", "http://localhost:%d", "10.0.0.1, http://localhost"})
    void send_toAnAllowedHost_arrivesSignedButWithoutAuthorization(String allow) throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = HttpPushes.of(
                        "httpcb",
                        Map.of(
                                "httpcb.allow",
                                allow.formatted(receiver.port()),
                                "httpcb.secret",
                                SignerTest.SECRET,
                                "customhttp.authorization",
                                "Bearer hunter2",
                                "customhttp.url",
                                "http://127.0.0.1:9/"))) {
            String url = "http://localhost:" + receiver.port() + "/callback/ann";
            assertThat(pushes.send(Device.of("httpcb", url), "Hello")).isEqualTo(new Outcome.Accepted());
            Receiver.Arrived arrived = receiver.only();
            assertThat(arrived.target()).isEqualTo("/callback/ann");
            assertThat(arrived.body()).startsWith("{\"deviceId\":\"" + url + "\",\"message\":{");
            assertThat(arrived.headers()).doesNotContainKey("authorization");
            new Webhook(SignerTest.SECRET).verify(arrived.body(), arrived.headers());
        }
    }

    /** Apps read URLs from files and forms. */
    @ParameterizedTest
    @ValueSource(strings = {" %s", "%s ", "  %s  "})
    void send_toAnUrlWithBlanksAroundIt_arrives(String written) throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "http://127.0.0.1"))) {
            Device device = Device.of("httpcb", written.formatted(receiver.url("/callback")));
            assertThat(pushes.send(device, "Hello")).isEqualTo(new Outcome.Accepted());
            assertThat(receiver.only().target()).isEqualTo("/callback");
            assertThat(pushes.provider().circuit(device)).isEqualTo("http://127.0.0.1:" + receiver.port());
        }
    }

    /** What the operator's own receiver trusts must not be had by naming the provider that has it. */
    @ParameterizedTest
    @CsvSource({
        "customhttp, false",
        "customhttp, true",
        "httpcb, false",
        "httpcb, true",
        "eu, false",
        "eu, true",
        "made-up, false",
    })
    void send_isNeverSignedWithWhatBelongsToTheOperatorsReceiver(String provider, boolean debug) throws Exception {
        Map<String, String> operators = Map.of(
                "customhttp.url", "http://127.0.0.1:9/",
                "customhttp.secret", SignerTest.SECRET,
                "debug.customhttp.secret", SignerTest.SECRET,
                "customhttp.authorization", "Bearer Hunter 2",
                "debug.customhttp.authorization", "Bearer Hunter 2");
        Map<String, Map<String, String>> sections = new HashMap<>(Map.of(
                "push", operators,
                "push.provider.customhttp", operators,
                "push.provider.eu", operators,
                "push.provider.event.chat.newagentmessage", operators,
                "push.provider.eu.event.chat.newagentmessage", operators));
        Device device;
        try (Receiver receiver = new Receiver()) {
            device = new Device("httpcb", receiver.url("/"), provider, "", debug);
            sections.put("push.provider.httpcb", Map.of("httpcb.allow", "http://127.0.0.1"));
            try (Pushes pushes = new Pushes(new HttpProviderFactory(), sections, device)) {
                assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            }
            assertThat(receiver.only().headers()).doesNotContainKeys("webhook-signature", "authorization");
        }
        try (Receiver receiver = new Receiver()) {
            device = new Device("httpcb", receiver.url("/"), provider, "", debug);
            sections.put(
                    "push.provider.httpcb",
                    Map.of("httpcb.allow", "http://127.0.0.1", "httpcb.secret", SignerTest.OTHER));
            try (Pushes pushes = new Pushes(new HttpProviderFactory(), sections, device)) {
                assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            }
            Receiver.Arrived arrived = receiver.only();
            new Webhook(SignerTest.OTHER).verify(arrived.body(), arrived.headers());
            assertThat(arrived.header("webhook-signature")).matches("v1,[^ ]+");
            assertThat(arrived.headers()).doesNotContainKey("authorization");
        }
    }

    @Test
    void send_toAnotherPortOfAnAllowedHost_isRejected() throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "localhost:1"))) {
            assertThat(pushes.send(Device.of("httpcb", "https://localhost:" + receiver.port()), "Hello"))
                    .isEqualTo(new Outcome.Rejected("forbidden address"));
        }
    }

    @Test
    void send_toARedirectInside_isRejected() throws Exception {
        try (Receiver receiver = new Receiver();
                Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "http://127.0.0.1"))) {
            receiver.answer(307, Map.of("Location", "http://localhost:" + receiver.port() + "/inside"));
            assertThat(pushes.send(Device.of("httpcb", receiver.url("/")), "Hello"))
                    .isEqualTo(new Outcome.Rejected("307"));
            assertThat(receiver.only().target()).isEqualTo("/");
        }
    }

    @Test
    void send_overTlsTrustsWhomJavaTrusts(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(store.toString());
        tls.setKeyStorePassword("changeit");
        tls.setSniRequired(false);

        try (Receiver receiver = new Receiver(tls)) {
            String localhost = "https://localhost:" + receiver.port() + "/";
            try (Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "127.0.0.0/8"))) {
                assertThat(pushes.send(Device.of("httpcb", localhost), "Hello"))
                        .isEqualTo(new Outcome.Unavailable("TLS failed"));
            }
            System.setProperty("javax.net.ssl.trustStore", store.toString());
            System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
            try (Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "127.0.0.0/8"))) {
                assertThat(pushes.send(Device.of("httpcb", localhost), "Hello")).isEqualTo(new Outcome.Accepted());
                assertThat(pushes.send(
                                Device.of("httpcb", "https://127.0.0.1:" + receiver.port() + "/"), "Another name"))
                        .isEqualTo(new Outcome.Unavailable("TLS failed"));
            } finally {
                System.clearProperty("javax.net.ssl.trustStore");
                System.clearProperty("javax.net.ssl.trustStorePassword");
            }
            assertThat(receiver.arrived).hasSize(1);
        }
    }
}

package dev.halley.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import dev.halley.standins.ProxyStandIn;
import dev.halley.testkit.HttpPushService;
import dev.halley.testkit.PushService.Answer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A computer whose only way out is an HTTP proxy, and which knows no name of a host outside. */
@Isolated
class ProxyTest {

    private final HttpPushService service = new HttpPushService().on(Answer.REJECTED, 400);

    @AfterEach
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serverWithTls_isReachedThroughATunnel(boolean http2) throws Exception {
        try (FcmStandIn server = FcmStandIn.builder(Tls.CERTIFICATES).start();
                ProxyStandIn proxy = ProxyStandIn.start("ann", "Hunter 2");
                WebClient client = client("http://ann:Hunter%202@127.0.0.1:" + proxy.port(), http2)) {
            proxy.route(Certificates.HOST + ":443", URI.create(server.url()).getPort());
            for (int i = 0; i < 3; i++) {
                HttpAnswer answer = post(client, "https://" + Certificates.HOST + "/");
                // The server's own answer: the request names no account.
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.body()).contains("UNAUTHENTICATED");
            }
            assertThat(proxy.requests()).containsExactly("CONNECT " + Certificates.HOST + ":443 HTTP/1.1");
            assertThat(proxy.heads().get(0))
                    .contains("\r\nProxy-Authorization: Basic "
                            + Base64.getEncoder().encodeToString("ann:Hunter 2".getBytes(UTF_8)) + "\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://hooks.test/push", "http://push_receiver/push", "http://hooks.test:9000/push?a=b"})
    void serverWithoutTls_isReachedByAskingTheProxy(String url) throws Exception {
        try (ProxyStandIn proxy = ProxyStandIn.start("ann", "Hunter 2");
                WebClient client = client("http://ann:Hunter%202@127.0.0.1:" + proxy.port(), false)) {
            service.answer(Answer.REJECTED);
            proxy.route("hooks.test:80", service.url().getPort())
                    .route("push_receiver:80", service.url().getPort())
                    .route("hooks.test:9000", service.url().getPort());
            HttpAnswer answer = post(client, url);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).startsWith("POST " + url.replaceFirst("http://[^/]*", "") + " HTTP/1.1");
            assertThat(proxy.requests()).containsExactly("POST " + url + " HTTP/1.1");
        }
    }

    @Test
    void thisComputer_isNeverReachedThroughAProxy() throws Exception {
        try (ProxyStandIn proxy = ProxyStandIn.start();
                WebClient client = WebClient.builder("halley-test")
                        .proxy(ProxyChoice.parse("http://127.0.0.1:" + proxy.port()))
                        .build()) {
            for (String host : List.of("127.0.0.1", "localhost", "LOCALHOST.")) {
                assertThat(post(client, "http://" + host + ":" + service.url().getPort() + "/")
                                .status())
                        .isEqualTo(200);
            }
            assertThat(proxy.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"https, proxy refused", "http, 407"})
    void proxyThatWantsAnotherPassword_isUnavailable(String scheme, String reason) throws Exception {
        try (ProxyStandIn proxy = ProxyStandIn.start("ann", "Hunter 2");
                WebClient client = client("http://ann:Hunter1@127.0.0.1:" + proxy.port(), false)) {
            HttpAnswer answer = post(client, scheme + "://hooks.test/");
            assertThat(answer.reason()).isEqualTo(reason);
            assertThat(answer.toOutcome()).isInstanceOf(Outcome.Unavailable.class);
        }
    }

    @Test
    void proxyThatIsNotThere_isUnavailable() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (WebClient client = client("http://127.0.0.1:" + port, false)) {
            assertThat(post(client, "https://hooks.test/").reason()).isEqualTo("no connection");
        }
    }

    @Test
    void proxyOfTheJvm_isTaken_butNotByAGuardedClient() throws Exception {
        try (ProxyStandIn proxy = ProxyStandIn.start()) {
            proxy.route("hooks.test:80", service.url().getPort());
            System.setProperty("http.proxyHost", "127.0.0.1");
            System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
            try (WebClient client = WebClient.builder("halley-test").build();
                    WebClient guarded = WebClient.builder("halley-test")
                            .guard((host, port, address) -> PublicAddresses.contain(address))
                            .names(host -> {
                                throw new UnknownHostException(host);
                            })
                            .build()) {
                assertThat(post(client, "http://hooks.test/").status()).isEqualTo(200);
                assertThat(post(guarded, "http://hooks.test/").reason()).isEqualTo("unknown host");
                assertThat(proxy.requests()).hasSize(1);
            } finally {
                System.clearProperty("http.proxyHost");
                System.clearProperty("http.proxyPort");
            }
        }
    }

    /** The proxy looks names up, so what can only be inside is not asked for. */
    @ParameterizedTest
    @CsvSource({
        "https://10.0.0.1/, forbidden address",
        "https://169.254.169.254/, forbidden address",
        "https://[fd00::1]/, forbidden address",
        "https://[::ffff:10.0.0.1]/, forbidden address",
        "https://127.0.0.1:9/, forbidden address",
        "https://hooks/, forbidden address",
        "https://push_receiver/, forbidden address",
        "https://hooks.internal/, forbidden address",
        "https://metadata.google.internal/, forbidden address",
        "https://a.localhost/, forbidden address",
        "https://hooks.halley-test.com/, proxy refused",
        "https://8.8.8.8/, proxy refused",
    })
    void guardedClient_asksAProxyOnlyForWhatMayBeOutside(String url, String reason) throws Exception {
        try (ProxyStandIn proxy = ProxyStandIn.start();
                WebClient client = WebClient.builder("halley-test")
                        .guard((host, port, address) -> PublicAddresses.contain(address))
                        .names(host -> new InetAddress[] {InetAddress.getLoopbackAddress()})
                        .proxy(ProxyChoice.parse("http://127.0.0.1:" + proxy.port()))
                        .build()) {
            assertThat(post(client, url).reason()).isEqualTo(reason);
            assertThat(post(client, "https://127.0.0.1:" + proxy.port() + "/").reason())
                    .isEqualTo("forbidden address");
            assertThat(proxy.requests()).hasSize(reason.startsWith("proxy") ? 1 : 0);
        }
    }

    private static WebClient client(String proxy, boolean http2) throws Exception {
        WebClient.Builder settings = WebClient.builder("halley-test")
                .tls(Tls.trust())
                .errorBodies(10_000)
                .names(host -> {
                    if (!host.equals("127.0.0.1")) {
                        throw new UnknownHostException(host);
                    }
                    return new InetAddress[] {InetAddress.getLoopbackAddress()};
                })
                .proxy(ProxyChoice.parse(proxy));
        return http2 ? settings.http2().build() : settings.build();
    }

    private static HttpAnswer post(WebClient client, String url) throws Exception {
        Post post = new Post(URI.create(url), "application/json", "{}", Map.of(), Duration.ofSeconds(5));
        return client.post(post).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}

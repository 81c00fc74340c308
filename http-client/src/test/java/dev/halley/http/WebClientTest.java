package dev.halley.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.halley.testkit.HttpPushService;
import dev.halley.testkit.PushService.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebClientTest {

    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

    /** Repeats what it was sent in the bodies of its answers. */
    private final HttpPushService service = new HttpPushService()
            .on(Answer.REJECTED, 400)
            .on(Answer.UNAVAILABLE, 503, "Retry-After: Tue, 24 Nov 2026 08:00:30 GMT");

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void post_saysStatusAndRetryAfter() throws Exception {
        try (WebClient client =
                WebClient.builder("halley-test").clock(() -> NOW).build()) {
            service.answer(Answer.UNAVAILABLE);
            HttpAnswer answer = post(client, service.url());
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.reason()).isEqualTo("503");
            assertThat(answer.retryAfter()).contains(Duration.ofSeconds(30));
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void post_sendsWhatItSays_andReadsTheBodyOfAnErrorIfItIsWanted() throws Exception {
        try (WebClient client =
                WebClient.builder("halley-test").errorBodies(10_000).build()) {
            service.answer(Answer.REJECTED);
            assertThat(post(client, service.url()).body())
                    .startsWith("POST /push HTTP/1.1\r\n")
                    .contains("\r\nPager: on\r\n", "\r\nContent-Type: text/plain\r\n", "\r\nContent-Length: 7\r\n")
                    .doesNotContain("Accept-Encoding")
                    .endsWith("\r\n\r\nGrüße");
            service.answer(Answer.ACCEPTED);
            assertThat(post(client, service.url()).body()).isEmpty();
        }
    }

    @Test
    void post_saysWhoSendsIt_forFirewallsRefuseOthers() throws Exception {
        try (WebClient client =
                WebClient.builder("halley-test").errorBodies(10_000).build()) {
            service.answer(Answer.REJECTED);
            assertThat(post(client, service.url()).body())
                    .containsPattern("\r\nUser-Agent: Halley/[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\r\n");
            Post own = new Post(service.url(), "text/plain", "", Map.of("User-Agent", "Pager"), Duration.ofSeconds(2));
            assertThat(client.post(own)
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .body())
                    .contains("\r\nUser-Agent: Pager\r\n")
                    .doesNotContain("Halley");
        }
    }

    @Test
    void post_whoseErrorIsLongerThanWanted_isLost_unlessItsStatusSaysEnough() throws Exception {
        try (WebClient client = WebClient.builder("halley-test").errorBodies(40).build()) {
            service.answer(Answer.REJECTED);
            assertThat(post(client, service.url()).reason()).isEqualTo("connection lost");
            service.answer(Answer.UNAVAILABLE);
            assertThat(post(client, service.url()).reason()).isEqualTo("503");
            service.answer(Answer.ENDLESS);
            assertThat(post(client, service.url()).reason()).isEqualTo("200");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10_000})
    void post_whoseAnswerBreaksOffInItsHead_isNotTakenForItsStatus(int errorBodies) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WebClient client = WebClient.builder("halley-test")
                        .errorBodies(errorBodies)
                        .build()) {
            CompletableFuture<HttpAnswer> sent =
                    client.post(toPost(url(server))).toCompletableFuture();
            try (Socket socket = server.accept()) {
                assertThat(socket.getInputStream().readNBytes(4)).hasSize(4);
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Le".getBytes(ISO_8859_1));
                socket.shutdownOutput();
                assertThat(sent.get(20, TimeUnit.SECONDS).status()).isZero();
            }
        }
    }

    /** Else the service would get the same push again and again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
                "Content-Length: 4, 4\r\n\r\nbody",
                "Content-Length: nonsense\r\n\r\n",
                "X\u0000: y\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"
            })
    void post_whoseHeadOrBodyIsWrong_isSettledByTheStatus(String rest) throws Exception {
        for (int errorBodies : List.of(0, 10_000)) {
            for (int status : List.of(200, 429, 503)) {
                assertThat(raw(status + " Answer\r\n" + rest, errorBodies).status())
                        .isEqualTo(status);
            }
        }
        assertThat(raw("410 Gone\r\n" + rest, 0).status()).isEqualTo(410);
    }

    @Test
    void post_whoseLengthIsSaidTwice_hasItsBody() throws Exception {
        HttpAnswer answer = raw("400 No\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody", 10_000);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("body");
    }

    /** Returns what a client makes of an answer. */
    private static HttpAnswer raw(String answer, int errorBodies) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WebClient client = WebClient.builder("halley-test")
                        .errorBodies(errorBodies)
                        .build()) {
            CompletableFuture<HttpAnswer> sent =
                    client.post(toPost(url(server))).toCompletableFuture();
            try (Socket socket = server.accept()) {
                assertThat(socket.getInputStream().readNBytes(4)).hasSize(4);
                socket.getOutputStream().write(("HTTP/1.1 " + answer).getBytes(ISO_8859_1));
                return sent.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void post_toASilentServer_isOverAtItsTimeLimit() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WebClient client = WebClient.builder("halley-test").build()) {
            assertThat(post(client, url(silent)).reason()).isEqualTo("timeout");
        }
    }

    @Test
    void post_toAForbiddenAddress_connectsToNobody() throws Exception {
        try (WebClient client = WebClient.builder("halley-test")
                .guard((host, port, address) -> PublicAddresses.contain(address))
                .build()) {
            HttpAnswer answer = post(client, service.url());
            assertThat(answer.status()).isZero();
            assertThat(answer.reason()).isEqualTo("forbidden address");
        }
    }

    @Test
    void http2_speaksHttp1_withoutTls() throws Exception {
        try (WebClient client = WebClient.builder("halley-test").http2().build()) {
            List<CompletableFuture<HttpAnswer>> sent = IntStream.range(0, 200)
                    .mapToObj(i -> client.post(toPost(service.url())).toCompletableFuture())
                    .toList();
            for (CompletableFuture<HttpAnswer> one : sent) {
                assertThat(one.get(20, TimeUnit.SECONDS).reason()).isEqualTo("200");
            }
        }
    }

    @Test
    void close_endsWhatIsUnderWay_andWhatComesLater() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            WebClient client = WebClient.builder("halley-test").build();
            CompletableFuture<HttpAnswer> sent =
                    client.post(toPost(url(server))).toCompletableFuture();
            try (Socket socket = server.accept()) {
                byte[] head = socket.getInputStream().readNBytes(4);
                assertThat(new String(head, ISO_8859_1)).isEqualTo("POST");
                client.close();
                client.close();
                assertThat(sent.get(5, TimeUnit.SECONDS).reason()).isEqualTo("connection lost");
            }
            assertThat(post(client, url(server)).reason()).isEqualTo("too much to do");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/push", "ftp://pager.example/", "https:push", "mailto:ann@pager.example"})
    void post_refusesOtherUrls_withoutTellingThem(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Post(URI.create(url), "text/plain", "", Map.of(), Duration.ofSeconds(1)))
                .withMessage("A post goes to an absolute http or https URL with a host");
    }

    @Test
    void post_isNotHeldBack_byHostsWhoseNameServersAreSilent() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (HttpPushService other = new HttpPushService();
                WebClient client = WebClient.builder("halley-test")
                        .names(host -> {
                            if (host.startsWith("silent")) {
                                Uninterruptibles.awaitUninterruptibly(gate);
                            }
                            return new InetAddress[] {InetAddress.getLoopbackAddress()};
                        })
                        .build()) {
            assertThat(post(client, of("known.example", service)).status()).isEqualTo(200);
            for (int i = 0; i < 1_000; i++) {
                var unused = client.post(toPost(of("silent.evil" + i + ".com", service)));
            }
            // Another port is another connection, for which the host is looked up again.
            assertThat(post(client, of("known.example", other)).status()).isEqualTo(200);
        } finally {
            gate.countDown();
        }
    }

    /** Each second, Jetty's sweep ends destinations that are idle, and those that are so new that they look idle. */
    @Test
    void post_whoseDestinationIsSweptJustThen_isSentAgain() throws Exception {
        try (WebClient client = WebClient.builder("halley-test").build()) {
            assertThat(post(client, service.url()).reason()).isEqualTo("200");
            for (Destination swept : client.jetty().getDestinations()) {
                ((HttpDestination) swept).stop();
                client.jetty()
                        .getRequestListeners()
                        .addQueuedListener(request -> client.jetty().removeDestination(swept));
            }
            assertThat(post(client, service.url()).reason()).isEqualTo("200");
        }
    }

    /** Names of containers have them. */
    @ParameterizedTest
    @ValueSource(strings = {"/push%20it?a=b+c%20d&e", "//elsewhere.example/", "/?"})
    void post_goesToHostsWithUnderscores(String target) throws Exception {
        service.answer(Answer.REJECTED);
        try (WebClient client = WebClient.builder("halley-test")
                .errorBodies(10_000)
                .names(host -> InetAddress.getAllByName(host.equals("push_receiver") ? "127.0.0.1" : host))
                .build()) {
            URI url = WebUrl.parse("http://push_receiver:" + service.url().getPort() + target)
                    .orElseThrow();
            Post post = new Post(url, "text/plain", "", Map.of(), Duration.ofSeconds(2));
            assertThat(post).hasToString("Post[push_receiver]");
            assertThat(client.post(post)
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .body())
                    .startsWith("POST " + target + " HTTP/1.1\r\n")
                    .contains("\r\nHost: push_receiver:" + service.url().getPort() + "\r\n");
        }
    }

    private static URI of(String host, HttpPushService service) {
        return URI.create("http://" + host + ":" + service.url().getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT30.001S"})
    void post_refusesOtherTimeLimits(Duration timeLimit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Post(service.url(), "text/plain", "", Map.of(), timeLimit))
                .withMessageEndingWith("accepted is up to PT30S");
    }

    @Test
    void post_printsItsHostAlone() {
        Post post = new Post(
                URI.create("https://pager.example/secret"),
                "text/plain",
                "secret",
                Map.of("Authorization", "secret"),
                Duration.ofSeconds(1));
        assertThat(post).hasToString("Post[pager.example]");
    }

    private static HttpAnswer post(WebClient client, URI url) throws Exception {
        return client.post(toPost(url)).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Post toPost(URI url) {
        return new Post(url.resolve("/push"), "text/plain", "Grüße", Map.of("Pager", "on"), Duration.ofSeconds(2));
    }

    private static URI url(ServerSocket server) throws IOException {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }
}

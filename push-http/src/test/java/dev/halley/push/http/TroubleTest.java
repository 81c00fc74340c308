package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Device;
import dev.halley.Outcome;
import dev.halley.testkit.Pushes;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against servers that do not behave. Each push has a second. */
class TroubleTest {

    @Test
    void send_toAServerThatHangs_timesOut() throws Exception {
        assertOutcome(RawServer::awaitEnd, new Outcome.Unavailable("timeout"));
    }

    @Test
    void send_toAServerThatResets_isLost() throws Exception {
        assertOutcome(socket -> socket.setSoLinger(true, 0), new Outcome.Unavailable("connection lost"));
    }

    @Test
    void send_toAServerThatHangsUp_isLost() throws Exception {
        assertOutcome(socket -> {}, new Outcome.Unavailable("connection lost"));
    }

    @Test
    void send_toAServerThatIsNotThere_hasNoConnection() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (Pushes pushes = HttpPushes.to("http://127.0.0.1:" + port + "/")) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("no connection"));
        }
    }

    @Test
    void send_toAHostThatIsNotThere_isUnavailable() throws Exception {
        try (Pushes pushes = HttpPushes.to("http://nowhere.invalid/")) {
            assertThat(pushes.send()).isIn(new Outcome.Unavailable("unknown host"), new Outcome.Unavailable("timeout"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "\u0000\u0001\u0002\u0003\r\n\r\n"})
    void send_toAServerThatTalksNonsense_isUnavailable(String nonsense) throws Exception {
        assertOutcome(
                socket -> {
                    RawServer.write(socket, nonsense);
                    RawServer.awaitEnd(socket);
                },
                new Outcome.Unavailable("malformed answer"));
    }

    @Test
    void send_toAServerWithEndlessHeaders_isSettledByTheStatusAndHangsUp() throws Exception {
        CompletableFuture<Integer> written = new CompletableFuture<>();
        assertOutcome(
                socket -> {
                    int i = 0;
                    try {
                        RawServer.write(socket, "HTTP/1.1 200 OK\r\n");
                        for (; true; i++) {
                            RawServer.write(socket, "X-" + i + ": more\r\n");
                        }
                    } finally {
                        written.complete(i);
                    }
                },
                new Outcome.Accepted());
        // What the kernels' buffers take, not what a second would bring.
        assertThat(written.get(5, TimeUnit.SECONDS)).isLessThan(1_000_000);
    }

    @Test
    void send_toAServerWhoseHeadersDribble_timesOut() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        assertOutcome(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 200 OK\r\nX: ");
                    do {
                        RawServer.write(socket, "x");
                    } while (!never.await(100, TimeUnit.MILLISECONDS));
                },
                new Outcome.Unavailable("timeout"));
    }

    @Test
    void send_toAServerWithAnEndlessBody_isSettledByTheStatusAndHangsUp() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        try (RawServer server = new RawServer(socket -> {
                    long bytes = 0;
                    try {
                        RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n");
                        while (true) {
                            RawServer.write(socket, "x".repeat(1_024));
                            bytes += 1_024;
                        }
                    } finally {
                        written.complete(bytes);
                    }
                });
                Pushes pushes = HttpPushes.to(server.url())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            // What the kernels' buffers take, not the gigabytes that a second would bring.
            assertThat(written.get(5, TimeUnit.SECONDS)).isLessThan(16L << 20);
        }
    }

    @Test
    void send_toAServerThatSaysUnavailableWithoutEnd_isSettledByTheStatus() throws Exception {
        assertOutcome(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\nRetry-After: 2\r\n\r\n");
                    while (true) {
                        RawServer.write(socket, "5\r\nxxxxx\r\n");
                    }
                },
                new Outcome.Unavailable("503", Optional.of(Duration.ofSeconds(2))));
    }

    @Test
    void send_toAServerThatSaysContinueFirst_waitsForTheAnswer() throws Exception {
        assertOutcome(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 100 Continue\r\n\r\n");
                    RawServer.write(socket, "HTTP/1.1 103 Early Hints\r\n\r\n");
                    RawServer.write(socket, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                },
                new Outcome.Accepted());
    }

    /** Else the receiver would get the same push again and again until its time to live is over. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
                "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "Content-Length: 2, 2\r\n\r\n{}",
                "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "Content-Length: nonsense\r\n\r\n",
                "Content-Length: -1\r\n\r\n",
                "Content-Length: 99999999999999999999\r\n\r\n",
                "X\u0000: y\r\n\r\n",
                "X: \u0000\r\n\r\n",
                "X y: z\r\nContent-Length: 0\r\n\r\n",
                "No colon at all\r\nContent-Length: 0\r\n\r\n",
                " folded: without a line before\r\nContent-Length: 0\r\n\r\n",
                "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "Transfer-Encoding: magic\r\n\r\n"
            })
    void send_toAServerWhoseHeadersAreWrong_isSettledByTheStatus(String rest) throws Exception {
        assertThat(List.of(
                        outcome(answer("200 OK", rest)),
                        outcome(answer("410 Gone", rest)),
                        outcome(answer("400 No", rest)),
                        outcome(answer("503 Later", rest))))
                .containsExactly(
                        new Outcome.Accepted(),
                        new Outcome.Unregistered("410"),
                        new Outcome.Rejected("400"),
                        new Outcome.Unavailable("503"));
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 9_000, 60_000})
    void send_toAServerWithManyHeaders_isSettledByTheStatus(int bytes) throws Exception {
        StringBuilder rest = new StringBuilder();
        for (int i = 0; rest.length() < bytes; i++) {
            rest.append("Set-Cookie: policy-")
                    .append(i)
                    .append('=')
                    .append("x".repeat(200))
                    .append("\r\n");
        }
        rest.append("Content-Length: 0\r\n\r\n");
        assertThat(outcome(answer("200 OK", rest.toString()))).isEqualTo(new Outcome.Accepted());
        String one = "X-Policy: " + "x".repeat(bytes) + "\r\nContent-Length: 0\r\n\r\n";
        assertThat(outcome(answer("200 OK", one))).isEqualTo(new Outcome.Accepted());
    }

    private static RawServer.Talk answer(String status, String rest) {
        return socket -> {
            RawServer.write(socket, "HTTP/1.1 " + status + "\r\n" + rest);
            RawServer.awaitEnd(socket);
        };
    }

    /** A status says all; what comes after it is not waited for, however wrong it is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n",
                "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nxxxxx\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxxxxxxxxxx\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5;x=y",
                "Content-Length: 1000\r\n\r\nshort",
                "Content-Length: 1\r\n\r\nlonger than that",
                "Content-Length: 0\r\n\r\nHTTP/1.1 500 Another\r\n\r\n",
                "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nxx",
                "Content-Type: \u00ff\u00fe; charset=\r\nContent-Length: 0\r\n\r\n",
                "Set-Cookie: a=b\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
            })
    void send_toAServerWhoseBodyIsWrong_isSettledByTheStatus(String rest) throws Exception {
        assertOutcome(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 200 OK\r\n" + rest);
                    RawServer.awaitEnd(socket);
                },
                new Outcome.Accepted());
        assertOutcome(
                socket -> {
                    RawServer.write(socket, "HTTP/1.1 410 Gone\r\n" + rest);
                    RawServer.awaitEnd(socket);
                },
                new Outcome.Unregistered("410"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 99999 OK\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n",
                "HTTP/1.1 20",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
                "<html>\r\n\r\n",
                "{}\r\n\r\n",
                "\r\n\r\n\r\n\r\n"
            })
    void send_toAServerWhoseHeadIsWrong_isNeverTakenForAccepted(String head) throws Exception {
        assertThat(outcome(socket -> {
                    RawServer.write(socket, head);
                    RawServer.awaitEnd(socket);
                }))
                .isIn(
                        new Outcome.Unavailable("malformed answer"),
                        new Outcome.Unavailable("connection lost"),
                        new Outcome.Unavailable("timeout"));
    }

    @Test
    void send_toAServerThatSaysWaitWithoutEnd_isUnavailable() throws Exception {
        assertThat(outcome(socket -> {
                    while (true) {
                        RawServer.write(socket, "HTTP/1.1 100 Continue\r\n\r\n".repeat(100));
                    }
                }))
                .isInstanceOf(Outcome.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "1e9",
                "0x10",
                "1, 2",
                "NaN",
                "\u00b2",
                "Tue, 24 Nov 2026",
                "Tue, 24 Nov 999999999 08:00:00 GMT",
                "\"1\"",
                "{}"
            })
    void send_toAServerThatSaysNonsenseOfWhen_isUnavailableAsIfItSaidNothing(String when) throws Exception {
        assertOutcome(
                socket -> RawServer.write(
                        socket, "HTTP/1.1 503 No\r\nRetry-After: " + when + "\r\nContent-Length: 0\r\n\r\n"),
                new Outcome.Unavailable("503"));
    }

    @Test
    void send_toAServerWhoseWhenIsFarOff_waitsADay() throws Exception {
        assertOutcome(
                socket -> RawServer.write(
                        socket,
                        "HTTP/1.1 429 No\r\nRetry-After: " + "9".repeat(5_000) + "\r\nContent-Length: 0\r\n\r\n"),
                new Outcome.Unavailable("429", Optional.of(Duration.ofDays(1))));
    }

    @Test
    void send_toAServerThatChangesTheProtocol_isUnavailable() throws Exception {
        assertThat(outcome(socket -> {
                    RawServer.write(
                            socket, "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                    RawServer.awaitEnd(socket);
                }))
                .isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void send_readsNoCompressedBody() throws Exception {
        assertOutcome(
                socket -> RawServer.write(
                        socket, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxxx"),
                new Outcome.Accepted());
    }

    @Test
    void close_settlesWhatIsInFlight() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer server = new RawServer(socket -> {
            asked.countDown();
            RawServer.awaitEnd(socket);
        })) {
            Pushes pushes = HttpPushes.to(server.url());
            Device device = Device.of("customhttp", "device-1");
            var sent = pushes.provider()
                    .send(pushes.provider().format(pushes.notification(Pushes.KEY, device, "Hello"), device), device)
                    .toCompletableFuture();
            assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
            pushes.close();
            assertThat(sent.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Unavailable("connection lost"));
        }
    }

    private static void assertOutcome(RawServer.Talk talk, Outcome expected) throws Exception {
        assertThat(outcome(talk)).isEqualTo(expected);
    }

    private static Outcome outcome(RawServer.Talk talk) throws Exception {
        try (RawServer server = new RawServer(talk);
                Pushes pushes = HttpPushes.to(server.url())) {
            return pushes.send();
        }
    }
}

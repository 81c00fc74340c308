package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import dev.halley.Options;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that do not arrive in time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrivalLimitTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MANY = 200;
    private static final String HANDSHAKE = "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
            + "\"supportedConnectionTypes\":[\"long-polling\",\"websocket\"]}]";

    private final RunningServer server = RunningServer.start(ServerSettings.of(
                    Options.of(Map.of("halley", Map.of("body_timeout", LIMIT.toSeconds()))))
            .withToken(new AgentToken("Secret-Token"))
            .withTimes(Duration.ofSeconds(3), Duration.ofSeconds(10)));
    private final int port = server.uri().getPort();
    private final ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    private final LogWatch log = new LogWatch();

    ArrivalLimitTest() throws Exception {}

    @AfterAll
    void stop() {
        trickle.shutdownNow();
        server.close();
        log.close();
        assertThat(log.complaints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/genesys/1/service/request-chat",
                "/genesys/1/service/none/ixn/chat/send",
                "/genesys/cometd",
                "/genesys/cometd/connect",
                "/agent/1/chats/none/messages"
            })
    void bodyThatStops_is408_andTheConnectionIsClosed(String path) throws Exception {
        for (String length : new String[] {"Content-Length: 1000", "Transfer-Encoding: chunked"}) {
            try (Wire wire = new Wire(port)) {
                String start = length.startsWith("T") ? "5\r\n[ \r\n" : "[";
                assertTooSlow(wire.say(head(path, length) + start).answer());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/genesys/1/service/request-chat", "/genesys/cometd", "/agent/1/chats/none/messages"})
    void bodyThatTrickles_is408(String path) throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.say(head(path, "Content-Length: 100000") + "[");
            var unused = trickle.scheduleAtFixedRate(() -> wire.say(" "), 50, 50, TimeUnit.MILLISECONDS);

            assertTooSlow(wire.answer());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET /health HTTP/1.1\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: "})
    void headThatTrickles_is408(String start) throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.say(start);
            var unused = trickle.scheduleAtFixedRate(
                    () -> wire.say(start.endsWith("\n") ? "X: y\r\n" : "E"), 50, 50, TimeUnit.MILLISECONDS);

            assertTooSlow(wire.answer());
        }
    }

    @Test
    void secondRequestOfAConnection_hasTheSameLimit() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(wire.head().status()).isEqualTo(200);
            wire.say("POST /genesys/cometd HTTP/1.1\r\nHost: localhost\r\ngms_user: ada\r\n");

            assertThat(wire.answer().body()).contains("TooSlow");
        }
    }

    @Test
    void connectionThatSaysNothing_isLeftToTheIdleLimit() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(wire.head().status()).isEqualTo(200);
            pass();
            wire.say("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(wire.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void heldPollsStreamsAndWebSockets_mayLast() throws Exception {
        Http http = new Http(server.uri());
        Bayeux app = Bayeux.handshake(http, "ada");
        try (Wire socket = new Wire(port).upgrade("gms_user: ada\r\n");
                Wire stream = new Wire(port)) {
            stream.say("GET /agent/1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer Secret-Token\r\n\r\n");
            assertThat(stream.head().status()).isEqualTo(200);
            socket.say(Wire.text(HANDSHAKE.getBytes(UTF_8)));
            assertThat(socket.frame().text()).contains("\"successful\":true");
            app.connect();
            long began = System.nanoTime();
            Http.Reply held = app.poll().join();

            assertThat(held.status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(LIMIT.multipliedBy(2));
            socket.say(Wire.text(HANDSHAKE.getBytes(UTF_8)));
            assertThat(socket.frame().text()).contains("/meta/handshake");
            assertThat(server.arriving()).isZero();
        }
    }

    @Test
    void manyHalfSentRequests_areGoneAfterIt_andCostLittle() throws Exception {
        long before = cpuNanos();
        List<Wire> slow = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                slow.add(new Wire(port)
                        .say(
                                i % 2 == 0
                                        ? head("/genesys/1/service/request-chat", "Content-Length: 200000") + "["
                                        : head("/genesys/cometd", "Content-Length: 200000") + "["));
            }
            await().atMost(PATIENCE).until(() -> server.arriving() == 0);
            for (Wire wire : slow) {
                assertTooSlow(wire.answer());
            }
        } finally {
            for (Wire wire : slow) {
                wire.close();
            }
        }
        assertThat(Duration.ofNanos(cpuNanos() - before)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void requestInTime_isAnswered_inWhateverPieces() throws Exception {
        try (Wire wire = new Wire(port)) {
            for (char c : head("/genesys/cometd", "Connection: close\r\nContent-Length: " + HANDSHAKE.length())
                    .toCharArray()) {
                wire.say(String.valueOf(c));
            }
            wire.say(HANDSHAKE);

            assertThat(wire.answer().body()).contains("\"successful\":true");
        }
    }

    /** Waits until a request that is sent now is too slow. */
    private void pass() throws Exception {
        try (Wire other = new Wire(port)) {
            assertTooSlow(other.say("G").answer());
        }
    }

    private static String head(String path, String header) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\ngms_user: ada\r\n"
                + "Authorization: Bearer Secret-Token\r\n" + header + "\r\n\r\n";
    }

    private static void assertTooSlow(Wire.Answer answer) {
        assertThat(answer.status()).as(answer.head() + answer.body()).isEqualTo(408);
        assertThat(answer.head()).contains("Connection: close");
        assertThat(answer.body()).contains("TooSlow");
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}

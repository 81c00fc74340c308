package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import dev.halley.Options;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The {@link HostileCorpus} against a server: nobody gets a 5xx or reads a word of Java, the log stays quiet, the chat
 * of a customer in the background stays as it is, and all of it is quick.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputTest {

    /** Of all threads of this process, so that it is nobody's fault if the computer has other things to do. */
    private static final Duration QUICK = Duration.ofSeconds(2);

    private static final long MOST_HEAP = 48L << 20;
    private static final Pattern JAVA =
            Pattern.compile("(?i)exception\\b(?!\":)|\\bat [a-z.]+\\(|java\\.|jetty|cometd\\.");

    /** What kernels' buffers take, not the gigabytes that come. */
    private static final long MOST_TAKEN = 64L << 20;

    private static final int MANY = 100;

    private final AtomicInteger users = new AtomicInteger();
    private final RunningServer server;
    private final Http http;
    private final int port;
    private final LogWatch log = new LogWatch();
    private final Map<String, String> names;
    private long heapBefore;
    private JsonNode victim;
    private int complaints;
    private long began;

    HostileInputTest() throws Exception {
        server = RunningServer.start(ServerSettings.of(
                        Options.of(Map.of("Service.request-chat", Map.of("_client_timeout_notification", 3_600))))
                .withTimes(Duration.ofMillis(200), Duration.ofSeconds(1)));
        http = new Http(server.uri());
        port = server.uri().getPort();
        String chat = open("vera");
        String session = http.post("vera", chat + "/refresh", "")
                .json()
                .path("chatSessionId")
                .asText();
        Bayeux app = Bayeux.handshake(http, "vera");
        app.connect();
        app.disconnect("1");
        for (int i = 0; i < 3; i++) {
            http.send(http.to("/agent/1/chats/" + session + "/messages")
                    .header("Authorization", "Bearer " + server.token())
                    .POST(BodyPublishers.ofString("text=Hello")));
        }
        names = Map.of(
                "chat",
                chat,
                "session",
                session,
                "id",
                app.clientId(),
                "own",
                open("mallory"),
                "token",
                server.token());
        victim = victim();
    }

    @BeforeAll
    void warmUp() throws Exception {
        assertThat(victim.path("presence").asText()).isEqualTo("away");
        assertThat(victim.path("position").asInt()).isEqualTo(4);
        assertThat(victim.path("seen").asInt()).isEqualTo(1);
        assertThat(Wire.exchange(port, post("mallory", "[]")).status()).isEqualTo(400);
        heapBefore = heap();
    }

    @BeforeEach
    void begin() {
        began = cpuNanos();
        complaints = log.complaints().size();
    }

    @AfterEach
    void nothingMoved() {
        assertThat(Duration.ofNanos(cpuNanos() - began)).as("time").isLessThan(QUICK);
        assertThat(victim()).isEqualTo(victim);
        assertThat(log.complaints().subList(complaints, log.complaints().size()))
                .isEmpty();
    }

    @AfterAll
    void stop() {
        assertThat(heap() - heapBefore).as("heap that stays in use").isLessThan(MOST_HEAP);
        server.close();
        log.close();
        assertThat(log.complaints()).isEmpty();
    }

    static List<HostileCorpus.Messages> messages() {
        return HostileCorpus.messages();
    }

    static List<HostileCorpus.Request> bodies() {
        return HostileCorpus.bodies();
    }

    static List<HostileCorpus.Request> requests() {
        return HostileCorpus.requests();
    }

    static List<HostileCorpus.Frames> frames() {
        return HostileCorpus.frames();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void messages_areAnsweredOrRefused_byLongPolling(HostileCorpus.Messages messages) throws Exception {
        byte[] body = HostileCorpus.filled(messages.bytes(), names);
        // Whoever is in the background says only good-bye; all else would bring the customer back.
        String user =
                new String(body, 0, Math.min(body.length, 40), UTF_8).contains("/meta/disconnect") ? "vera" : "mallory";
        Wire.Answer answer = Wire.exchange(port, post(user, body));

        assertThat(answer.status()).as(answer.body()).isEqualTo(messages.expected());
        assertHarmless(answer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void messages_areAnsweredOrTheEnd_byWebSocket(HostileCorpus.Messages messages) throws Exception {
        try (Wire wire = new Wire(port).upgrade("gms_user: mallory\r\n")) {
            wire.say(Wire.text(HostileCorpus.filled(messages.bytes(), names)));
            Wire.Frame frame = wire.frame();

            int expected = messages.expected() == 200 ? 0 : messages.expected() == 413 ? 1009 : 1007;
            assertThat(frame.code()).as(frame.text()).isEqualTo(expected);
            assertThat(frame.text()).doesNotContainPattern(JAVA);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void frames_thatBreakTheRules_areTheEnd(HostileCorpus.Frames frames) throws Exception {
        try (Wire wire = new Wire(port).upgrade("gms_user: mallory\r\n")) {
            wire.say(frames.bytes());
            Wire.Frame frame = wire.frame();
            while (frame.code() == 0) {
                frame = wire.frame();
            }

            assertThat(frame.code()).as(frame.text()).isEqualTo(frames.expected());
            assertThat(frame.text()).doesNotContainPattern(JAVA);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"bodies", "requests"})
    void requests_areAnsweredOrRefused(HostileCorpus.Request request) throws Exception {
        byte[] bytes = request.bytes();
        if (new String(bytes, 0, Math.min(bytes.length, 20), ISO_8859_1).contains("$new")) {
            String path = http.post("mallory", "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            bytes = HostileCorpus.filled(bytes, Map.of("new", path));
        }
        Wire.Answer answer = Wire.exchange(port, HostileCorpus.filled(bytes, names));

        assertThat(matches(answer.status(), request.expected()))
                .as(answer.status() + " " + answer.body())
                .isTrue();
        assertThat(answer.answers()).isLessThanOrEqualTo(1);
        assertHarmless(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$chat/send", "/genesys/cometd", "/agent/1/chats/$session/messages"})
    void endlessBodies_areCutOff(String path) throws Exception {
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\ngms_user: vera\r\n"
                + "Authorization: Bearer $token\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (Wire wire = new Wire(port)) {
            wire.say(HostileCorpus.filled(head.getBytes(ISO_8859_1), names));
            long taken = wire.sayForever(("2000\r\n" + " ".repeat(0x2000) + "\r\n").getBytes(ISO_8859_1), MOST_TAKEN);

            assertThat(taken).isLessThan(MOST_TAKEN);
            assertThat(wire.answer().status()).isIn(413, 0); // 0: reset before it was read
        }
    }

    @Test
    void endlessMessages_areTheEndOfAWebSocket() throws Exception {
        try (Wire wire = new Wire(port).upgrade("gms_user: mallory\r\n")) {
            wire.say(Wire.frame(0x01, 1, new byte[] {'['}));
            long taken = wire.sayForever(Wire.frame(0x00, 0x2000, new byte[0x2000]), MOST_TAKEN);

            assertThat(taken).isLessThan(MOST_TAKEN);
            assertThat(wire.frame().code()).isIn(1009, 1006);
        }
    }

    @Test
    void bodiesThatNeverEnd_holdUpNobody() throws Exception {
        List<Wire> slow = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                String path = i % 2 == 0 ? "$chat/send" : "/genesys/cometd";
                String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\ngms_user: vera\r\n"
                        + "Content-Length: 200000\r\n\r\n[";
                slow.add(new Wire(port).say(HostileCorpus.filled(head.getBytes(ISO_8859_1), names)));
            }

            assertThat(http.send(http.to("/health")).status()).isEqualTo(200);
            assertThat(Wire.exchange(port, post("mallory", "[]")).status()).isEqualTo(400);
        } finally {
            for (Wire wire : slow) {
                wire.close();
            }
        }
    }

    static List<String> positions() {
        return HostileCorpus.POSITIONS;
    }

    @ParameterizedTest
    @MethodSource("positions")
    void positionsOfAClientThatLives_countAsNotSent(String position) {
        String ext = ",\"ext\":{\"transcriptPosition\":" + position + "}";
        String user = "user" + users.incrementAndGet();
        String chat = open(user);
        Bayeux app = Bayeux.handshake(http, user);
        app.connect();
        String id = "\"clientId\":\"" + app.clientId() + "\"";

        app.send("/connect", app.nextConnect(ext));
        JsonNode gone = app.send("/disconnect", "{\"channel\":\"/meta/disconnect\"," + id + ext + "}")
                .json();

        assertThat(gone.at("/0/successful").asBoolean()).isTrue();
        JsonNode shown = shown(user);
        assertThat(shown.path("presence").asText()).isEqualTo("away");
        assertThat(shown.path("position").asInt()).isEqualTo(1);
        assertThat(shown.path("seen").asInt()).isEqualTo(1);
        http.post(user, chat + "/disconnect", "");
    }

    @Test
    void channelsOfClientsOwn_areNotMade() {
        open("channels");
        Bayeux app = Bayeux.handshake(http, "channels");
        String id = "\"clientId\":\"" + app.clientId() + "\"";
        String many =
                IntStream.range(0, 20_000).mapToObj(i -> "\"/c" + i + "\"").collect(Collectors.joining(","));

        JsonNode subscribed = app.send(
                        "", "{\"channel\":\"/meta/subscribe\"," + id + ",\"subscription\":[" + many + "]}")
                .json();
        JsonNode published =
                app.send("", "{\"channel\":\"/c\"," + id + ",\"data\":{}}").json();
        JsonNode own = app.send("", "{\"channel\":\"/meta/subscribe\"," + id + ",\"subscription\":\"/_genesys\"}")
                .json();

        assertThat(subscribed.at("/0/successful").asBoolean()).isFalse();
        assertThat(published.at("/0/successful").asBoolean()).isFalse();
        assertThat(own.at("/0/successful").asBoolean()).isTrue();
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static boolean matches(int status, String expected) {
        return String.valueOf(status).matches(expected.replace("x", "[0-9]"));
    }

    private static void assertHarmless(Wire.Answer answer) {
        assertThat(answer.body()).doesNotContainPattern(JAVA);
        assertThat(answer.head()).doesNotContain("Server:", "Exception");
    }

    private static byte[] post(String user, String body) {
        return post(user, body.getBytes(UTF_8));
    }

    private static byte[] post(String user, byte[] body) {
        return HostileCorpus.join(
                ("POST /genesys/cometd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ngms_user: " + user
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(ISO_8859_1),
                body);
    }

    private String open(String user) {
        String url = http.post(user, "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        http.post(user, url, "notify_by=comet&firstName=" + user);
        return url;
    }

    private JsonNode victim() {
        return shown("vera");
    }

    private JsonNode shown(String user) {
        for (JsonNode chat : http.send(http.to("/agent/1/chats").header("Authorization", "Bearer " + server.token()))
                .json()) {
            if (chat.path("nickname").asText().equals(user)) {
                return chat;
            }
        }
        throw new AssertionError("The chat is gone");
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

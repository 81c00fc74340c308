package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import dev.halley.fixtures.Cases;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table in {@code who-may-what.txt}, cell by cell, each with users and a chat of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhoMayWhatTest {

    private static final String SECRET = "Nobody else reads this";
    private static final String SERVICES = "/genesys/1/service/";

    private final AtomicInteger users = new AtomicInteger();
    private String served = "";
    private @Nullable RunningServer server;

    /** One cell of the table. */
    record Cell(boolean keys, String transport, String call, String caller, String expected) {
        @Override
        public String toString() {
            return (keys ? "keys, " : "") + transport + ": " + call + ", by " + caller + " -> " + expected;
        }
    }

    /** What came of a call. */
    private record Outcome(String said, String answer, boolean shows) {}

    /** Each part of the table has a server, so that none has too many chats to list. */
    private RunningServer serverFor(Cell cell) throws Exception {
        RunningServer last = server;
        if (last != null && served.equals(cell.keys() + cell.transport())) {
            return last;
        }
        stop();
        served = cell.keys() + cell.transport();
        server = start(cell.keys());
        return server;
    }

    private static RunningServer start(boolean keys) throws Exception {
        return RunningServer.start(ServerSettings.of(Options.of(Map.of(
                        "halley", Map.of("require_secure_key", keys),
                        "Service.request-chat", Map.of("_client_timeout_notification", 3_600))))
                .withTimes(Duration.ofMillis(100), Duration.ofSeconds(60)));
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    static List<Cell> cells() throws Exception {
        List<Cell> cells = new ArrayList<>();
        boolean keys = false;
        String[] heads = {};
        try (InputStream in = WhoMayWhatTest.class.getResourceAsStream("/who-may-what.txt")) {
            for (String line : new String(Objects.requireNonNull(in).readAllBytes(), UTF_8).split("\n", -1)) {
                String[] columns =
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
                if (line.startsWith("==")) {
                    keys = line.contains("true");
                } else if (columns.length > 1 && columns[1].equals("nobody")) {
                    heads = columns;
                } else if (columns.length > 1) {
                    for (int i = 1; i < columns.length; i++) {
                        cells.add(new Cell(keys, heads[0], columns[0], heads[i], columns[i]));
                    }
                }
            }
        }
        return cells;
    }

    static Stream<Cell> played() throws Exception {
        return Cases.of(cells().stream());
    }

    @Test
    void table_hasAllCells() throws Exception {
        List<Cell> cells = cells();
        System.out.println(cells.size() + " cells of who may what");

        assertThat(cells).hasSizeGreaterThan(800);
        assertThat(cells.stream().filter(cell -> cell.expected().endsWith("+"))).hasSizeGreaterThan(100);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("played")
    void cell_isAsTheTableSays(Cell cell) throws Exception {
        Scene scene = new Scene(cell);
        scene.prepare();
        JsonNode before = scene.shown();
        Outcome outcome = scene.call();
        JsonNode after = scene.shown();

        boolean moved = !before.equals(after);
        assertThat(outcome.said() + (moved || outcome.shows() ? "+" : ""))
                .as("%s; %s became %s", outcome.answer(), before, after)
                .isEqualTo(cell.expected());
        if (cell.transport().equals("rest") && cell.expected().matches("40[14]")) {
            scene.assertLikeNone();
        }
    }

    @Test
    void handshakeForAnotherUsersChat_isLikeThatForNone() throws Exception {
        Scene scene = new Scene(new Cell(true, "long-polling", "handshake for the chat", "stranger", "403"));
        scene.prepare();
        Wire.Answer foreign = scene.bayeux(scene.handshake(scene.serviceId()), "");
        Wire.Answer none = scene.bayeux(scene.handshake("180-00000000-0000-4000-8000-000000000000"), "");

        assertThat(none.headButDate()).isEqualTo(foreign.headButDate());
        assertThat(none.body()).isEqualTo(foreign.body());
    }

    /** An owner with a chat, a stranger with another one, and somebody who calls. */
    private final class Scene {

        final Cell cell;
        final RunningServer server;
        final int port;
        final String owner = "owner" + users.incrementAndGet();
        final String stranger = "stranger" + users.get();
        String url = "";
        String session = "";
        String key = "";
        String clientId = "";
        String cookie = "";
        private @Nullable Wire own;

        Scene(Cell cell) throws Exception {
            this.cell = cell;
            server = serverFor(cell);
            port = server.uri().getPort();
        }

        void prepare() throws Exception {
            as(stranger, service(stranger), "notify_by=comet&firstName=Eve");
            url = service(owner);
            if (cell.call().equals("open")) {
                return;
            }
            JsonNode chat = as(owner, url, "notify_by=comet&firstName=Ada&_verbose=true");
            session = chat.path("chatSessionId").asText();
            key = chat.path("secureKey").asText();
            if (!cell.transport().equals("rest")) {
                connect();
            }
            agent("join", "nickname=Ann");
            agent("messages", "text=" + SECRET);
            if (cell.call().contains("late") || cell.call().contains("handshake")) {
                // The app said good-bye, and then there was more.
                ended();
            }
        }

        private JsonNode as(String user, String path, String form) throws Exception {
            return Json.parse(post(path, "gms_user: " + user + "\r\n", "application/x-www-form-urlencoded", form)
                    .body());
        }

        private String service(String user) throws Exception {
            return as(user, SERVICES + "request-chat", "")
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
        }

        /** The owner's own session. */
        private void connect() throws Exception {
            boolean byExt = cell.call().startsWith("named by ext");
            String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                    + "[\"long-polling\",\"websocket\"],\"ext\":{\"secureKey\":\"" + key + "\""
                    + (byExt ? ",\"gms_user\":\"" + owner + "\"" : "") + "}}";
            String header = byExt ? "" : "gms_user: " + owner + "\r\n";
            if (cell.transport().equals("websocket") && !cell.call().contains("of long-polling")) {
                own = new Wire(port).upgrade(header);
                own.say(Wire.text(handshake.getBytes(UTF_8)));
                clientId = Json.parse(own.frame().text()).at("/0/clientId").asText();
            } else {
                Wire.Answer answer = post("/genesys/cometd", header, "application/json", handshake);
                clientId = Json.parse(answer.body()).at("/0/clientId").asText();
                cookie = answer.head()
                        .lines()
                        .filter(line -> line.startsWith("Set-Cookie: "))
                        .map(line -> line.substring(12).split(";", 2)[0])
                        .findFirst()
                        .orElseThrow();
            }
            assertThat(clientId).isNotEmpty();
            comesOnline(header);
        }

        /** The first connect of the owner's, for a handshake alone changes nothing. */
        private void comesOnline(String header) throws Exception {
            String connect = "{\"channel\":\"/meta/connect\",\"connectionType\":\"long-polling\",\"clientId\":\""
                    + clientId + "\",\"advice\":{\"timeout\":0}}";
            if (own != null) {
                own.say(Wire.text(connect.getBytes(UTF_8)));
                while (!own.frame().text().contains("/meta/connect")) {
                    // Rows come before.
                }
            } else {
                post("/genesys/cometd", header + "Cookie: " + cookie + "\r\n", "application/json", connect);
            }
        }

        private void ended() throws Exception {
            String disconnect = "{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + clientId
                    + "\",\"ext\":{\"transcriptPosition\":\"1\"}}";
            if (own != null) {
                own.say(Wire.text(disconnect.getBytes(UTF_8)));
                while (!own.frame().text().contains("/meta/disconnect")) {
                    // Rows come before.
                }
                own.close();
            } else {
                post(
                        "/genesys/cometd",
                        "gms_user: " + owner + "\r\nCookie: " + cookie + "\r\n",
                        "application/json",
                        disconnect);
            }
        }

        private void agent(String call, String form) throws Exception {
            Wire.Answer answer = post(
                    "/agent/1/chats/" + session + "/" + call,
                    "Authorization: Bearer " + server.token() + "\r\n",
                    "application/x-www-form-urlencoded",
                    form);
            assertThat(answer.status()).isEqualTo(200);
        }

        String serviceId() {
            return url.split("/", -1)[4];
        }

        /** Returns the chat as the agents see it; without one, nothing. */
        JsonNode shown() throws Exception {
            try (Wire wire = new Wire(port)) {
                Wire.Answer chats = wire.say(("GET /agent/1/chats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                        + "Authorization: Bearer " + server.token() + "\r\n\r\n")
                                .getBytes(UTF_8))
                        .answer();
                for (JsonNode chat : Json.parse(chats.body())) {
                    if (chat.path("chatSessionId").asText().equals(session)) {
                        return chat;
                    }
                }
            }
            return Json.tree(Map.of());
        }

        /** What is not yours is no such chat, to the last byte. */
        void assertLikeNone() throws Exception {
            Wire.Answer foreign = rest(url, session);
            Wire.Answer none = rest(SERVICES + "180-00000000-0000-4000-8000-000000000000/ixn/chat", "0".repeat(16));

            assertThat(none.headButDate()).isEqualTo(foreign.headButDate());
            assertThat(none.body()).isEqualTo(foreign.body());
        }

        Outcome call() throws Exception {
            if (cell.transport().equals("rest")) {
                Wire.Answer answer = rest(url, session);
                return new Outcome(String.valueOf(answer.status()), answer.body(), isShown(answer.body()));
            }
            String answer;
            if (cell.caller().equals("foreign page")) {
                Wire.Answer refused = cell.transport().equals("websocket")
                        ? new Wire(port).say(Wire.upgradeOf(headers())).end().answer()
                        : bayeux(message(), "Cookie: " + cookie + "\r\n");
                return new Outcome(String.valueOf(refused.status()), refused.body(), isShown(refused.body()));
            }
            if (cell.transport().equals("websocket")) {
                try (Wire wire = new Wire(port).upgrade(headers())) {
                    wire.say(Wire.text(message().getBytes(UTF_8)));
                    StringBuilder all = new StringBuilder();
                    do {
                        all.append(wire.frame().text());
                    } while (all.indexOf("successful") < 0);
                    answer = all.toString();
                }
            } else {
                String cookies = cell.call().contains("cookie") || cell.call().contains("both")
                        ? "Cookie: " + cookie + "\r\n"
                        : "";
                answer = bayeux(message(), cookies).body();
            }
            return new Outcome(said(answer), answer, isShown(answer));
        }

        private boolean isShown(String answer) {
            return answer.contains(SECRET) || (!session.isEmpty() && answer.contains(session));
        }

        private String said(String answer) {
            if (answer.matches("(?s).*\"successful\": ?true.*")) {
                return "ok";
            }
            return answer.replaceAll("(?s).*\"error\":\"([0-9]{3}):.*", "$1");
        }

        // Who

        private String gmsUser() {
            return switch (cell.caller()) {
                case "stranger", "thief" -> stranger;
                case "owner", "wrong key", "key", "two names", "foreign page" -> owner;
                case "appended" -> stranger + ", " + owner;
                default -> "";
            };
        }

        private String shownKey() {
            return switch (cell.caller()) {
                case "thief", "key", "two names", "foreign page", "appended" -> key;
                case "wrong key" -> "wrong";
                default -> "";
            };
        }

        private String headers() {
            String token = switch (cell.caller()) {
                case "agent" -> server.token();
                case "wrong token" -> "wrong";
                default -> "";
            };
            return (gmsUser().isEmpty() ? "" : "gms_user: " + gmsUser() + "\r\n")
                    + (cell.caller().equals("two names") ? "gms_user: " + owner + "\r\n" : "")
                    + (cell.caller().equals("foreign page") ? "Origin: https://evil.example\r\n" : "")
                    + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
        }

        // What

        Wire.Answer rest(String chat, String of) throws Exception {
            String call = cell.call();
            String form = shownKey().isEmpty() ? "" : "secureKey=" + shownKey() + "&";
            String agents = "/agent/1/chats/" + of + "/";
            return switch (call) {
                case "health" -> get("/health");
                case "service, POST" -> form(SERVICES + "request-chat", form);
                case "service, GET" -> get(SERVICES + "request-chat");
                case "open" -> form(chat, form + "firstName=Ada");
                case "open again" -> form(chat, form + "firstName=Eve");
                case "send" -> form(chat + "/send", form + "message=x");
                case "refresh, POST" -> form(chat + "/refresh", form);
                case "refresh, GET" -> get(chat + "/refresh?" + form);
                case "refresh and send" -> form(chat + "/refresh", form + "message=x");
                case "device" -> form(chat + "/device", form + "push_notification_deviceid=");
                case "startTyping", "stopTyping", "disconnect", "dance" -> form(chat + "/" + call, form);
                case "agent: chats" -> get("/agent/1/chats");
                case "agent: events" -> get(agents + "events");
                case "agent: stream" -> get("/agent/1/events");
                case "agent: join" -> form(agents + "join", "nickname=Eve");
                case "agent: messages" -> form(agents + "messages", "text=x");
                case "agent: typing" -> form(agents + "typing", "typing=true");
                case "agent: notices" -> form(agents + "notices", "text=x");
                case "agent: urls" -> form(agents + "urls", "url=https://example.com/");
                case "agent: leave" -> form(agents + "leave", "");
                default -> throw new AssertionError(call);
            };
        }

        private String message() {
            String call = cell.call().replace("named by ext: ", "");
            String id = call.contains("cookie") && !call.contains("id and cookie")
                    ? ""
                    : ",\"clientId\":\"" + (call.contains("other id") ? "another-id" : clientId) + "\"";
            String ext = ",\"ext\":{\"secureKey\":\"" + shownKey() + "\",\"transcriptPosition\":\"2\"}";
            return switch (call.split(",", -1)[0]) {
                case "handshake" -> handshake("");
                case "handshake for the chat" -> handshake(serviceId());
                case "connect" ->
                    "{\"channel\":\"/meta/connect\",\"connectionType\":\"" + cell.transport() + "\"" + id + ",\"ext\":"
                            + "{\"secureKey\":\"" + shownKey() + "\"}}";
                case "subscribe" -> "{\"channel\":\"/meta/subscribe\",\"subscription\":\"/_genesys\"" + id + ext + "}";
                case "publish /_genesys" -> "{\"channel\":\"/_genesys\",\"data\":{}" + id + ext + "}";
                case "disconnect", "late disconnect" -> "{\"channel\":\"/meta/disconnect\"" + id + ext + "}";
                default -> throw new AssertionError(call);
            };
        }

        String handshake(String service) {
            return "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                    + "[\"long-polling\",\"websocket\"],\"ext\":{\"secureKey\":\"" + shownKey() + "\""
                    + (service.isEmpty() ? "" : ",\"serviceId\":\"" + service + "\"") + "}}";
        }

        Wire.Answer bayeux(String message, String cookies) throws Exception {
            return post("/genesys/cometd", headers() + cookies, "application/json", message);
        }

        private Wire.Answer form(String path, String form) throws Exception {
            return post(path, headers(), "application/x-www-form-urlencoded", form);
        }

        private Wire.Answer get(String path) throws Exception {
            boolean endless = path.equals("/agent/1/events");
            try (Wire wire = new Wire(port)) {
                wire.say(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers() + "\r\n")
                        .getBytes(UTF_8));
                return endless ? wire.head() : wire.answer();
            }
        }

        private Wire.Answer post(String path, String headers, String type, String body) throws Exception {
            return Wire.exchange(
                    port,
                    ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + type
                                    + "\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(UTF_8));
        }
    }
}

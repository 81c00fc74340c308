package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.halley.Options;
import dev.halley.canaries.Canaries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A story in which all that can go wrong does. Every secret in it is a canary, which nobody but its owner may see. */
class SecretsTest {

    private static final String USER = "canary-ann@example.org";
    private static final String STRANGER = "canary-eve@example.org";
    private static final String NICKNAME = "Canary Ann";
    private static final String EMAIL = "canary.ann@mail.example";
    private static final String TEXT = "canary: my account is 123-456";
    private static final String AGENT_TEXT = "canary: your code is 998877";
    private static final String TOKEN = "canary-device-token-0815";
    private static final String PATH = "canary-hook-path";
    private static final String QUERY = "canary-hook-key";
    private static final String SECRET = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ=";
    private static final String AUTHORIZATION = "Bearer canary-authorization";
    private static final String AGENT_TOKEN = "canary-agent-token";
    private static final String WRONG_KEY = "canary-wrong-key";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @ParameterizedTest
    @ValueSource(strings = {"long-polling", "websocket"})
    void story(String transport) throws Exception {
        for (String secret : List.of(
                USER,
                STRANGER,
                NICKNAME,
                EMAIL,
                TEXT,
                AGENT_TEXT,
                TOKEN,
                PATH,
                QUERY,
                SECRET,
                AUTHORIZATION,
                AGENT_TOKEN,
                WRONG_KEY)) {
            Canaries.secret("canary", secret);
        }
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        System.setErr(new PrintStream(printed, true, UTF_8));
        try (Hooks hooks = new Hooks()) {
            tell(transport, hooks);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        printed.toString(UTF_8).lines().forEach(line -> Canaries.said("standard output", line));
        Canaries.check();
    }

    private void tell(String transport, Hooks hooks) throws Exception {
        Options options = Options.of(Map.of(
                "push", Map.of("pushEnabled", "customhttp,httpcb", "customhttp.secret", SECRET, "ttl", 86_400),
                "push.provider.customhttp",
                        Map.of("customhttp.url", hooks.url(), "customhttp.authorization", AUTHORIZATION),
                "push.provider.httpcb", Map.of("httpcb.allow", hooks.allow()),
                "Service.request-chat", Map.of("_client_timeout_notification", 0),
                "halley", Map.of("require_secure_key", true, "max_text", 1_000)));
        ServerSettings settings = ServerSettings.of(options)
                .withToken(new AgentToken(AGENT_TOKEN))
                .withTimes(Duration.ofSeconds(1), Duration.ofSeconds(2));
        try (RunningServer server = RunningServer.start(settings)) {
            Http http = new Http(server.uri());
            for (Device device : List.of(
                    new Device("customhttp", TOKEN),
                    new Device("httpcb", hooks.url()),
                    new Device("httpcb", "http://127.0.0.1:1/" + PATH + "?key=" + QUERY),
                    new Device("httpcb", hooks.garbage()),
                    new Device("httpcb", "https://10.0.0.1/" + PATH + "?key=" + QUERY))) {
                int before = hooks.asked.get();
                chat(server, http, transport, device);
                if (device.token().equals(TOKEN) || device.token().equals(hooks.url())) {
                    Awaitility.await("a push over " + device.type()).until(() -> hooks.asked.get() > before);
                }
            }
            misuse(http);
        }
    }

    /** The URL of a call has the key, and whoever calls resets while the answer is written. */
    @Test
    void answersThatNobodyTakes() throws Exception {
        Options options = Options.of(Map.of("halley", Map.of("require_secure_key", true)));
        try (RunningServer server =
                RunningServer.start(ServerSettings.of(options).withToken(new AgentToken(AGENT_TOKEN)))) {
            Http http = new Http(server.uri());
            String chat = http.post(USER, "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            JsonNode created =
                    http.post(USER, chat, "notify_by=comet&_verbose=true").json();
            String key = created.path("secureKey").asText();
            Canaries.secret("secure key", key);
            for (int i = 0; i < 20; i++) {
                agent(
                        http,
                        AGENT_TOKEN,
                        created.path("chatSessionId").asText(),
                        Http.form(Map.of("text", AGENT_TEXT + ".".repeat(20_000))));
            }
            for (String call : List.of(
                    "GET " + chat + "/refresh?transcriptPosition=1&secureKey=" + key,
                    "GET /agent/1/chats/" + created.path("chatSessionId").asText() + "/events?after=0&secureKey="
                            + key)) {
                try (Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), server.uri().getPort())) {
                    socket.getOutputStream()
                            .write((call + " HTTP/1.1\r\nHost: localhost\r\ngms_user: " + USER
                                            + "\r\nAuthorization: Bearer " + AGENT_TOKEN + "\r\n\r\n")
                                    .repeat(50)
                                    .getBytes(UTF_8));
                    assertThat(socket.getInputStream().read()).isPositive();
                    socket.setSoLinger(true, 0);
                }
            }
            for (String path : List.of(
                    chat + "/send", "/genesys/cometd/connect", "/agent/1/chats/" + key + "/messages", "/nothing")) {
                for (String length : List.of("Content-Length: 1000", "Transfer-Encoding: chunked")) {
                    try (Socket socket = new Socket(
                            InetAddress.getLoopbackAddress(), server.uri().getPort())) {
                        socket.getOutputStream()
                                .write(("POST " + path + "?secureKey=" + key
                                                + " HTTP/1.1\r\nHost: localhost\r\ngms_user: " + USER
                                                + "\r\nAuthorization: Bearer " + AGENT_TOKEN + "\r\n" + length
                                                + "\r\n\r\n")
                                        .getBytes(UTF_8));
                        http.send(http.to("/health")); // until it has been read
                        socket.setSoLinger(true, 0);
                    }
                }
            }
            Awaitility.await().until(() -> server.connections() <= 1);
        }
        Canaries.check();
    }

    /** Where pushes go. */
    private record Device(String type, String token) {}

    private void chat(RunningServer server, Http http, String transport, Device device) throws Exception {
        String id = http.post(USER, "/genesys/1/service/request-chat", "")
                .json()
                .path("_id")
                .asText();
        String chat = "/genesys/1/service/" + id + "/ixn/chat";
        JsonNode created = http.post(
                        USER,
                        chat,
                        Http.form(Map.of(
                                "notify_by",
                                "comet",
                                "userDisplayName",
                                NICKNAME,
                                "emailAddress",
                                EMAIL,
                                "push_notification_deviceid",
                                device.token(),
                                "push_notification_type",
                                device.type(),
                                "_verbose",
                                "true")))
                .json();
        String key = created.path("secureKey").asText();
        Canaries.secret("secure key", key);
        String session = created.path("chatSessionId").asText();
        http.post(USER, chat + "/send", Http.form(Map.of("message", TEXT, "secureKey", key)));
        say(http, session);

        String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\""
                + transport + "\"],\"ext\":{\"secureKey\":\"" + key + "\",\"email\":\"" + EMAIL + "\"}}";
        App app = transport.equals("websocket") ? new SocketApp(server.uri()) : new PollingApp(http);
        JsonNode welcome = app.ask(handshake);
        String client = welcome.path("clientId").asText();
        assertThat(client).isNotEmpty();
        Canaries.secret("client id", client);
        app.ask("{\"channel\":\"/meta/connect\",\"clientId\":\"" + client + "\",\"connectionType\":\"" + transport
                + "\",\"advice\":{\"timeout\":0}}");
        assertThat(app.ask("{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + client
                                + "\",\"ext\":{\"transcriptPosition\":\"1\",\"secureKey\":\"" + key + "\"}}")
                        .path("successful")
                        .asBoolean())
                .isTrue();
        say(http, session);

        // A stranger, with all that can be overheard, and a wrong key.
        for (String stolen : List.of(
                "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"long-polling\"],"
                        + "\"ext\":{\"secureKey\":\"" + WRONG_KEY + "\",\"gms_user\":\"" + STRANGER + "\"}}",
                "{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + client + "\",\"ext\":{\"transcriptPosition\":\""
                        + TEXT + "\",\"secureKey\":\"" + WRONG_KEY + "\"}}")) {
            Canaries.said(
                    "answer",
                    http.post(STRANGER, "/genesys/cometd", "application/json", stolen)
                            .body());
        }
        Canaries.said(
                "answer",
                http.post(STRANGER, chat + "/send", Http.form(Map.of("message", TEXT)))
                        .body());
        app.close();
    }

    private void say(Http http, String session) {
        assertThat(agent(http, AGENT_TOKEN, session, Http.form(Map.of("text", AGENT_TEXT)))
                        .status())
                .isEqualTo(200);
    }

    private static Http.Reply agent(Http http, String token, String session, String body) {
        return http.send(http.to("/agent/1/chats/" + session + "/messages")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(body)));
    }

    /** Input that is refused, and holds secrets. */
    private static void misuse(Http http) throws IOException {
        String service = "/genesys/1/service/";
        for (Http.Reply refused : List.of(
                agent(http, TOKEN, "nochat", "text=x"),
                agent(http, AGENT_TOKEN, "nochat", Http.form(Map.of("text", TEXT))),
                http.send(http.to("/agent/1/chats?token=" + AGENT_TOKEN)),
                http.send(http.to("/" + PATH + "?key=" + QUERY)),
                http.send(
                        http.to(service + PATH + "/ixn/chat?secureKey=" + QUERY).header("gms_user", USER)),
                http.post(USER, service + PATH, ""),
                http.post(USER, service + PATH + "/ixn/chat", "secureKey=" + WRONG_KEY),
                http.post(USER, service + PATH + "/ixn/chat/send", "application/json", "{\"message\":\"" + TEXT),
                http.post(USER, service + "request-chat", "application/json", "{\"message\":\"" + TEXT),
                http.post(USER, "/genesys/cometd", "application/json", "[{\"channel\":\"/meta/handshake\",\"" + TEXT),
                http.post(USER, "/genesys/cometd", "application/json", "[\"" + TEXT + "\"]"),
                http.post(
                        USER,
                        "/genesys/cometd",
                        "application/json",
                        "[{\"channel\":\"/x\",\"data\":\"" + TEXT + "\"}]"),
                http.post(USER, "/genesys/cometd", TEXT.replace(':', '='), "[]"))) {
            assertThat(refused.status() >= 400 || refused.body().contains("\"successful\":false"))
                    .as(refused.body())
                    .isTrue();
            Canaries.said("answer", refused.body());
        }
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), http.to("/").build().uri().getPort())) {
            socket.getOutputStream()
                    .write(("GET /" + PATH + "\u0000?" + QUERY + " " + TEXT + "\r\n\r\n").getBytes(UTF_8));
            Canaries.said("answer", new String(socket.getInputStream().readAllBytes(), UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "push: {pushEnabled: customhttp, customhttp.secret: %s}",
                "push: {pushEnabled: customhttp, customhttp.authorization: '%s\u00e9'}",
                "push.provider.customhttp: {customhttp.secret: [%s, {a: b}]}",
                "push: {apple.certificatePassword: %s, apple.certificatePasword: %s}",
                "push: {fcm.apiKey: %s}",
                "push: {customhttp.secret: \"%s}",
                "push: {customhttp.secret: %s, customhttp.secret: %s}",
                "halley: %s",
                "%s",
                "- %s",
                "push: [%s]"
            })
    void optionsFile(String yaml, @TempDir Path folder) throws Exception {
        String secret = "canary-of-an-options-file";
        Canaries.secret("option", secret);
        Path file = Files.writeString(folder.resolve("options.yml"), yaml.replace("%s", secret));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(printed, true, UTF_8);

        int status = new HalleyServer().run(new String[] {"--port", "0", "--config", file.toString()}, stream, stream);

        assertThat(status).isEqualTo(2);
        assertThat(printed.toString(UTF_8)).isNotBlank();
        Canaries.said("standard output", printed.toString(UTF_8));
        Canaries.check();
    }

    /** Receivers of pushes: one fails and repeats what it got, the other speaks no HTTP. */
    private static final class Hooks implements AutoCloseable {
        final AtomicInteger asked = new AtomicInteger();
        private final HttpServer server;
        private final ServerSocket garbage;

        Hooks() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.start();
            garbage = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(this::babble, "garbage");
            thread.setDaemon(true);
            thread.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + PATH + "?key=" + QUERY;
        }

        String allow() {
            return "http://127.0.0.1:%d, http://127.0.0.1:%d, http://127.0.0.1:1"
                    .formatted(server.getAddress().getPort(), garbage.getLocalPort());
        }

        String garbage() {
            return "http://127.0.0.1:" + garbage.getLocalPort() + "/" + PATH + "?key=" + QUERY;
        }

        /** 500 with everything in it, then 410, then 503 and so on. */
        private void answer(HttpExchange exchange) throws IOException {
            int[] statuses = {500, 410, 302, 400};
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Location", exchange.getRequestURI() + TOKEN);
            exchange.sendResponseHeaders(statuses[asked.getAndIncrement() % statuses.length], Math.max(1, body.length));
            exchange.getResponseBody().write(body);
            exchange.close();
        }

        private void babble() {
            while (!garbage.isClosed()) {
                try (Socket socket = garbage.accept()) {
                    socket.getOutputStream().write((PATH + " " + TOKEN + "\r\n\r\n" + TEXT).getBytes(UTF_8));
                } catch (IOException e) {
                    // closed
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.stop(0);
            garbage.close();
        }
    }

    /** An app that sends messages one by one. */
    private interface App {
        JsonNode ask(String message) throws Exception;

        default void close() {}
    }

    private static final class PollingApp implements App {
        private final Http http;
        private String cookie = "";

        PollingApp(Http http) {
            this.http = http;
        }

        @Override
        public JsonNode ask(String message) {
            Http.Reply reply = http.send(http.to("/genesys/cometd")
                    .header("gms_user", USER)
                    .header("Cookie", cookie)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("[" + message + "]")));
            reply.cookie().ifPresent(given -> {
                cookie = given;
                Canaries.secret("cookie", given.split("=", 2)[1]);
            });
            return last(reply.json());
        }
    }

    private final class SocketApp implements App {
        private final WebSocket socket;

        SocketApp(URI server) throws Exception {
            heard.clear();
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("gms_user", USER)
                    .buildAsync(
                            URI.create(server.toString().replace("http:", "ws:") + "genesys/cometd"),
                            new WebSocket.Listener() {
                                private final StringBuilder text = new StringBuilder();

                                @Override
                                public @Nullable CompletionStage<?> onText(
                                        WebSocket from, CharSequence data, boolean last) {
                                    text.append(data);
                                    if (last) {
                                        heard.add(text.toString());
                                        text.setLength(0);
                                    }
                                    from.request(1);
                                    return null;
                                }
                            })
                    .get(5, TimeUnit.SECONDS);
        }

        @Override
        public JsonNode ask(String message) throws Exception {
            socket.sendText("[" + message + "]", true).get(5, TimeUnit.SECONDS);
            while (true) {
                String answer = heard.poll(10, TimeUnit.SECONDS);
                assertThat(answer).isNotNull();
                JsonNode reply = last(Json.parse(String.valueOf(answer)));
                if (reply.path("channel").asText().startsWith("/meta/")) {
                    return reply;
                }
            }
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    private static JsonNode last(JsonNode messages) {
        return messages.get(messages.size() - 1);
    }
}

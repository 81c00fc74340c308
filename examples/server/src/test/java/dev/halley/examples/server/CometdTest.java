package dev.halley.examples.server;

import static dev.halley.examples.server.ChatApiTest.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CometdTest {

    private final RunningServer server;
    private final Http http;

    CometdTest() throws Exception {
        server = RunningServer.start(ServerSettings.of(Options.none()));
        http = new Http(server.uri());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void backgroundAndReturn_byteForByte() throws Exception {
        String url = http.post("ada", "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        String chat = http.post("ada", url, "notify_by=comet&firstName=Ada")
                .json()
                .path("chatSessionId")
                .asText();
        agent(chat, "join", "nickname=agentName");
        agent(chat, "messages", "text=one");
        agent(chat, "messages", "text=two");
        Bayeux before = Bayeux.handshake(http, "ada");
        before.connect();
        String disconnect = fixture("disconnect.json").strip().replace("71k6evjfbffqq9eir3jhn6udxz", before.clientId());

        JsonNode gone = before.send("/disconnect", disconnect).json();
        assertThat(gone.at("/0/successful").asBoolean()).isTrue();

        agent(chat, "typing", "typing=true");
        agent(chat, "messages", "text=Hello");
        Bayeux after = Bayeux.handshake(http, "ada");
        JsonNode caughtUp = after.plainConnect().json();

        JsonNode expected = Json.parse(fixture("catch-up-response.json"));
        assertThat(shape(caughtUp)).isEqualTo(shape(expected));
        assertThat(caughtUp.at("/0/data/message/transcriptPosition").asText()).isEqualTo("6");
        assertThat(caughtUp.at("/0/data/message/chatSessionId").asText()).isEqualTo(chat);
        assertThat(caughtUp.at("/0/data/id").asText()).matches("[0-9a-f]{32}");
        assertThat(caughtUp.at("/0/data/tag").asText())
                .isEqualTo("service.chat.refresh." + url.replaceAll(".*(180-[^/]*).*", "$1"));
        for (int row = 0; row < 2; row++) {
            for (int column : new int[] {0, 1, 2, 4}) {
                String cell = "/0/data/message/transcriptToShow/" + row + "/" + column;
                assertThat(caughtUp.at(cell)).isEqualTo(expected.at(cell));
            }
        }
        assertThat(caughtUp.at("/1/channel").asText()).isEqualTo("/meta/connect");
        assertThat(caughtUp.at("/1/successful").asBoolean()).isTrue();
    }

    @Test
    void singleMessage_isTaken_onBothTransports() throws Exception {
        String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                + "[\"long-polling\",\"websocket\"]}";

        assertThat(http.post("ada", "/genesys/cometd", "application/json", handshake)
                        .json()
                        .at("/0/successful")
                        .asBoolean())
                .isTrue();
        Socket socket = new Socket();
        WebSocket client = open(socket);
        client.sendText(handshake, true).join();
        assertThat(Json.parse(socket.text.get(5, TimeUnit.SECONDS))
                        .at("/0/successful")
                        .asBoolean())
                .isTrue();
        client.abort();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "null",
                "[]",
                "[null]",
                "[1]",
                "\"text\"",
                "[[]]",
                "[{}]",
                "[{\"channel\":null}]",
                "[{\"channel\":5}]",
                "[{\"channel\":\"\"}]",
                "[{\"channel\":\"no-slash\"}]",
                "[{\"channel\":\"/meta/handshake\",\"ext\":3}]",
                "[{\"channel\":\"/meta/handshake\",\"supportedConnectionTypes\":5}]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":{}}]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":\"x\",\"advice\":[]}]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":\"x\",\"advice\":{\"timeout\":\"x\"}}]",
                "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"x\",\"subscription\":7}]",
                "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"x\",\"subscription\":[null]}]",
                "[{\"channel\":\"/x\",\"id\":{}}]",
                "[{\"channel\":\"/meta/handshake\"}"
            })
    void malformedMessages_are400_andCloseAWebSocketQuietly(String body) throws Exception {
        assertRefused(http.post("ada", "/genesys/cometd", "application/json", body), 400);
        assertRefused(http.post("ada", "/genesys/cometd", "application/json;charset=iso-8859-1", body), 400);

        if (!body.isEmpty()) {
            Socket socket = new Socket();
            open(socket).sendText(body, true).join();
            String closed = socket.closed.get(5, TimeUnit.SECONDS);
            assertThat(closed).startsWith("1007 ").doesNotContain("Exception").doesNotContain("java");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"channel\":\"/meta/nonsense\"}]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":\"x\"}]",
                "[{\"channel\":\"/meta/disconnect\",\"clientId\":\"x\",\"ext\":{\"transcriptPosition\":{}}}]",
                "[{\"channel\":\"/meta/disconnect\",\"ext\":{\"transcriptPosition\":\"-1\"}}]",
                "[{\"channel\":\"/_genesys\",\"clientId\":\"x\",\"data\":{}}]"
            })
    void oddMessages_areAnsweredByBayeux(String body) {
        Http.Reply reply = http.post("ada", "/genesys/cometd", "application/json", body);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().at("/0/successful").asBoolean()).isFalse();
    }

    @Test
    void deepNesting_is400() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);

        assertRefused(
                http.post("ada", "/genesys/cometd", "application/json", "[{\"channel\":\"/x\",\"data\":" + deep + "}]"),
                400);
    }

    @Test
    void tooLarge_is413_and1009() throws Exception {
        String body = "[{\"channel\":\"/x\",\"data\":\"" + "x".repeat(300_000) + "\"}]";

        assertRefused(http.post("ada", "/genesys/cometd", "application/json", body), 413);
        assertRefused(
                http.send(http.to("/genesys/cometd")
                        .header("gms_user", "ada")
                        .POST(BodyPublishers.ofInputStream(
                                () -> new java.io.ByteArrayInputStream(body.getBytes(UTF_8))))),
                413);
        // Refused as soon as it is too long, so not all of it may be sent.
        try (Wire wire = new Wire(server.uri().getPort()).upgrade("gms_user: ada\r\n")) {
            wire.say(Wire.text(body.getBytes(UTF_8)));
            assertThat(wire.frame().code()).isEqualTo(1009);
        }
    }

    @Test
    void oddRequests_areRefused() {
        assertRefused(http.send(http.to("/genesys/cometd").header("gms_user", "ada")), 405);
        assertRefused(http.post("ada", "/genesys/cometd", "application/json;charset=nonsense", "[]"), 400);
        assertThat(http.send(http.to("/nothing")).status()).isEqualTo(404);
        assertThat(http.send(http.to("/nothing")).header("Server")).isEmpty();
    }

    private void agent(String chat, String call, String form) {
        Http.Reply reply = http.send(http.to("/agent/1/chats/" + chat + "/" + call)
                .header("Authorization", "Bearer " + server.token())
                .POST(BodyPublishers.ofString(form)));
        assertThat(reply.status()).isEqualTo(200);
    }

    private WebSocket open(Socket socket) throws Exception {
        URI uri = URI.create(server.uri().toString().replace("http:", "ws:") + "genesys/cometd");
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("gms_user", "ada")
                .buildAsync(uri, socket)
                .get(5, TimeUnit.SECONDS);
    }

    /** Collects what a WebSocket hears. */
    private static final class Socket implements WebSocket.Listener {
        final CompletableFuture<String> text = new CompletableFuture<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.complete(data.toString());
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code + " " + reason);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    /** The names of all fields and the kinds of all values, in the order of the array; CometD sorts fields by hash. */
    private static List<String> shape(JsonNode json) {
        List<String> shape = new ArrayList<>();
        add(shape, "", json);
        return shape;
    }

    private static void add(List<String> shape, String path, JsonNode json) {
        shape.add(path + " " + json.getNodeType());
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                add(shape, path + "/" + i, json.get(i));
            }
        }
        json.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(field -> add(shape, path + "/" + field.getKey(), field.getValue()));
    }

    private static String fixture(String name) throws Exception {
        try (InputStream stream = CometdTest.class.getResourceAsStream("/" + name)) {
            return new String(java.util.Objects.requireNonNull(stream).readAllBytes(), UTF_8);
        }
    }
}

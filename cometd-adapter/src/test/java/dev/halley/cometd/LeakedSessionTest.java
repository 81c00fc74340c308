package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.ChatId;
import dev.halley.Presence;
import dev.halley.fixtures.AtOnce;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.client.transport.ClientTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session's client id, on long-polling with its cookie, in the hands of somebody else or of nobody. */
class LeakedSessionTest {

    private TestServer server;
    private ChatId chat;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start();
        chat = server.open();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eve", ""})
    void connect_ofSomebodyElse_isRefused_andTakesNothingFromTheOwner(String thief) throws Exception {
        try (RawClient owner = client("mia");
                RawClient other = client(thief)) {
            owner.handshake("");
            server.say(chat, "Hello");
            other.steal(owner);

            JsonNode stolen = other.connect();
            server.say(chat, "Are you there?");
            JsonNode again = other.connect(",\"ext\":{\"transcriptPosition\":\"3\"}");

            assertUnknown(stolen);
            assertUnknown(again);
            assertThat(server.view(chat).seen()).isZero();
            assertThat(texts(owner.connect())).containsExactly("has joined the session", "Hello", "Are you there?");
        }
    }

    @Test
    void connect_ofSomebodyElse_holdsUpNothingOfALargeBacklog() throws Exception {
        try (RawClient owner = client("mia");
                RawClient other = client("eve")) {
            owner.handshake("");
            owner.connect();
            for (int i = 0; i < 20; i++) {
                server.say(chat, "x".repeat(20_000));
            }
            assertUnknown(other.steal(owner).connect());

            assertThat(texts(owner.connect())).isNotEmpty();
        }
    }

    @Test
    void connect_ofSomebodyElse_leavesOtherApplicationsMessagesToTheOwner() throws Exception {
        try (RawClient owner = client("mia");
                RawClient other = client("eve")) {
            owner.handshake("");
            ServerMessage.Mutable message = server.bayeux.newMessage();
            message.setChannel("/news");
            message.setData("for Mia");
            server.bayeux.getSession(owner.clientId()).deliver(null, message, Promise.noop());

            assertUnknown(other.steal(owner).connect());

            assertThat(owner.connect().toString()).contains("for Mia");
        }
    }

    @Test
    void disconnectSubscribeAndPublish_ofSomebodyElse_areRefused_andMoveNothing() throws Exception {
        try (RawClient owner = client("mia");
                RawClient other = client("eve")) {
            owner.handshake("");
            owner.connect();
            server.say(chat, "Hello");
            other.steal(owner);
            String id = "\",\"clientId\":\"" + owner.clientId() + "\",";

            assertUnknown(other.disconnect(owner.clientId(), ",\"ext\":{\"transcriptPosition\":\"2\"}"));
            assertUnknown(other.post("{\"channel\":\"/meta/subscribe" + id + "\"subscription\":\"/news\"}"));
            assertUnknown(other.post("{\"channel\":\"/news" + id + "\"data\":{}}"));

            assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
            assertThat(server.view(chat).seen()).isZero();
            assertThat(texts(owner.connect())).containsExactly("Hello");
        }
    }

    @Test
    void messageWhoseSenderCantBeResolved_isRefused_andTakesNothing() throws Exception {
        server.close();
        server = new TestServer(
                TestServer.settings().build(),
                TestServer.COMETD,
                false,
                UnaryOperator.identity(),
                message -> UserResolver.gmsUser().resolve(message).map(user -> {
                    if (user.value().equals("broken token")) {
                        throw new IllegalStateException("a token that can't be read");
                    }
                    return user;
                }));
        chat = server.open();
        try (RawClient owner = client("mia");
                RawClient other = client("broken token")) {
            assertThat(other.handshake("").path("successful").asBoolean()).isFalse();
            owner.handshake("");
            server.say(chat, "Hello");

            assertUnknown(other.steal(owner).connect());

            assertThat(texts(owner.connect())).containsExactly("has joined the session", "Hello");
            assertThat(server.view(chat).seen()).isZero();
        }
    }

    @Test
    void connect_withoutAName_isRefused_whereNobodyKnowsWhetherTheHandshakesRequestNamedOne() throws Exception {
        server.close();
        server = new TestServer(
                TestServer.settings().build(),
                TestServer.COMETD,
                false,
                UnaryOperator.identity(),
                message -> Optional.of(UserResolver.gmsUser().resolve(message).orElseThrow()));
        chat = server.open();
        try (RawClient owner = client("")) {
            owner.handshake(",\"ext\":{\"gms_user\":\"mia\"}");
            assertUnknown(owner.connect());
            assertThat(texts(owner.connect(",\"ext\":{\"gms_user\":\"mia\"}"))).isNotEmpty();
        }
    }

    @Test
    void connect_withoutAName_isFine_whereOnlyTheHandshakesExtNamedOne() throws Exception {
        server.say(chat, "Hello");
        try (RawClient owner = client("");
                RawClient other = client("eve")) {
            owner.handshake(",\"ext\":{\"gms_user\":\"mia\"}");

            assertUnknown(other.steal(owner).connect());
            assertThat(texts(owner.connect())).containsExactly("has joined the session", "Hello");
            assertUnknown(owner.connect(",\"ext\":{\"gms_user\":\"eve\"}"));
        }
    }

    @Test
    void heldPoll_thatAStrangerBreaks_comesBackWithWhatIsNew() throws Exception {
        try (RawClient owner = client("mia");
                RawClient other = client("eve")) {
            owner.handshake("");
            owner.marked();
            owner.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(1));

            assertUnknown(other.steal(owner).connect());
            owner.reconnect();
            server.say(chat, "Hello");

            assertThat(texts(owner.connect())).contains("Hello");
        }
    }

    private record Theft(String channel, boolean handshakePerConnection) {}

    @TestFactory
    Stream<DynamicTest> webSocketOfSomebodyElse_withTheClientId_hearsNothing() {
        Stream<Theft> thefts = Stream.of("/meta/connect", "/meta/subscribe", "/meta/disconnect")
                .flatMap(channel -> Stream.of(new Theft(channel, true), new Theft(channel, false)));
        return AtOnce.play(thefts, LeakedSessionTest::webSocketOfSomebodyElseHearsNothing);
    }

    private static void webSocketOfSomebodyElseHearsNothing(Theft theft) throws Exception {
        try (TestServer server = new TestServer(
                        TestServer.settings().build(),
                        Map.of(
                                "timeout",
                                2_000L,
                                "maxInterval",
                                1_000L,
                                CometdAdapter.HANDSHAKE_PER_CONNECTION,
                                theft.handshakePerConnection()),
                        false);
                TestClient owner = new TestClient(TestClient.Transport.WEBSOCKET, server)) {
            ChatId chat = server.open();
            owner.bayeux.getTransport("websocket").setOption(ClientTransport.MAX_NETWORK_DELAY_OPTION, 1_000L);
            owner.connect();
            owner.awaitPosition(1);
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(1));
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            WebSocket stranger = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("gms_user", "eve")
                    .buildAsync(URI.create(server.uri().toString().replace("http:", "ws:")), new WebSocket.Listener() {
                        @Override
                        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                            heard.add(data.toString());
                            socket.request(1);
                            return null;
                        }
                    })
                    .join();
            stranger.sendText(
                            "[{\"channel\":\"" + theft.channel() + "\",\"clientId\":\"" + owner.bayeux.getId()
                                    + "\",\"connectionType\":\"websocket\",\"subscription\":\"/news\"}]",
                            true)
                    .join();
            assertThat(heard.poll(5, TimeUnit.SECONDS)).contains("402").doesNotContain("transcript");

            server.say(chat, "Hello");

            owner.awaitPosition(2);
            assertThat(heard).isEmpty();
            stranger.abort();
        }
    }

    private RawClient client(String user) throws Exception {
        return new RawClient(server.port(), user);
    }

    private static void assertUnknown(JsonNode answer) {
        assertThat(answer).hasSize(1);
        assertThat(answer.at("/0/successful").asBoolean()).isFalse();
        assertThat(answer.at("/0/error").asText()).isEqualTo("402::session_unknown");
        assertThat(answer.toString()).doesNotContain("transcript").doesNotContain("Hello");
    }

    private static List<String> texts(JsonNode answer) {
        List<String> texts = new ArrayList<>();
        answer.forEach(message -> message.at("/data/message/transcriptToShow")
                .forEach(row -> texts.add(row.get(2).asText())));
        return texts;
    }
}

package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.Presence;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.cometd.TestClient.Transport;
import dev.halley.spi.Connections;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.client.ClientSessionChannel;
import org.cometd.client.BayeuxClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as arrived, and what does not; mostly with a client on one bare TCP connection. */
class ConfirmationTest {

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

    @Test
    void firstConnect_carriesWhatWasMissed_beforeItsReply() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            JsonNode answer = client.connect();
            assertThat(channels(answer)).containsExactly("/_genesys", "/meta/connect");
            assertThat(texts(answer)).containsExactly("has joined the session", "Hello");
        }
    }

    @Test
    void largeBacklog_comesInMessagesUnder32KiB_andAnswersOfAtMost256KiB() throws Exception {
        for (int i = 0; i < 400; i++) {
            String text = i % 7 == 0 ? "\u0001\"\\😀é\n".repeat(1_000) : i % 3 == 0 ? "x".repeat(20_000) : "short";
            server.say(chat, text);
        }
        try (RawClient client = client()) {
            client.handshake("");
            long next = 1;
            int answers = 0;
            while (next <= 401) {
                JsonNode answer = client.connect();
                assertThat(client.length).isLessThanOrEqualTo(256 * 1024);
                answers++;
                for (JsonNode message : answer) {
                    assertThat(message.toString().getBytes(StandardCharsets.UTF_8))
                            .hasSizeLessThan(32 * 1024);
                    JsonNode state = message.path("data").path("message");
                    next += state.path("transcriptToShow").size();
                    if (!state.isMissingNode()) {
                        assertThat(state.get("transcriptPosition").asLong()).isEqualTo(next - 1);
                    }
                }
                assertThat(answer.get(answer.size() - 1).get("channel").asText())
                        .isEqualTo("/meta/connect");
            }
            assertThat(answers).isGreaterThan(5);
        }
    }

    @Test
    void unmarkedConnect_ofAClientThatMarks_confirmsWhatTheAnswerCarried() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            assertThat(server.view(chat).seen()).isZero();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
        }
    }

    @Test
    void unmarkedConnect_confirmsOnlyWhatTheAnswerCarried_notWhatIsQueued() throws Exception {
        server.say(chat, "Carried");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            server.say(chat, "And one more"); // no poll is held
            assertThat(texts(client.connect())).containsExactly("And one more");
            assertThat(server.view(chat).seen()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Via: 1.1 proxy", "X-Forwarded-For: 192.0.2.1"})
    void unmarkedConnect_confirms_whicheverConnectionItComesOn(String header) throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = header.isEmpty() ? client() : client().header(header)) {
            client.handshake("");
            client.marked();
            client.reconnect();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
        }
    }

    @Test
    void markedConnect_carriesAgainWhatMayBeLost_beforeAnythingNewer_alsoOnTheSameConnection() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
            server.say(chat, "Lost");
            client.read();
            server.say(chat, "Newer");
            assertThat(texts(client.marked())).containsExactly("Lost", "Newer");
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(4));
        }
    }

    @Test
    void connectsOfAClientThatDoesNotMark_confirmNothing() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            client.sendConnect("");
            server.say(chat, "Still there?");
            assertThat(texts(client.read())).containsExactly("Still there?");
            client.connect();
            assertThat(server.view(chat).seen()).isZero();
            client.connect(",\"ext\":{\"transcriptPosition\":\"3\"},\"advice\":{\"timeout\":0}");
            assertThat(server.view(chat).seen()).isEqualTo(3);
        }
    }

    @Test
    void connectThatIsSentAgainOnItsWay_isDoubted_andSoIsTheOneAfterIt() throws Exception {
        try (RawClient client = client();
                RawClient copy = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect(5, "");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(1));
            server.say(chat, "Lost");
            client.read();
            copy.steal(client).sendConnect(5, "");
            assertThat(texts(copy.read())).containsExactly("Lost");
            assertThat(server.view(chat).seen()).isEqualTo(1);
            client.sendConnect(6, "");
            assertThat(texts(client.read())).containsExactly("Lost");
            client.sendConnect(7, "");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
        }
    }

    @Test
    void lateConnect_isRefused_andTakesNothing() throws Exception {
        try (RawClient client = client();
                RawClient late = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect(5, RawClient.MARK);
            client.read();
            server.say(chat, "Hello");
            late.steal(client).sendConnect(4, "");
            JsonNode refused = late.read();
            assertThat(channels(refused)).containsExactly("/meta/connect");
            assertThat(refused.at("/0/error").asText()).startsWith("402:");
            assertThat(refused.at("/0/advice/reconnect").asText()).isEqualTo("handshake");
            client.sendConnect(6, "");
            assertThat(texts(client.read())).containsExactly("Hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1\""})
    void lowerPositionOnAConnect_hasWhatFollowsSentAgain_atOnce(String position) throws Exception {
        server.say(chat, "Lost");
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            client.sendConnect(",\"ext\":{\"transcriptPosition\":" + position + "}");
            assertThat(texts(client.read())).containsExactly("Lost");
            assertThat(server.view(chat).seen()).isEqualTo(1);
        }
    }

    @Test
    void sameLowerPositionAgain_waitsForFiveSeconds_andNothingNewerGoesOutMeanwhile() throws Exception {
        server.say(chat, "Lost");
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            String position = ",\"ext\":{\"transcriptPosition\":\"1\"}";
            assertThat(texts(client.connect(position))).containsExactly("Lost");
            long asked = System.nanoTime();
            server.say(chat, "Newer");
            List<String> texts = List.of();
            while (texts.isEmpty()) {
                texts = texts(client.connect(position));
            }
            assertThat(texts).containsExactly("Lost", "Newer");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void positionOfTheFirstConnect_goesBeforeTheHandshakes_alsoIfLower() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake(",\"ext\":{\"transcriptPosition\":\"2\"}");
            assertThat(texts(client.connect(",\"ext\":{\"transcriptPosition\":\"1\"}")))
                    .containsExactly("Hello");
            assertThat(server.view(chat).seen()).isEqualTo(1);
        }
    }

    @Test
    void chatThatWasOpenedLater_isConfirmedFromItsOwnStart() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.say(chat, "Hello");
        }
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(6));
            ChatId later = server.open();
            server.say(later, "And the second?");
            assertThat(server.view(later).seen()).isZero();
            List<String> texts = new ArrayList<>(texts(client.read()));
            while (!texts.contains("And the second?")) {
                texts.addAll(texts(client.connect()));
            }
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(later).seen()).isEqualTo(2));
            server.say(later, "And one more");
            client.read();
            client.disconnect(client.clientId(), ",\"ext\":{\"transcriptPosition\":\"3\"}");
            assertThat(server.view(later).seen()).isEqualTo(3);
        }
    }

    @Test
    void chatThatWasOpenedLater_isAcknowledgedFromItsOwnStart() throws Exception {
        restartAcknowledging();
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake(",\"ext\":{\"ack\":true}");
            String first = acknowledging(client.connect(",\"ext\":{\"ack\":0}"));
            ChatId later = server.open();
            server.say(later, "And the second?");
            await().untilAsserted(
                            () -> assertThat(server.view(later).presence()).isEqualTo(Presence.ONLINE));

            JsonNode answer = client.connect(first);
            assertThat(server.view(later).seen()).isZero();
            while (!texts(answer).contains("And the second?")) {
                answer = client.connect(acknowledging(answer));
            }
            // A connect that was held may have carried more than is known of it; then the next one says so.
            String atOnce = ",\"advice\":{\"timeout\":0}";
            answer = client.connect(acknowledging(answer) + atOnce);
            client.connect(acknowledging(answer) + atOnce);
            assertThat(server.view(later).seen()).isEqualTo(2);
        }
    }

    private static String acknowledging(JsonNode answer) {
        return ",\"ext\":{\"ack\":"
                + answer.get(answer.size() - 1).at("/ext/ack").asLong() + "}";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void positionOfTheChatBefore_isNoneOfTheOneThatWasOpenedLater(boolean goodBye) throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            server.say(chat, "Still on its way");
            ChatId later = server.open();
            server.say(later, "And the second?");
            await().untilAsserted(
                            () -> assertThat(server.view(later).presence()).isEqualTo(Presence.ONLINE));
            String position = ",\"ext\":{\"transcriptPosition\":\"2\"}";
            if (goodBye) {
                client.disconnect(client.clientId(), position);
            } else {
                client.connect(position);
            }
            assertThat(server.view(later).seen()).isZero();
        }
    }

    @Test
    void confirmByConnect_canBeSwitchedOff() throws Exception {
        restart(TestServer.settings().confirmByConnect(false).build());
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            client.connect();
            assertThat(server.view(chat).seen()).isZero();
        }
    }

    @Test
    void repeat_comesBeforeWhatIsSaidJustThen() throws Exception {
        server.close();
        server = new TestServer(TestServer.settings().build(), TestServer.COMETD, false, this::sayingBeforeARepeat);
        chat = server.open();
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
            server.say(chat, "Is this lost?");
            client.reconnect();
            List<String> all = new ArrayList<>(texts(client.marked()));
            for (int i = 0; i < 3 && !all.contains("Just then"); i++) {
                all.addAll(texts(client.connect()));
            }
            assertThat(all).containsExactly("Is this lost?", "Just then");
        }
    }

    /** What is said when a repeat was asked for and has not begun yet. */
    private ChatEngine sayingBeforeARepeat(ChatEngine engine) {
        Connections connections = Proxies.of(Connections.class, (method, arguments) -> {
            if (method.getName().equals("repeat")) {
                server.say(chat, "Just then");
            }
            return method.invoke(engine.connections(), arguments);
        });
        return Proxies.of(
                ChatEngine.class,
                (method, arguments) ->
                        method.getName().equals("connections") ? connections : method.invoke(engine, arguments));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lostWebSocket_isMadeUpFor_beforeAnythingNewer(boolean handshakePerConnection) throws Exception {
        server.close();
        server = new TestServer(
                TestServer.settings().build(),
                Map.of(
                        "timeout",
                        2_000L,
                        "maxInterval",
                        3_000L,
                        CometdAdapter.HANDSHAKE_PER_CONNECTION,
                        handshakePerConnection),
                false);
        chat = server.open();
        try (ScriptedProxy proxy = new ScriptedProxy(server.port());
                TestClient client =
                        new TestClient(Transport.WEBSOCKET, proxy.uri(server.uri()), TestServer.USER.value())) {
            client.bayeux.setOption(BayeuxClient.BACKOFF_INCREMENT_OPTION, 500L);
            CompletableFuture<Boolean> noticed = new CompletableFuture<>();
            client.bayeux.getChannel(Channel.META_CONNECT).addListener((ClientSessionChannel.MessageListener)
                    (channel, message) -> {
                        if (!message.isSuccessful()) {
                            noticed.complete(true);
                        }
                    });
            client.connect();
            server.say(chat, "Hello");
            client.awaitPosition(2);
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));

            proxy.failAt(ScriptedProxy.Direction.TO_CLIENT, ScriptedProxy.Fault.ANSWER_LOST);
            server.say(chat, "Lost");
            await().until(proxy::hasStruck);
            await().until(noticed::isDone);
            server.say(chat, "Newer");

            client.awaitPosition(4);
            assertThat(client.texts()).containsExactly("has joined the session", "Hello", "Lost", "Newer");
        }
    }

    @Test
    void eventsWrittenToADeadPoll_countAsUnseen() throws Exception {
        RawClient client = client();
        client.handshake("");
        client.marked();
        client.sendConnect("");
        await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(1));
        server.say(chat, "Written to nobody"); // the poll carries it, and its answer is never read
        await().untilAsserted(() -> assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY));
        assertThat(server.view(chat).seen()).isEqualTo(1);
        await().untilAsserted(() ->
                assertThat(server.pushes).extracting(TestServer.Push::positions).containsExactly(List.of(2L)));
        client.close();
    }

    @Test
    void handshakePosition_counts_evenIfLower() throws Exception {
        server.say(chat, "Hello");
        server.say(chat, "Hello?");
        try (RawClient client = client()) {
            client.handshake(",\"ext\":{\"transcriptPosition\":\"2\"}");
            assertThat(texts(client.connect())).containsExactly("Hello?");
        }
        try (RawClient client = client()) {
            client.handshake(",\"ext\":{\"transcriptPosition\":1}");
            assertThat(texts(client.connect())).containsExactly("Hello", "Hello?");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"-1\"",
                "-1",
                "\"abc\"",
                "\"\"",
                "{}",
                "[]",
                "null",
                "true",
                "1.5",
                "\"99\"",
                "99",
                "99999999999999999999999999",
                "\"9999999999999999999\"",
                "\"１\""
            })
    void positionThatCantBeRead_countsAsNotSent(String position) throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.marked();
            client.sendConnect("");
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
            client.reconnect();
            JsonNode reply = client.disconnect(client.clientId(), ",\"ext\":{\"transcriptPosition\":" + position + "}")
                    .get(0);
            assertThat(reply.get("successful").asBoolean()).isTrue();
            assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY);
            assertThat(server.view(chat).seen()).isEqualTo(2);
        }
    }

    @Test
    void lateDisconnect_ofTheUsersLastConnection_movesThePosition() throws Exception {
        server.say(chat, "Hello");
        String old;
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            old = client.clientId();
            client.disconnect(old, ",\"ext\":{\"transcriptPosition\":\"2\"}");
        }
        try (RawClient restored = client()) {
            restored.disconnect(old, ",\"ext\":{\"transcriptPosition\":\"1\"}");
            assertThat(restored.status).isEqualTo(200);
            assertThat(server.view(chat).seen()).isEqualTo(1);
        }
    }

    @Test
    void lateDisconnect_ofSomebodyElse_movesNothing() throws Exception {
        server.say(chat, "Hello");
        String old;
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            old = client.clientId();
            client.disconnect(old, ",\"ext\":{\"transcriptPosition\":\"2\"}");
        }
        try (RawClient stranger = new RawClient(server.port(), "noa")) {
            stranger.disconnect(old, ",\"ext\":{\"transcriptPosition\":\"0\"}");
        }
        try (RawClient guess = client()) {
            guess.disconnect("unknownclientid", ",\"ext\":{\"transcriptPosition\":\"0\"}");
        }
        assertThat(server.view(chat).seen()).isEqualTo(2);
    }

    @Test
    void lateDisconnect_ofALiveSessionWithoutItsCookie_endsIt() throws Exception {
        server.say(chat, "Hello");
        try (RawClient client = client()) {
            client.handshake("");
            client.connect();
            client.forgetCookie();
            client.disconnect(client.clientId(), ",\"ext\":{\"transcriptPosition\":\"1\"}");
            assertThat(client.status).isEqualTo(200);
            assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY);
            assertThat(server.view(chat).seen()).isEqualTo(1);
            assertThat(server.bayeux.getSession(client.clientId())).isNull();
        }
    }

    @Test
    void clientWhoseCookieIsStripped_isNotOnline_andIsSlowedDown() throws Exception {
        restart(TestServer.settings().attachWithin(Duration.ofMillis(100)).build());
        server.say(chat, "Hello");
        JsonNode answer = JsonNodeFactory.instance.nullNode();
        for (int i = 0; i < 10; i++) {
            try (RawClient client = client()) {
                client.handshake("");
                client.forgetCookie();
                answer = client.marked();
                assertThat(answer.at("/0/error").asText()).isEqualTo("402::session_unknown");
            }
        }
        assertThat(answer.at("/0/advice/reconnect").asText()).isEqualTo("handshake");
        assertThat(answer.at("/0/advice/interval").asLong()).isBetween(1_000L, 5_000L);
        await().untilAsserted(() ->
                assertThat(server.pushes).extracting(TestServer.Push::positions).containsExactly(List.of(2L)));
        assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY);
    }

    @Test
    void handshakeWithoutAUser_isRefused() throws Exception {
        try (RawClient client = new RawClient(server.port(), "")) {
            JsonNode reply = client.handshake("");
            assertThat(reply.get("successful").asBoolean()).isFalse();
            assertThat(reply.get("error").asText()).startsWith("401:");
            assertThat(reply.get("advice").get("reconnect").asText()).isEqualTo("none");
        }
    }

    @Test
    void handshakeWithTwoUsers_isRefused() throws Exception {
        try (RawClient client = client()) {
            assertThat(client.handshake(",\"ext\":{\"gms_user\":\"noa\"}")
                            .get("successful")
                            .asBoolean())
                    .isFalse();
        }
    }

    @Test
    void requiredKey_isAskedForAtTheHandshake() throws Exception {
        restart(TestServer.settings().requireSecureKey(true).build());
        UserId user = new UserId("kim");
        server.engine
                .open(new dev.halley.NewChat("request-chat", user, null).withSecureKey("opensesame"))
                .toCompletableFuture()
                .join();
        for (String ext : List.of("", ",\"ext\":{\"secureKey\":\"wrong\"}", ",\"ext\":{\"secureKey\":5}")) {
            try (RawClient client = new RawClient(server.port(), "kim")) {
                JsonNode reply = client.handshake(ext);
                assertThat(reply.get("successful").asBoolean()).isFalse();
                assertThat(reply.get("error").asText()).startsWith("403:");
            }
        }
        try (RawClient client = new RawClient(server.port(), "kim")) {
            client.handshake(",\"ext\":{\"secureKey\":\"opensesame\"}");
            assertThat(texts(client.connect())).containsExactly("has joined the session");
        }
    }

    @ParameterizedTest
    @EnumSource
    void acknowledgementExtension_confirms(Transport transport) throws Exception {
        restartAcknowledging();
        try (TestClient client =
                new TestClient(transport, server).acknowledging().connect()) {
            server.say(chat, "Hello");
            client.awaitPosition(2);
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
        }
    }

    private RawClient client() throws Exception {
        return new RawClient(server.port(), TestServer.USER.value());
    }

    private void restartAcknowledging() throws Exception {
        server.close();
        server = new TestServer(TestServer.settings().confirmByConnect(false).build(), TestServer.COMETD, true);
        chat = server.open();
    }

    private void restart(Settings settings) throws Exception {
        server.close();
        server = new TestServer(settings, TestServer.COMETD, false);
        chat = server.open();
    }

    private static List<String> channels(JsonNode answer) {
        List<String> channels = new ArrayList<>();
        answer.forEach(message -> channels.add(message.get("channel").asText()));
        return channels;
    }

    private static List<String> texts(JsonNode answer) {
        List<String> texts = new ArrayList<>();
        answer.forEach(message -> message.path("data")
                .path("message")
                .path("transcriptToShow")
                .forEach(row -> texts.add(row.get(2).asText())));
        return texts;
    }
}

package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.spi.Connections;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.cometd.bayeux.server.LocalSession;
import org.cometd.server.BayeuxServerImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an ordinary app does not do. */
class EdgesTest {

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
    void applicationsOwnChoiceOfTheOptionForWebSockets_isKept() {
        String option = "ws.requireHandshakePerConnection";
        assertThat(server.bayeux.getOption(option)).isEqualTo(true);
        BayeuxServerImpl other = new BayeuxServerImpl();
        other.setOption(option, false);
        CometdAdapter.install(other, server.engine);
        assertThat(other.getOption(option)).isEqualTo(false);
    }

    @Test
    void applicationsOwnLocalSession_isLeftAlone_andMaySpeakOnTheChannel() throws Exception {
        CompletableFuture<Boolean> published = new CompletableFuture<>();
        LocalSession local = server.bayeux.newLocalSession("application");
        local.handshake();
        assertThat(local.isHandshook()).isTrue();

        local.getChannel(CometdAdapter.CHANNEL)
                .publish(Map.of("from", "the application"), reply -> published.complete(reply.isSuccessful()));
        assertThat(published.get()).isTrue();
        local.disconnect();

        assertThat(server.view(chat).position()).isEqualTo(1);
    }

    @Test
    void sessionThatNamesItsChat_isServedThatOne() throws Exception {
        String service = server.view(chat).serviceId();
        ChatId later = server.open();
        server.say(chat, "Named");
        server.say(later, "Later");
        try (RawClient client = new RawClient(server.port(), "mia")) {
            client.handshake(",\"ext\":{\"serviceId\":\"" + service + "\"}");

            assertThat(texts(client.connect())).contains("Named").doesNotContain("Later");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"\"", "\"no/id\"", "\"0123456789012345678901234567890123456789012345678901234567890123456789\""
            })
    void disconnect_ofWhatIsNoClientId_isAnsweredByCometd(String clientId) throws Exception {
        try (RawClient client = new RawClient(server.port(), "mia")) {
            JsonNode answer = client.post("{\"channel\":\"/meta/disconnect\",\"id\":\"4\",\"clientId\":" + clientId
                    + ",\"ext\":{\"transcriptPosition\":\"1\"}}");

            assertThat(answer.findValuesAsText("successful")).doesNotContain("true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\\u0007", "7", "[]"})
    void userThatIsNone_isRefused(String user) throws Exception {
        try (RawClient client = new RawClient(server.port(), "")) {
            String name = user.equals("7") || user.equals("[]") ? user : "\"" + user + "\"";

            assertThat(client.handshake(",\"ext\":{\"gms_user\":" + name + "}")
                            .path("error")
                            .asText())
                    .startsWith("401::");
        }
    }

    @Test
    void sameUserInHeaderAndExt_isOneUser() throws Exception {
        try (RawClient client = new RawClient(server.port(), "mia")) {
            assertThat(client.handshake(",\"ext\":{\"gms_user\":\"mia\"}")
                            .path("successful")
                            .asBoolean())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1\""})
    void positionAsNumberOrText_isTheSame(String position) throws Exception {
        try (RawClient client = new RawClient(server.port(), "mia")) {
            client.handshake("");
            client.connect();
            client.disconnect(client.clientId(), ",\"ext\":{\"transcriptPosition\":" + position + "}");

            assertThat(server.view(chat).seen()).isEqualTo(1);
        }
    }

    @Test
    void answerToTheAcknowledgementExtension_withoutAnId_confirmsNothing() throws Exception {
        try (RawClient client = new RawClient(server.port(), "mia")) {
            client.handshake(",\"ext\":{\"ack\":true}");
            for (int ack = 0; ack < 3; ack++) {
                client.post("{\"channel\":\"/meta/connect\",\"connectionType\":\"long-polling\",\"clientId\":\""
                        + client.clientId() + "\",\"ext\":{\"ack\":" + ack + "},\"advice\":{\"timeout\":0}}");
            }

            assertThat(server.view(chat).seen()).isZero();
        }
    }

    @Test
    void storeThatIsDown_refusesWhereKeysAreAskedFor_andElseConnects() throws Exception {
        assertThat(handshakeWithoutAStore(true).path("error").asText()).isEqualTo("503::unavailable");
        assertThat(handshakeWithoutAStore(false).path("successful").asBoolean()).isTrue();
    }

    @Test
    void storeThatIsDown_leavesNoConnectWithoutAnAnswer() throws Exception {
        Settings settings = TestServer.settings().build();
        try (TestServer down = new TestServer(settings, Map.of(), false, EdgesTest::withoutStore);
                RawClient client = new RawClient(down.port(), "mia")) {
            client.handshake("");

            assertThat(client.connect().findValuesAsText("successful")).containsOnly("true");
        }
    }

    private static JsonNode handshakeWithoutAStore(boolean keys) throws Exception {
        Settings settings = TestServer.settings().requireSecureKey(keys).build();
        try (TestServer down = new TestServer(settings, Map.of(), false, EdgesTest::withoutStore);
                RawClient client = new RawClient(down.port(), "mia")) {
            return client.handshake("");
        }
    }

    @Test
    void engineThatThrows_refusesTheHandshake() throws Exception {
        try (TestServer broken = new TestServer(TestServer.settings().build(), Map.of(), false, EdgesTest::throwing);
                RawClient client = new RawClient(broken.port(), "mia")) {
            assertThat(client.handshake("").path("error").asText()).isEqualTo("503::unavailable");
        }
    }

    private static ChatEngine throwing(ChatEngine engine) {
        Connections broken = Proxies.of(Connections.class, (method, arguments) -> {
            throw new IllegalStateException("broken");
        });
        return Proxies.of(
                ChatEngine.class,
                (method, arguments) ->
                        method.getName().equals("connections") ? broken : method.invoke(engine, arguments));
    }

    /** As where a store fails: whoever does not ask it still answers. */
    private static ChatEngine withoutStore(ChatEngine engine) {
        Connections down = Proxies.of(Connections.class, (method, arguments) -> {
            Object result = method.invoke(engine.connections(), arguments);
            boolean asksNobody =
                    method.getName().equals("admits") && !engine.settings().requireSecureKey();
            return result instanceof CompletionStage<?> && !asksNobody
                    ? CompletableFuture.failedFuture(new IllegalStateException("The store is down"))
                    : result;
        });
        return Proxies.of(
                ChatEngine.class,
                (method, arguments) ->
                        method.getName().equals("connections") ? down : method.invoke(engine, arguments));
    }

    @Test
    void droppedRows_areCounted() {
        ChatEngine engine = ChatEngine.builder()
                .settings(Settings.builder().maxEvents(10).build())
                .build();
        ChatId full = engine.open(new NewChat("request-chat", TestServer.USER, (Device) null))
                .toCompletableFuture()
                .join()
                .id();
        for (int i = 0; i < 20; i++) {
            engine.said(full, ChatEvent.text(Party.AGENT, "Ann", "Hello " + i));
        }
        var transcript =
                engine.transcript(full, 0, 100).toCompletableFuture().join().orElseThrow();

        assertThat(ChatApiV1.state(transcript.chat(), transcript.rows())).containsEntry("omitted", 11L);
        engine.close();
    }

    @Test
    void rowFromBeforeTheStart_isAtSecondZero() {
        Row row = new Row(2, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", "Early"));

        assertThat(ChatApiV1.state(server.view(chat), List.of(row)).get("transcriptToShow"))
                .isEqualTo(List.of(List.of("Message.Text", "Ann", "Early", "0", "AGENT")));
    }

    private static List<String> texts(JsonNode answer) {
        return answer.findValues("transcriptToShow").stream()
                .flatMap(rows -> StreamSupport.stream(rows.spliterator(), false))
                .map(row -> row.get(2).asText())
                .toList();
    }
}

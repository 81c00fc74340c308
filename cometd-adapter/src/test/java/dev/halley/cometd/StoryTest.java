package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.UserId;
import dev.halley.cometd.TestClient.Shown;
import dev.halley.cometd.TestClient.Transport;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a customer with CometD's own client lives through, over each transport. */
class StoryTest {

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void connectedCustomer_getsEveryEventLive(Transport transport) throws Exception {
        ChatId chat = server.open();
        try (TestClient client = new TestClient(transport, server).connect()) {
            client.awaitPosition(1);
            server.say(chat, "Hello");
            client.awaitPosition(2);
            server.say(chat, "How are you?");
            client.awaitPosition(3);
            assertThat(client.texts()).containsExactly("has joined the session", "Hello", "How are you?");
            assertThat(server.pushes).isEmpty();
            assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void background_isTold_pushed_andCaughtUp(Transport transport) throws Exception {
        ChatId chat = server.open();
        try (TestClient client = new TestClient(transport, server).connect()) {
            server.say(chat, "Hello");
            client.awaitPosition(2);
            client.background("2");
        }
        assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY);
        assertThat(server.absences).containsExactly(1L);
        server.say(chat, "Are you there?");
        server.engine
                .said(chat, ChatEvent.typing(Party.AGENT, "Ann", true))
                .toCompletableFuture()
                .join();
        server.say(chat, "I am back at five");
        await().untilAsserted(() -> assertThat(server.pushes)
                .extracting(TestServer.Push::positions)
                .containsExactly(List.of(3L), List.of(5L)));
        try (TestClient client = new TestClient(transport, server).connect()) {
            client.awaitPosition(5);
            assertThat(client.rows)
                    .containsExactly(
                            new Shown(3, "Message.Text", "Are you there?"),
                            new Shown(4, "Notice.TypingStarted", "is typing"),
                            new Shown(5, "Message.Text", "I am back at five"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void killedWithoutAWord_isToldOnce_pushed_andCaughtUp(Transport transport) throws Exception {
        ChatId chat = server.open();
        TestClient killed = new TestClient(transport, server).connect();
        server.say(chat, "Hello");
        killed.awaitPosition(2);
        killed.vanish();
        await().untilAsserted(() -> assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY));
        server.say(chat, "Are you there?");
        await().untilAsserted(() -> assertThat(server.pushes).isNotEmpty());
        assertThat(server.absences).containsExactly(1L);
        try (TestClient client = new TestClient(transport, server).connect()) {
            client.awaitPosition(3);
            assertThat(client.texts()).contains("Are you there?");
        }
    }

    @ParameterizedTest
    @EnumSource
    void chatOpenedAfterTheHandshake_isServed(Transport transport) throws Exception {
        try (TestClient client = new TestClient(transport, server).connect()) {
            ChatId chat = server.open();
            client.awaitPosition(1);
            server.say(chat, "Hello");
            client.awaitPosition(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void newestConnection_takesOver(Transport transport) throws Exception {
        ChatId chat = server.open();
        try (TestClient older = new TestClient(transport, server).connect()) {
            older.awaitPosition(1);
            try (TestClient newer = new TestClient(transport, server).connect()) {
                await().untilAsserted(
                                () -> assertThat(older.bayeux.isDisconnected()).isTrue());
                server.say(chat, "Hello");
                newer.awaitPosition(2);
                assertThat(older.position()).isEqualTo(1);
                assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
                assertThat(server.absences).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientsOwnPublish_isRefused(Transport transport) throws Exception {
        ChatId chat = server.open();
        UserId other = new UserId("noa");
        ChatId others = server.open(other);
        try (TestClient client = new TestClient(transport, server).connect();
                TestClient stranger = new TestClient(transport, server.uri(), other.value()).connect()) {
            client.bayeux.getChannel(CometdAdapter.CHANNEL).subscribe((channel, message) -> {});
            boolean[] successful = {true};
            stranger.bayeux
                    .getChannel(CometdAdapter.CHANNEL)
                    .publish(Map.of("message", "forged"), message -> successful[0] = message.isSuccessful());
            await().untilAsserted(() -> assertThat(successful[0]).isFalse());
            server.say(chat, "Hello");
            server.say(others, "Hello, too");
            client.awaitPosition(2);
            stranger.awaitPosition(2);
            assertThat(client.texts()).containsExactly("has joined the session", "Hello");
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyMissedEvents_comeCompleteAndInOrder_whileTheAgentWrites(Transport transport) throws Exception {
        server.close();
        server = new TestServer(TestServer.settings().maxEvents(20_000).build(), Map.of(), false);
        ChatId chat = server.open();
        try (TestClient client = new TestClient(transport, server).connect()) {
            client.awaitPosition(1);
            client.background("1");
        }
        for (int i = 0; i < 10_000; i++) {
            server.say(chat, "Missed message number " + i + ", which is about as long as messages are in a chat.");
        }
        try (TestClient client = new TestClient(transport, server).connect()) {
            long last = 0;
            for (int i = 0; i < 500; i++) {
                last = server.say(chat, "Written meanwhile " + i);
            }
            client.awaitPosition(last);
            assertThat(client.rows.stream().map(Shown::position))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(2, last).boxed().toList());
        }
    }
}

package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A store that is away for a while. */
class StoreOutageTest {

    private static final UserId ANN = new UserId("ann");

    private final VirtualTime time = new VirtualTime();
    private final SerializingSessionStore.Cluster cluster = new SerializingSessionStore.Cluster(time);
    private final ChatEngine engine = ChatEngine.builder()
            .store(cluster.node())
            .clock(time)
            .scheduler(time)
            .build();

    @Test
    void connections_outliveIt_andGetWhatWasWrittenBefore() {
        ChatId chat = engine.open(new NewChat("request-chat", ANN, null))
                .toCompletableFuture()
                .join()
                .id();
        RecordingLink link = new RecordingLink("link").slow();
        engine.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), link);
        time.settle();
        engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", "Hello"));
        time.settle();

        cluster.failures(1);
        link.take();
        time.advance(Duration.ofSeconds(30));
        assertThat(link.closed()).isFalse();
        assertThat(link.texts()).doesNotContain("Hello");

        cluster.failures(0);
        time.advance(Duration.ofSeconds(10));
        assertThat(link.texts()).contains("Hello");
    }

    @Test
    void departure_isNotedOnceTheStoreIsBack() {
        ChatId chat = open();
        RecordingLink link = attach();
        cluster.failures(1);
        assertThat(engine.connections().left(link.id(), OptionalLong.of(1))).isCompletedExceptionally();
        time.advance(Duration.ofSeconds(30));
        cluster.failures(0);
        time.advance(Duration.ofSeconds(10));
        ChatView left = view(chat);
        assertThat(left.presence()).isEqualTo(Presence.AWAY);
        assertThat(left.seen()).isEqualTo(1);
    }

    @Test
    void connectionWhoseAttachFails_isClosed_andLeavesNobodyOnline() {
        ChatId chat = open();
        RecordingLink link = new RecordingLink("link");
        cluster.loseNextReply();
        assertThat(engine.connections().attach(arrival(), link)).isCompletedExceptionally();
        assertThat(link.closed()).isTrue();
        engine.connections().left(link.id(), OptionalLong.empty());
        time.settle();
        assertThat(view(chat).presence()).isEqualTo(Presence.AWAY);
    }

    @Test
    void rowsReadBeforeARepeatWasAskedFor_doNotComeBeforeIt() {
        ChatId chat = open();
        RecordingLink link = attach();
        sayAndWaitForItsCommit(chat);
        engine.connections().repeat(link.id(), chat, 0, Duration.ZERO);
        time.advance(Duration.ofSeconds(10));
        assertThat(link.positions()).containsExactly(1L, 1L, 2L);
    }

    @Test
    void rowsReadBeforeADeparture_areNotHandedOverAfterIt() {
        ChatId chat = open();
        RecordingLink link = attach();
        sayAndWaitForItsCommit(chat);
        cluster.delay(Duration.ofSeconds(5));
        engine.connections().left(link.id(), OptionalLong.of(1));
        time.advance(Duration.ofSeconds(10));
        assertThat(link.positions()).containsExactly(1L);
    }

    @Test
    void connectionThatCouldNotBeToldOfANewChat_isClosed() {
        RecordingLink link = attach();
        cluster.delay(Duration.ofMillis(20));
        CompletableFuture<ChatView> opened =
                engine.open(new NewChat("request-chat", ANN, null)).toCompletableFuture();
        while (!opened.isDone()) {
            time.advance(Duration.ofMillis(1));
        }
        cluster.failures(1);
        time.advance(Duration.ofSeconds(1));
        cluster.failures(0);
        time.advance(Duration.ofSeconds(20));
        assertThat(link.closed()).isTrue();
    }

    @Test
    void chatWhoseCreationWasNotConfirmed_isServedOnceItIsTriedAgain() {
        RecordingLink link = attach();
        NewChat chat = new NewChat("request-chat", ANN, null).withServiceId("again");
        cluster.loseNextReply();
        assertThat(engine.open(chat).toCompletableFuture()).isCompletedExceptionally();
        ChatId opened = engine.open(chat).toCompletableFuture().join().id();
        time.settle();
        assertThat(view(opened).presence()).isEqualTo(Presence.ONLINE);
        assertThat(link.closed()).isFalse();
    }

    /** Afterwards the rows are being read for the connection. */
    private void sayAndWaitForItsCommit(ChatId chat) {
        cluster.delay(Duration.ofMillis(20));
        CompletableFuture<?> said =
                engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", "Hello")).toCompletableFuture();
        while (!said.isDone()) {
            time.advance(Duration.ofMillis(1));
        }
    }

    private ChatId open() {
        return engine.open(new NewChat("request-chat", ANN, null))
                .toCompletableFuture()
                .join()
                .id();
    }

    private RecordingLink attach() {
        RecordingLink link = new RecordingLink("link");
        engine.connections().attach(arrival(), link);
        time.settle();
        return link;
    }

    private ChatView view(ChatId chat) {
        return engine.transcript(chat, 0, 0)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .chat();
    }

    private static Arrival arrival() {
        return new Arrival(ANN, null, null, OptionalLong.empty());
    }
}

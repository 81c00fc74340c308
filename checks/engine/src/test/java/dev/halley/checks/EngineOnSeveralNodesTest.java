package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.PushProviders;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.testkit.RecordingAgentLink;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.RecordingProvider;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on the store that serialises: two nodes, one of which crashes. */
class EngineOnSeveralNodesTest {

    private static final UserId ANN = new UserId("ann");

    private final RecordingProvider provider = new RecordingProvider();
    private final RecordingAgentLink desk = new RecordingAgentLink();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void chat_survivesTheCrashOfItsNode(long seed) {
        VirtualTime time = seed == 0 ? new VirtualTime() : VirtualTime.shuffled(seed);
        SerializingSessionStore.Cluster cluster = new SerializingSessionStore.Cluster(time, time, seed);
        if (seed > 0) {
            cluster.delay(Duration.ofMillis(20)).conflicts(0.3).lostSignals(0.2).doubledSignals(0.3);
        }
        SerializingSessionStore first = cluster.node();
        ChatEngine one = engine(time, first);
        ChatEngine two = engine(time, cluster.node());

        ChatId chat = await(time, one.open(new NewChat("request-chat", ANN, Device.of("customhttp", "token"))))
                .id();
        RecordingLink before = new RecordingLink("before");
        await(time, one.connections().attach(arrival(), before));
        List<CompletableFuture<?>> said = LongStream.rangeClosed(2, 9)
                .<CompletableFuture<?>>mapToObj(i -> (i % 2 == 0 ? one : two)
                        .said(chat, ChatEvent.text(Party.AGENT, "Bob", "Text " + i))
                        .toCompletableFuture())
                .toList();
        time.advance(Duration.ofMinutes(2));
        assertThat(said).allSatisfy(call -> assertThat(call).isCompleted());
        assertThat(before.positions()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(provider.sent()).isEmpty();

        one.connections().confirmed(before.id(), chat, 5);
        time.advance(Duration.ofMinutes(1));
        cluster.kill(first.node());
        time.advance(Duration.ofMinutes(3));
        await(time, two.said(chat, ChatEvent.text(Party.AGENT, "Bob", "Text 10")));
        time.advance(Duration.ofMinutes(1));

        assertThat(desk.told()).hasSize(1);
        assertThat(provider.sent())
                .extracting(RecordingProvider.Sent::positions)
                .containsExactly(List.of(6L, 7L, 8L, 9L), List.of(10L));
        RecordingLink after = new RecordingLink("after");
        await(time, two.connections().attach(arrival(), after));
        time.advance(Duration.ofMinutes(1));
        assertThat(after.positions()).containsExactly(6L, 7L, 8L, 9L, 10L);
        assertThat(await(time, two.transcript(chat, 0, 0)).orElseThrow().chat().presence())
                .isEqualTo(Presence.ONLINE);
    }

    @Test
    void nudgeThatIsLost_isMadeUpForByTheNextLook() {
        VirtualTime time = new VirtualTime();
        SerializingSessionStore.Cluster cluster = new SerializingSessionStore.Cluster(time);
        ChatEngine one = engine(time, cluster.node());
        ChatEngine two = engine(time, cluster.node());
        ChatId chat =
                await(time, one.open(new NewChat("request-chat", ANN, null))).id();
        RecordingLink link = new RecordingLink("link");
        await(time, one.connections().attach(arrival(), link));
        cluster.lostSignals(1);
        await(time, two.said(chat, ChatEvent.text(Party.AGENT, "Bob", "Hello")));
        time.settle();
        assertThat(link.positions()).containsExactly(1L);
        time.advance(Duration.ofSeconds(6));
        assertThat(link.positions()).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(longs = {-10, 10})
    void clockOfANode_thatIsWrong_movesNoTimer(long seconds) {
        VirtualTime time = new VirtualTime();
        SerializingSessionStore.Cluster cluster = new SerializingSessionStore.Cluster(time);
        ChatEngine engine = engine(() -> time.instant().plusSeconds(seconds), time, cluster.node());
        ChatId chat = await(time, engine.open(new NewChat("request-chat", ANN, Device.of("customhttp", "token"))))
                .id();
        RecordingLink link = new RecordingLink("link");
        await(time, engine.connections().attach(arrival(), link));
        await(time, engine.connections().left(link.id(), OptionalLong.of(1)));
        await(time, engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", "Hello")));
        time.advance(Duration.ofMillis(89_900));
        assertThat(provider.sent()).isEmpty();
        time.advance(Duration.ofMillis(100));
        assertThat(provider.sent()).hasSize(1);
        time.advance(Duration.ofHours(1));
        assertThat(provider.sent()).hasSize(1);
        assertThat(desk.absences(chat)).containsExactly(1L);
    }

    private ChatEngine engine(VirtualTime time, SerializingSessionStore store) {
        return engine(time, time, store);
    }

    private ChatEngine engine(InstantSource clock, VirtualTime time, SerializingSessionStore store) {
        return ChatEngine.builder()
                .providers(PushProviders.of(Map.of("customhttp", provider)))
                .agentLink(desk)
                .store(store)
                .clock(clock)
                .scheduler(time)
                .build();
    }

    private static Arrival arrival() {
        return new Arrival(ANN, null, null, OptionalLong.empty());
    }

    private static <T> T await(VirtualTime time, CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        for (int i = 0; i < 1_000 && !future.isDone(); i++) {
            time.advance(Duration.ofMillis(10));
        }
        assertThat(future).isDone();
        return future.join();
    }
}

package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.testkit.RecordingAgentLink;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A store whose answers take their time: a second thing begins before the first is done, at each moment in turn. */
class SlowStoreTest {

    private static final UserId ANN = new UserId("ann");

    /** The longest way to the store or back. */
    private static final Duration WAY = Duration.ofMillis(50);

    /** Longer than anything here takes, and shorter than the time until connections look unasked. */
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    @Test
    void departure_waitsForItsOwnHandshake() {
        for (int moment = 0; moment < 500; moment += 5) {
            World world = new World(moment);
            RecordingLink link = world.attach();
            world.time.advance(Duration.ofMillis(moment));
            world.engine.connections().left(link.id(), OptionalLong.of(1));
            world.time.advance(Duration.ofSeconds(20));
            assertThat(world.presence()).as("left after %s ms", moment).isEqualTo(Presence.AWAY);
            assertThat(world.desk.absences(world.chat)).hasSize(1);
        }
    }

    @Test
    void twoHandshakesAtOnce_leaveOneConnection_whichGetsEverything() {
        for (int seed = 0; seed < 100; seed++) {
            World world = new World(seed);
            List<RecordingLink> links = List.of(world.attach(), world.attach());
            world.time.advance(Duration.ofSeconds(10));
            world.say("Hello");
            world.time.advance(A_SECOND);
            assertThat(links.stream().filter(link -> !link.closed()))
                    .as("of seed %s", seed)
                    .singleElement()
                    .satisfies(link -> assertThat(link.positions()).containsExactly(1L, 2L));
        }
    }

    @Test
    void nudgeDuringARead_readsAgain() {
        for (int moment = 0; moment < 400; moment += 2) {
            World world = new World(moment);
            RecordingLink link = world.attach();
            world.time.advance(A_SECOND);
            world.say("One");
            world.time.advance(Duration.ofMillis(moment));
            world.say("Two");
            world.time.advance(A_SECOND);
            assertThat(link.texts()).as("said after %s ms", moment).contains("One", "Two");
        }
    }

    /** One customer, one chat, one node. */
    private static final class World {
        final VirtualTime time = new VirtualTime();
        final RecordingAgentLink desk = new RecordingAgentLink();
        final SerializingSessionStore.Cluster cluster;
        final ChatEngine engine;
        final ChatId chat;
        private int links;

        World(long seed) {
            cluster = new SerializingSessionStore.Cluster(time, time, seed);
            engine = ChatEngine.builder()
                    .agentLink(desk)
                    .store(cluster.node())
                    .clock(time)
                    .scheduler(time)
                    .build();
            chat = engine.open(new NewChat("request-chat", ANN, null))
                    .toCompletableFuture()
                    .join()
                    .id();
            time.settle();
            cluster.delay(WAY);
        }

        RecordingLink attach() {
            RecordingLink link = new RecordingLink("link" + ++links);
            engine.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), link);
            return link;
        }

        void say(String text) {
            engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", text));
        }

        Presence presence() {
            cluster.delay(Duration.ZERO);
            return engine.transcript(chat, 0, 0)
                    .toCompletableFuture()
                    .join()
                    .orElseThrow()
                    .chat()
                    .presence();
        }
    }
}

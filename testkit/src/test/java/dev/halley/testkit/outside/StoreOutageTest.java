package dev.halley.testkit.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.OptionalLong;
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
}

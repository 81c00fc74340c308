package dev.halley.testkit;

import static dev.halley.testkit.Samples.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RecordingAgentLinkTest {

    private final RecordingAgentLink desk = new RecordingAgentLink();

    @Test
    void calls_areTakenAndKept() {
        assertThat(tell(1)).isCompleted();
        assertThat(tell(2)).isCompleted();

        assertThat(desk.absences(CHAT)).containsExactly(1L, 2L);
        assertThat(desk.absences(new ChatId("another"))).isEmpty();
        assertThat(desk.told()).first().isEqualTo(new RecordingAgentLink.Told(CHAT, 1, "customer is not online"));
    }

    @Test
    void scriptedCalls_failOrWait() {
        desk.fail(new IllegalStateException());
        CompletableFuture<Void> held = desk.hold();

        assertThat(tell(1)).isCompletedExceptionally();
        CompletionStage<Void> waiting = tell(1);
        assertThat(waiting).isNotDone();
        held.complete(null);

        assertThat(waiting).isCompleted();
        assertThat(tell(1)).isCompleted();
        assertThat(desk.absences(CHAT)).containsExactly(1L, 1L, 1L);
    }

    @Test
    void toString_hasNoText() {
        tell(1);

        assertThat(desk.told().toString()).doesNotContain("customer");
    }

    private CompletionStage<Void> tell(long absence) {
        return desk.customerAway(CHAT, absence, "customer is not online");
    }
}

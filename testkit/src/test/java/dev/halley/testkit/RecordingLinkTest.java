package dev.halley.testkit;

import static dev.halley.testkit.Samples.chat;
import static dev.halley.testkit.Samples.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halley.Row;
import dev.halley.spi.ClientLink;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordingLinkTest {

    private final RecordingLink link = new RecordingLink("connection");

    @Test
    void rows_areKeptAsTheyCame() {
        deliver(3, 4);
        deliver(5, 5);

        assertThat(link.positions()).containsExactly(3L, 4L, 5L);
        assertThat(link.texts()).containsExactly("Text 3", "Text 4", "Text 5");
        assertThat(link.deliveries()).hasSize(2);
    }

    @Test
    void gap_failsTheTest() {
        deliver(1, 2);
        deliver(4, 5);

        assertThatThrownBy(link::rows).hasMessage("Position 4 came after 2");
    }

    @Test
    void gapWithinACall_failsTheTest() {
        List<Row> rows = Stream.concat(rows(1, 1).stream(), rows(3, 3).stream()).toList();
        deliver(rows);

        assertThatThrownBy(link::texts).hasMessage("Position 3 came where 2 belongs");
    }

    @Test
    void gapOfDroppedRows_isFine() {
        deliver(1, 2);
        link.deliver(chat(100, 50), rows(51, 52));

        assertThat(link.positions()).containsExactly(1L, 2L, 51L, 52L);
    }

    @Test
    void repeat_failsTheTestUnlessItBegins() {
        deliver(1, 3);
        link.begin();
        deliver(2, 3);
        assertThat(link.positions()).containsExactly(1L, 2L, 3L, 2L, 3L);

        deliver(3, 4);
        assertThatThrownBy(link::positions).hasMessage("Position 3 came after 3");
    }

    @Test
    void rowsBeyondTheirChat_failTheTest() {
        link.deliver(chat(2, 0), rows(1, 3));

        assertThatThrownBy(link::rows).hasMessage("Position 3 came with a chat that ends at 2");
    }

    @Test
    void slow_keepsACallWaitingUntilItIsTaken() {
        link.slow();
        CompletionStage<Void> first = deliver(1, 1);
        assertThat(first).isNotDone();

        assertThat(link.take()).isTrue();
        assertThat(first).isCompleted();
        assertThat(link.take()).isFalse();
        assertThat(deliver(2, 2)).isNotDone();
        assertThat(link.positions()).containsExactly(1L, 2L);
    }

    @Test
    void callBeforeTheLastWasTaken_failsTheTest() {
        link.slow();
        deliver(1, 1);
        deliver(2, 2);

        assertThatThrownBy(link::rows).hasMessageContaining("before those of the call before were taken");
    }

    @Test
    void broken_failsWhatWaitsAndWhatComes() {
        link.slow();
        CompletionStage<Void> waiting = deliver(1, 1);

        link.breakOff();

        assertThat(waiting).isCompletedExceptionally();
        assertThat(deliver(2, 2)).isCompletedExceptionally();
        assertThat(link.positions()).containsExactly(1L);
    }

    @Test
    void closed_takesNothing() {
        assertThat(link.closed()).isFalse();

        link.close(ClientLink.Cause.LEFT);

        assertThat(link.closed()).isTrue();
        assertThat(link.closedBecause()).contains(ClientLink.Cause.LEFT);
        assertThat(deliver(1, 1)).isCompletedExceptionally();
        assertThat(link.rows()).isEmpty();
    }

    private CompletionStage<Void> deliver(long first, long last) {
        return deliver(rows(first, last));
    }

    private CompletionStage<Void> deliver(List<Row> rows) {
        return link.deliver(chat(10, 0), rows);
    }
}

package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {

    private final VirtualTime time = new VirtualTime();
    private final Instant start = time.instant();
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothingRuns_inTheCallThatSubmitsIt() {
        time.execute(() -> ran.add("now"));
        time.schedule(Duration.ZERO, () -> ran.add("at once"));

        assertThat(ran).isEmpty();
    }

    @Test
    void settle_runsWhatIsDueAndWhatThatSubmits_butNothingLater() {
        time.execute(() -> {
            ran.add("first");
            time.execute(() -> ran.add("third"));
            time.schedule(Duration.ofNanos(1), () -> ran.add("later"));
        });
        time.schedule(Duration.ofSeconds(-1), () -> ran.add("second"));

        time.settle();

        assertThat(ran).containsExactly("first", "second", "third");
        assertThat(time.instant()).isEqualTo(start);
    }

    @Test
    void advance_runsTasksInTheirOrder_eachAtItsTime() {
        time.schedule(Duration.ofSeconds(2), () -> note("b"));
        time.schedule(Duration.ofSeconds(1), () -> {
            note("a");
            time.schedule(Duration.ofSeconds(1), () -> note("c"));
            time.schedule(Duration.ofSeconds(3), () -> note("too late"));
        });

        time.advance(Duration.ofSeconds(3));

        assertThat(ran).containsExactly("a at 1", "b at 2", "c at 2");
        assertThat(time.instant()).isEqualTo(start.plusSeconds(3));
        assertThat(time.nextDue()).contains(start.plusSeconds(4));
    }

    @Test
    void runNext_runsOneTaskThatIsDue() {
        time.execute(() -> ran.add("a"));
        time.execute(() -> ran.add("b"));
        time.schedule(Duration.ofSeconds(1), () -> ran.add("later"));

        assertThat(time.runNext()).isTrue();
        assertThat(ran).containsExactly("a");
        assertThat(time.runNext()).isTrue();
        assertThat(time.runNext()).isFalse();
        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void failures_surfaceAfterEverythingHasRun() {
        IllegalStateException first = new IllegalStateException();
        AssertionError second = new AssertionError();
        time.execute(() -> {
            throw first;
        });
        time.execute(() -> {
            throw second;
        });
        time.execute(() -> ran.add("third"));

        assertThatThrownBy(time::settle)
                .isInstanceOf(AssertionError.class)
                .hasCause(first)
                .hasSuppressedException(second);
        assertThat(ran).containsExactly("third");

        time.settle();
    }

    @Test
    void tasksThatSubmitEachOtherWithoutEnd_failTheTest() {
        time.execute(this::again);

        assertThatThrownBy(time::settle).isInstanceOf(AssertionError.class).hasMessageContaining("without end");
    }

    @Test
    void tasks_mayNotMoveTheTime() {
        time.execute(() -> assertThatIllegalStateException().isThrownBy(time::settle));

        time.settle();
    }

    @Test
    void time_doesNotGoBack() {
        assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofSeconds(-1)));
    }

    @Test
    void shuffled_isTheSameForTheSameSeedAlone_andKeepsTheOrderOfTime() {
        List<Integer> inOrder = IntStream.range(0, 20).boxed().toList();

        assertThat(shuffled(1)).isEqualTo(shuffled(1)).isNotEqualTo(shuffled(2)).isNotEqualTo(inOrder);
        assertThat(shuffled(1)).containsExactlyInAnyOrderElementsOf(inOrder).endsWith(19);
    }

    private static List<Integer> shuffled(long seed) {
        VirtualTime time = VirtualTime.shuffled(seed);
        List<Integer> ran = new ArrayList<>();
        time.schedule(Duration.ofNanos(1), () -> ran.add(19));
        IntStream.range(0, 19).forEach(i -> time.execute(() -> ran.add(i)));
        time.advance(Duration.ofSeconds(1));
        return ran;
    }

    private void again() {
        time.execute(this::again);
    }

    private void note(String what) {
        ran.add(what + " at " + Duration.between(start, time.instant()).toSeconds());
    }
}

package dev.halley.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of figures is said, and whether it is true. */
class LineTest {

    private static final Run RUN = new Run(false, 1, Planted.NOTHING, Path.of(""));

    @Test
    void ratio_isTheMedianOfTheRoundsRatios_notTheRatioOfMedians() {
        Line line = Line.ratio("b", "w", "µs", Samples.of(10, 30, 40), Samples.of(10, 10, 40), 1.25);
        assertThat(line.result().median()).isEqualTo(1);
        assertThat(line.isReached()).isTrue();
        assertThat(line.resultText()).isEqualTo("1.00× (1.00–3.00)");
    }

    @Test
    void ratio_aboveItsLimit_isMissed() {
        assertThat(Line.ratio("b", "w", "µs", Samples.of(13), Samples.of(10), 1.25)
                        .verdict())
                .isEqualTo("missed");
        assertThat(Line.ratio("b", "w", "µs", Samples.of(12), Samples.of(10), 1.25)
                        .verdict())
                .isEqualTo("reached");
    }

    @Test
    void rate_belowItsLimit_isMissed() {
        assertThat(Line.rate("b", "w", "/s", Samples.of(89), Samples.of(100), 0.9)
                        .isReached())
                .isFalse();
        assertThat(Line.rate("b", "w", "/s", Samples.of(91), Samples.of(100), 0.9)
                        .isReached())
                .isTrue();
    }

    @Test
    void difference_isOfTheSameRound() {
        Line line = Line.more("b", "w", "ms", Samples.of(5, 50), Samples.of(4, 40), 2);
        assertThat(line.result().values()).containsExactly(1.0, 10.0);
        assertThat(line.isReached()).isFalse();
    }

    @Test
    void listedLine_isNotJudged() {
        Line line = Line.listed("b", "w", "ms", Samples.of(5), new Samples());
        assertThat(line.isJudged()).isFalse();
        assertThat(line.verdict()).isEmpty();
    }

    @Test
    void whatIsWritten_isReadAgain(@TempDir Path folder) throws Exception {
        List<Line> lines = List.of(
                Line.ratio("b", "w", "µs", Samples.of(1, 2, 3), Samples.of(4, 5, 6), 1.25),
                Line.listed("b", "v", "B", Samples.of(7), new Samples()));
        Table.write(folder, "b", RUN, lines);
        assertThat(Table.print(Table.read(folder, "b"))).isEqualTo(Table.print(lines));
        assertThat(Table.read(folder, "another")).isEmpty();
    }

    @Test
    void markedText_saysHowLateItIs() {
        byte[] bytes = ("[\"" + Marked.text(1_000_000) + "\"]").getBytes(UTF_8);
        Marked marked = new Marked();
        for (int i = 0; i < bytes.length; i++) {
            i += marked.look(bytes, i, bytes.length, 3_500_000);
        }
        assertThat(marked.count()).isEqualTo(1);
        assertThat(marked.micros(990)).isEqualTo(2_500, within(1e-9));
        assertThat(Marked.text(0)).hasSize(Marked.LENGTH);
    }

    @Test
    void plot_drawsALineForEachSeries() {
        Plot plot = new Plot("t", "x", "y");
        plot.add("flat", 10, 1);
        plot.add("flat", 1_000, 1);
        plot.add("steep", 10, 1);
        plot.add("steep", 1_000, 2);
        // From the left edge to the right one; the flat one at half the height of the steep one's end.
        assertThat(plot.svg()).contains("M60.0 187.3L470.0 187.3", "M60.0 187.3L470.0 64.5");
    }
}

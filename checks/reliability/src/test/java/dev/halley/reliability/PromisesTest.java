package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.fixtures.Cases;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reliability.md} is up to date: it says what {@code promises.md} and {@code faults.md} say, and the tests
 * that it names are there.
 */
class PromisesTest {

    private static final List<String> REPORT =
            Root.read(WriteReport.FILE).lines().toList();

    /** The last that {@code mvn verify} says before its summary. */
    @AfterAll
    static void sayWhatIsLeftOut() {
        if (!Cases.areAll()) {
            System.out.println(
                    "Each kind of case was played once. With -Pthorough it is all of them, ten times as many random"
                            + " histories, a minute of fuzzing, and every planted fault.");
        }
    }

    @Test
    void everyTest_isThere() {
        Stream<TestName> promised = Promise.all().stream().flatMap(promise -> promise.tests().stream());
        assertThat(promised.filter(test -> !test.exists())).isEmpty();
    }

    @Test
    void reliabilityMd_makesTheSamePromises() {
        List<List<String>> promised = Promise.all().stream()
                .map(promise -> List.of(
                        promise.text(),
                        promise.withstands(),
                        String.join(
                                ", ",
                                promise.tests().stream().map(Promise::link).toList())))
                .toList();
        List<List<String>> reported = REPORT.stream()
                .map(Promise::cells)
                .filter(cells -> cells.length == 5 && !cells[0].equals("promise") && !cells[0].startsWith("---"))
                .map(cells -> Arrays.asList(cells).subList(0, 3))
                .toList();
        assertThat(reported).as("promises in " + WriteReport.FILE).isEqualTo(promised);
    }

    @Test
    void reliabilityMd_hasTheSameFaultsAndWords() {
        assertThat(REPORT)
                .containsSubsequence(Fault.parse(Root.read("checks/reliability/faults.md")).stream()
                        .map(WriteReport::row)
                        .toList());
        assertThat(REPORT)
                .containsSubsequence(Promise.lines().stream()
                        .filter(line -> !line.startsWith("|") && !line.startsWith("<!--"))
                        .toList());
    }
}

package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.fixtures.Cases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule in {@code faults.md} is switched off, one at a time, and the tests that are about it turn red. */
@Tag(Cases.THOROUGH)
class PlantedFaultsTest {

    private static final List<Fault> FAULTS = Fault.parse(Root.read("checks/reliability/faults.md"));
    private static final List<String> TABLE = new ArrayList<>();
    private static final List<String> HOW = new ArrayList<>();
    private static final Map<TestName, List<String>> SOUND = new HashMap<>();

    @TempDir
    private static Path nothing;

    private static Workshop sound;

    @BeforeAll
    static void open() {
        sound = new Workshop(nothing);
    }

    @AfterAll
    static void close() throws IOException {
        sound.close();
        String table = "| rule | switched off in | turns red | seconds |\n| --- | --- | --- | ---: |\n"
                + String.join("\n", TABLE) + "\n";
        Root.write(Path.of("target/planted-faults.md"), table + "\n" + String.join("\n", HOW) + "\n");
        System.out.print(table);
    }

    static List<Fault> faults() {
        return FAULTS;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void fault_turnsItsTestsRed(Fault fault, @TempDir Path changed) throws IOException {
        long began = System.nanoTime();
        Workshop.compile(fault.plant(), changed);
        try (Workshop faulty = new Workshop(changed)) {
            for (Fault.Red red : fault.reds()) {
                TestName test = red.test();
                assertThat(SOUND.computeIfAbsent(test, sound::run))
                        .as("failures of %s without the fault", test)
                        .isEmpty();
                List<String> failures = faulty.run(test);
                assertThat(failures).as("failures of %s with the fault", test).isNotEmpty();
                assertThat(failures).anyMatch(failure -> failure.contains(red.saying()));
                note(fault, test, failures.get(0), System.nanoTime() - began);
            }
        }
    }

    private static void note(Fault fault, TestName test, String failure, long nanos) {
        String files = String.join(
                ", ",
                fault.changes().stream()
                        .map(change -> change.file().replaceAll(".*/|\\.java", ""))
                        .distinct()
                        .toList());
        TABLE.add(String.format(Locale.ROOT, "| %s | %s | `%s` | %.1f |", fault.rule(), files, test, nanos / 1e9));
        String firstLines = failure.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(6)
                .collect(Collectors.joining(" "));
        HOW.add("* " + fault.rule() + ": " + firstLines);
    }
}

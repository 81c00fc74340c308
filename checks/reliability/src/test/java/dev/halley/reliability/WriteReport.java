package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Writes {@code docs/reliability.md} from {@code promises.md} and the reports of the tests. Its name keeps it out of
 * the normal run; the head of the file that it writes has the command.
 */
class WriteReport {

    static final String FOLDER = "docs";

    static final String FILE = FOLDER + "/reliability.md";

    /** The module that runs tests with faults planted. */
    static final String MODULE = "checks/reliability";

    private static final String COMMAND = "mvn -B -T1 clean verify -Dhalley.report";

    private final Reports reports = new Reports(
            Stream.concat(Root.modules().stream(), Stream.of(MODULE)).toList());
    private final List<String> missing = new ArrayList<>();

    @Test
    void write() {
        String report = Promise.lines().stream().map(this::line).collect(Collectors.joining("\n")) + "\n";
        assertThat(missing).as("promises that are not shown").isEmpty();
        Root.write(Root.of(FILE), report);
    }

    private String line(String line) {
        if (line.equals("<!-- head -->")) {
            return String.format(
                    Locale.ROOT,
                    """
                    `%s` writes this file from
                    [promises.md](../checks/reliability/promises.md) and the results of the tests that it runs; it fails
                    if one of them failed or did not run. Last on %s, with Java %s and %d processors; %,d cases of all
                    tests passed.""",
                    COMMAND,
                    LocalDate.now(ZoneOffset.UTC),
                    reports.java(),
                    Runtime.getRuntime().availableProcessors(),
                    reports.passed());
        }
        if (line.equals("<!-- faults -->")) {
            return faults();
        }
        return Promise.parse(line).map(this::shown).orElseGet(() -> titled(line));
    }

    /** A table has a column more: how many cases have passed. */
    private static String titled(String line) {
        if (line.startsWith("| promise |")) {
            return "| promise | what it withstands | test | cases | figure |";
        }
        return line.startsWith("| ---") ? "| --- | --- | --- | ---: | --- |" : line;
    }

    private String shown(Promise promise) {
        int cases = 0;
        String figure = "";
        try {
            for (TestName test : promise.tests()) {
                cases += reports.passed(test);
            }
            figure = promise.figure().isEmpty() ? "" : reports.figure(promise.figure());
        } catch (AssertionError e) {
            missing.add(promise.text() + ": " + e.getMessage());
        }
        return "| " + promise.text() + " | " + promise.withstands() + " | "
                + promise.tests().stream().map(Promise::link).collect(Collectors.joining(", ")) + " | " + cases + " | "
                + figure + (figure.isEmpty() ? "|" : " |");
    }

    private static String faults() {
        StringBuilder table = new StringBuilder();
        String group = "";
        for (Fault fault : Fault.parse(Root.read("checks/reliability/faults.md"))) {
            if (!fault.group().equals(group)) {
                group = fault.group();
                table.append(table.isEmpty() ? "" : "\n")
                        .append("### ")
                        .append(group)
                        .append("\n\n| rule that is switched off | turns red |\n| --- | --- |\n");
            }
            table.append(row(fault)).append('\n');
        }
        return table.toString().stripTrailing();
    }

    static String row(Fault fault) {
        return "| " + fault.rule() + " | "
                + fault.tests().stream().map(Promise::link).collect(Collectors.joining(", ")) + " |";
    }
}

package dev.halley.reliability;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A line of {@code promises.md}.
 *
 * @param text what is promised
 * @param withstands what it has to withstand
 * @param tests which tests would notice
 * @param figure the name of what they measure; empty for nothing
 */
record Promise(String text, String withstands, List<TestName> tests, String figure) {

    private static final String FILE = "checks/reliability/promises.md";
    private static final String TITLES = "promise";
    private static final Pattern TEST = Pattern.compile("`([^`]*)`");

    /** Reads a line; empty if it is something else. */
    static Optional<Promise> parse(String line) {
        String[] cells = cells(line);
        if (cells.length == 0 || cells[0].equals(TITLES) || cells[0].startsWith("---")) {
            return Optional.empty();
        }
        if (cells.length != 4) {
            throw new IllegalArgumentException("Not four cells: " + line);
        }
        List<TestName> tests = TEST.matcher(cells[2])
                .results()
                .map(MatchResult::group)
                .map(name -> TestName.parse(name.substring(1, name.length() - 1)))
                .toList();
        if (tests.isEmpty()) {
            throw new IllegalArgumentException("No test: " + line);
        }
        return Optional.of(new Promise(cells[0], cells[1], tests, cells[3]));
    }

    static List<Promise> all() {
        return lines().stream().flatMap(line -> parse(line).stream()).toList();
    }

    /** Returns the lines of {@code promises.md}, with links as they lead from the report. */
    static List<String> lines() {
        return Root.read(FILE).replace("](../../", "](../").lines().toList();
    }

    /** Returns the cells of a table's line, none for any other line. */
    static String[] cells(String line) {
        return line.startsWith("| ")
                ? Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toArray(String[]::new)
                : new String[0];
    }

    /** Returns the source of a test, in Markdown that leads there from the report. */
    static String link(TestName test) {
        return "[" + test.type().replace('$', '.') + (test.method().isEmpty() ? "" : ": " + test.method()) + "]("
                + Root.of(WriteReport.FOLDER)
                        .relativize(test.source())
                        .toString()
                        .replace('\\', '/') + ")";
    }
}

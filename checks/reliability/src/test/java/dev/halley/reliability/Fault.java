package dev.halley.reliability;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A rule that is switched off, and the tests that notice.
 *
 * @param group what it is about
 * @param rule the rule
 * @param changes what stands where in the source instead
 * @param reds what notices, each of them
 */
record Fault(String group, String rule, List<Change> changes, List<Red> reds) {

    private static final Pattern RED = Pattern.compile("Turns red: `([^`]*)`(?:, saying `([^`]*)`)?");

    /**
     * A replacement in a source.
     *
     * @param file below the project's folder
     * @param text occurs there exactly once, but for indentation
     * @param replacement what stands there instead
     */
    record Change(String file, String text, String replacement) {}

    /**
     * A test that turns red.
     *
     * @param saying what its failure says; empty for anything
     */
    record Red(TestName test, String saying) {}

    List<TestName> tests() {
        return reds.stream().map(Red::test).toList();
    }

    /** Returns the sources with the fault in them. */
    Map<Path, String> plant() {
        Map<Path, String> changed = new LinkedHashMap<>();
        for (Change change : changes) {
            Path file = Root.of(change.file());
            String source = changed.containsKey(file) ? changed.get(file) : unindented(Root.read(file));
            int at = source.indexOf(change.text());
            if (at < 0 || source.indexOf(change.text(), at + 1) >= 0) {
                throw new AssertionError("The fault '" + rule + "' can't be planted: in " + change.file()
                        + " this text " + (at < 0 ? "does not occur any more" : "occurs more than once") + ":\n"
                        + change.text());
            }
            changed.put(
                    file,
                    source.substring(0, at)
                            + change.replacement()
                            + source.substring(at + change.text().length()));
        }
        return changed;
    }

    private static String unindented(String source) {
        return source.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Override
    public String toString() {
        return rule;
    }

    /** Reads them as {@code faults.md} has them. */
    static List<Fault> parse(String markdown) {
        List<Fault> faults = new ArrayList<>();
        String group = "";
        for (String section : markdown.split("(?m)^(?=##)", -1)) {
            if (section.startsWith("## ")) {
                group = firstLine(section).substring(3);
            } else if (section.startsWith("### ")) {
                faults.add(parse(group, section));
            }
        }
        return faults;
    }

    private static Fault parse(String group, String section) {
        List<Change> changes = new ArrayList<>();
        List<Red> reds = new ArrayList<>();
        String file = "";
        List<String> minus = new ArrayList<>();
        List<String> plus = new ArrayList<>();
        boolean diff = false;
        for (String line : section.lines().skip(1).toList()) {
            if (diff && line.startsWith("-")) {
                minus.add(line.substring(1).strip());
            } else if (diff && line.startsWith("+")) {
                plus.add(line.substring(1).strip());
            } else if (diff && !minus.isEmpty()) {
                changes.add(new Change(file, String.join("\n", minus), String.join("\n", plus)));
                minus.clear();
                plus.clear();
            }
            if (line.equals("```diff")) {
                diff = true;
            } else if (line.equals("```")) {
                diff = false;
            } else if (line.matches("`.*\\.java`")) {
                file = line.substring(1, line.length() - 1);
            }
            Matcher red = RED.matcher(line);
            if (red.matches()) {
                reds.add(new Red(TestName.parse(red.group(1)), red.group(2) == null ? "" : red.group(2)));
            }
        }
        String rule = firstLine(section).substring(4);
        if (changes.isEmpty() || reds.isEmpty()) {
            throw new IllegalArgumentException("The fault '" + rule + "' names no change or no test");
        }
        return new Fault(group, rule, changes, reds);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElseThrow();
    }
}

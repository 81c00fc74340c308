package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Compares what no test reaches in {@code core} and {@code cometd-adapter} with
 * {@code checks/reliability/coverage/gaps.md}. {@code mvn verify -Pcoverage} runs it after the tests of all modules.
 */
class CoverageGaps {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path REPORT = Path.of("target/site/jacoco-aggregate/jacoco.xml");
    private static final Path LIST = Path.of("coverage/gaps.md");
    private static final Map<String, String> MODULES =
            Map.of("halley-core", "core", "halley-cometd-adapter", "cometd-adapter");

    /** A heading names a file, an item a line of it. */
    private static final Pattern HEADING = Pattern.compile("### (\\S+\\.java)");

    private static final Pattern ITEM =
            Pattern.compile("\\* `(.+)` (not run|partly run|\\d+ of \\d+ branches)( sometimes)?: \\S.*");

    /** A line that is not reached, or not with every outcome. */
    private record Gap(String file, String line) {}

    /** How much of it, and whether that depends on which thread was faster. */
    private record Missed(String what, boolean sometimes) {}

    @Test
    void everyGap_isListedWithItsReason() throws Exception {
        Map<Gap, List<Missed>> listed = listed();
        List<String> complaints = new ArrayList<>();
        found().forEach((gap, misses) -> {
            List<Missed> left = listed.getOrDefault(gap, new ArrayList<>());
            for (String what : misses) {
                if (!left.remove(new Missed(what, false)) && !left.remove(new Missed(what, true))) {
                    complaints.add("not listed: ### " + gap.file() + " * `" + gap.line() + "` " + what + ": …");
                }
            }
        });
        listed.forEach((gap, left) -> left.stream()
                .filter(missed -> !missed.sometimes())
                .forEach(missed -> complaints.add(
                        "listed, but reached: ### " + gap.file() + " * `" + gap.line() + "` " + missed.what())));
        assertThat(String.join("\n", complaints))
                .as("what differs from reliability/" + LIST)
                .isEmpty();
    }

    private static Map<Gap, List<Missed>> listed() throws IOException {
        Map<Gap, List<Missed>> result = new LinkedHashMap<>();
        String file = "";
        for (String line : Files.readAllLines(LIST)) {
            Matcher heading = HEADING.matcher(line);
            Matcher item = ITEM.matcher(line);
            if (heading.matches()) {
                file = heading.group(1);
            } else if (item.matches()) {
                result.computeIfAbsent(new Gap(file, item.group(1)), any -> new ArrayList<>())
                        .add(new Missed(item.group(2), item.group(3) != null));
            } else {
                assertThat(line).as("an item of %s", LIST).doesNotStartWith("*").doesNotStartWith("###");
            }
        }
        return result;
    }

    private static Map<Gap, List<String>> found() throws Exception {
        Map<Gap, List<String>> result = new LinkedHashMap<>();
        for (Element module : children(report(), "group")) {
            String folder = MODULES.get(module.getAttribute("name"));
            if (folder == null) {
                continue;
            }
            System.out.println(
                    folder + ": " + counts(module, "BRANCH") + " branches, " + counts(module, "LINE") + " lines");
            for (Element source : children(module, "package")) {
                Path sources = ROOT.resolve(folder).resolve("src/main/java").resolve(source.getAttribute("name"));
                for (Element file : children(source, "sourcefile")) {
                    collect(sources.resolve(file.getAttribute("name")), file, result);
                }
            }
        }
        assertThat(result).isNotEmpty();
        return result;
    }

    private static void collect(Path path, Element file, Map<Gap, List<String>> result) throws IOException {
        List<String> lines = Files.readAllLines(path);
        for (Element line : children(file, "line")) {
            int branches = number(line, "mb") + number(line, "cb");
            String missed = number(line, "ci") == 0
                    ? "not run"
                    : number(line, "mb") > 0
                            ? number(line, "mb") + " of " + branches + " branches"
                            : number(line, "mi") > 0 ? "partly run" : "";
            if (!missed.isEmpty()) {
                String text = lines.get(number(line, "nr") - 1).strip();
                result.computeIfAbsent(new Gap(file.getAttribute("name"), text), any -> new ArrayList<>())
                        .add(missed);
            }
        }
    }

    private static String counts(Element module, String type) {
        return children(module, "counter").stream()
                .filter(counter -> counter.getAttribute("type").equals(type))
                .map(counter ->
                        number(counter, "covered") + " of " + (number(counter, "covered") + number(counter, "missed")))
                .findFirst()
                .orElseThrow();
    }

    private static Element report() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(REPORT.toFile()).getDocumentElement();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> result = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                result.add(element);
            }
        }
        return result;
    }

    private static int number(Element element, String name) {
        return Integer.parseInt(element.getAttribute(name));
    }
}

package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/dependencies.md} lists what each published module brings along, as Maven has resolved it, with the
 * licences that their authors declare. With {@code -Dhalley.write} it is written.
 */
class DependenciesTest {

    private static final String DOCUMENT = "docs/dependencies.md";

    private static final Pattern LINE = Pattern.compile(" *([^: ]+):([^: ]+):jar:([^: ]+):(compile|runtime):(\\S+).*");
    private static final Pattern LICENCE = Pattern.compile("(?s)<license>.*?<name>(.*?)</name>.*?</license>");
    private static final Pattern PARENT = Pattern.compile("(?s)<parent>(.*?)</parent>");

    /** One name for each licence, whatever its authors write. */
    private static final Map<Pattern, String> NAMES = Map.of(
            Pattern.compile("(?i).*apache.*"), "Apache-2.0",
            Pattern.compile("(?i)(the )?mit( license)?( \\(mit\\))?"), "MIT",
            Pattern.compile("(?i).*bsd.*(3|new).*|.*new bsd.*"), "BSD-3-Clause",
            Pattern.compile("(?i).*(eclipse public|epl).*2.*"), "EPL-2.0",
            Pattern.compile("(?i).*gnu lesser.*"), "LGPL");

    @Test
    void document_listsWhatMavenHasResolved() {
        List<String> modules = Root.published();
        assumeTrue(
                modules.stream().allMatch(module -> Files.exists(listOf(module))),
                "not all modules were built: mvn verify");
        String written = modules.stream().map(DependenciesTest::chapter).collect(Collectors.joining("\n"));
        String document = Root.read(DOCUMENT);
        String head = document.substring(0, document.indexOf("## "));
        if (System.getProperty("halley.write") != null) {
            Root.write(Root.of(DOCUMENT), head + written);
        } else {
            assertThat(document).isEqualTo(head + written);
        }
    }

    private static Path listOf(String module) {
        return Root.of(module + "/target/dependencies.txt");
    }

    private static String chapter(String module) {
        TreeSet<String> lines = new TreeSet<>();
        // Without the colours that Maven writes to a terminal.
        for (String line : Root.read(listOf(module))
                .replaceAll("\u001B\\[[0-9;]*m", "")
                .lines()
                .toList()) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches() && !parts.group(1).equals("dev.halley")) {
                String pom = parts.group(5).replaceAll("\\.jar$", ".pom");
                String own = pathOf(parts.group(1), parts.group(2), parts.group(3));
                assertThat(pom).endsWith(own);
                Path repository = Path.of(pom.substring(0, pom.length() - own.length()));
                lines.add("| `" + parts.group(1) + ":" + parts.group(2) + "` | " + parts.group(3) + " | "
                        + licences(repository, own) + " |\n");
            }
        }
        return "## `halley-" + module + "`\n\n"
                + (lines.isEmpty()
                        ? "Nothing.\n"
                        : "| library | version | licence |\n| --- | --- | --- |\n" + String.join("", lines));
    }

    private static String pathOf(String group, String artifact, String version) {
        return group.replace('.', '/') + "/" + artifact + "/" + version + "/" + artifact + "-" + version + ".pom";
    }

    /** Returns the licences in a POM, or in the nearest of its parents that names any. */
    private static String licences(Path repository, String pom) {
        String text = Root.read(repository.resolve(pom));
        String found = LICENCE.matcher(text)
                .results()
                .map(licence -> named(licence.group(1).strip()))
                .distinct()
                .sorted()
                .collect(Collectors.joining(" or "));
        if (!found.isEmpty()) {
            return found;
        }
        Matcher parent = PARENT.matcher(text);
        assertThat(parent.find()).as("a licence of " + pom).isTrue();
        String above = parent.group(1);
        return licences(repository, pathOf(of(above, "groupId"), of(above, "artifactId"), of(above, "version")));
    }

    private static String of(String xml, String element) {
        Matcher value = Pattern.compile("<" + element + ">\\s*(\\S+?)\\s*</" + element + ">")
                .matcher(xml);
        assertThat(value.find()).as(element).isTrue();
        return value.group(1);
    }

    private static String named(String licence) {
        return NAMES.entrySet().stream()
                .filter(name -> name.getKey().matcher(licence).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("Which licence is '" + licence + "'?"));
    }
}

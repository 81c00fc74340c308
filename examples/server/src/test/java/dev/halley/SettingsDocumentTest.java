package dev.halley;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.spi.Option;
import dev.halley.spi.PushProviderFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/settings.md} are what the options' declarations say. With {@code -Dhalley.write} they are
 * written.
 */
class SettingsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "..", "docs", "settings.md");
    private static final Pattern TABLE = Pattern.compile("(?m)^<!-- options of (.+) -->\n(?:\\|.*\n)*");
    private static final String HEAD = "| option | accepted | default | what it is |\n| --- | --- | --- | --- |\n";

    @Test
    void everyTable_isWhatTheDeclarationsSay() throws IOException {
        Map<String, List<Option>> declared = declared();
        String document = Files.readString(DOCUMENT);
        String written = TABLE.matcher(document)
                .replaceAll(table -> Matcher.quoteReplacement(
                        table(table.group(1), declared.getOrDefault(table.group(1), List.of()))));
        if (System.getProperty("halley.write") != null) {
            Files.writeString(DOCUMENT, written);
        } else {
            assertThat(document).isEqualTo(written);
        }
    }

    @Test
    void everyDeclaration_hasItsTable_andASentence() throws IOException {
        assertThat(TABLE.matcher(Files.readString(DOCUMENT)).results().map(table -> table.group(1)))
                .containsExactlyInAnyOrderElementsOf(declared().keySet());
        assertThat(declared().values().stream().flatMap(List::stream)).allSatisfy(option -> {
            assertThat(option.description()).matches("[\\p{Lu}`][^|\n]*\\.");
            assertThat(option.byDefault() + option.accepted()).doesNotContain("|", "\n");
        });
    }

    @Test
    void noOption_isDeclaredTwice() {
        assertThat(declared().values().stream().flatMap(List::stream).map(Option::name))
                .doesNotHaveDuplicates();
    }

    private static Map<String, List<Option>> declared() {
        Map<String, List<Option>> declared = new LinkedHashMap<>();
        declared.put("push", EngineOptions.OF_PUSH);
        declared.put("services", EngineOptions.OF_SERVICES);
        declared.put("halley", EngineOptions.OF_HALLEY);
        declared.put("pushes", EngineOptions.OF_PUSHES);
        ServiceLoader.load(PushProviderFactory.class)
                .forEach(factory -> declared.put(String.join(", ", new TreeSet<>(factory.types())), factory.options()));
        return declared;
    }

    private static String table(String whose, List<Option> options) {
        return "<!-- options of " + whose + " -->\n" + HEAD
                + options.stream().map(SettingsDocumentTest::line).collect(joining());
    }

    private static String line(Option option) {
        String accepted = option.accepted() + (option.secret() ? "; *secret*" : "");
        return "| `" + option.name() + "` | " + accepted + " | " + option.byDefault() + " | " + option.description()
                + " |\n";
    }
}

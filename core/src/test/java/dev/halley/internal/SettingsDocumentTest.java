package dev.halley.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.spi.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} lists every option under its sections, with a default and a sentence, and no other. */
class SettingsDocumentTest {

    private static final String PUSH = "## `push`";
    private static final String SERVICE = "## `Service.<name>`, `push`";
    private static final String HALLEY = "## `halley`";
    private static final String PROVIDER =
            "## `push`, `push.provider.<name>`, `push.provider.event.<tag>`," + " `push.provider.<name>.event.<tag>`";

    /** The columns: name, default, whether it is secret, what it is. */
    private static final int COLUMNS = 4;

    @Test
    void everyOption_isListed_andNoOther() throws IOException {
        List<String> declared = new ArrayList<>();
        declare(PUSH, KnownOptions.PUSH, declared);
        declare(SERVICE, KnownOptions.SERVICE, declared);
        declare(HALLEY, KnownOptions.HALLEY, declared);
        declare(PROVIDER, KnownOptions.PROVIDER, declared);

        assertThat(listed()).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static void declare(String heading, Map<String, Option> options, List<String> declared) {
        options.values().forEach(option -> declared.add(line(heading, option.name(), option.secret() ? "yes" : "no")));
    }

    private static List<String> listed() throws IOException {
        List<String> listed = new ArrayList<>();
        String heading = "";
        for (String line : Files.readAllLines(Path.of("..", "docs", "settings.md"))) {
            if (line.startsWith("## ")) {
                heading = line;
            } else if (line.startsWith("| `")) {
                List<String> cells = Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toList();
                assertThat(cells).as(line).hasSize(COLUMNS).doesNotContain("");
                assertThat(cells.get(3)).as("a sentence").matches("[\\p{Lu}`].*\\.");
                listed.add(line(heading, cells.get(0).replace("`", ""), cells.get(2)));
            }
        }
        return listed;
    }

    private static String line(String heading, String option, String secret) {
        return heading + ": " + option + ", secret: " + secret;
    }
}

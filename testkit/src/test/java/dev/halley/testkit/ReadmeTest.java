package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows to authors of providers is what is compiled and run here. */
class ReadmeTest {

    @Test
    void readme_showsTheContractTestOfThePager() throws Exception {
        Path module = Path.of("").toAbsolutePath();
        String source = Files.readString(module.resolve("src/test/java/dev/halley/testkit/PagerProviderTest.java"));
        String code = source.substring(source.indexOf("// readme: shown") + 16, source.indexOf("// readme: end"));
        assertThat(words(Files.readString(module.resolve("../README.md"))).contains(words(code)))
                .as("the README has " + words(code))
                .isTrue();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}

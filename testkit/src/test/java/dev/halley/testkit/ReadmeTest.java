package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the documents show to authors of providers and stores is what is compiled and run here. */
class ReadmeTest {

    private static final String TESTS = "src/test/java/dev/halley/testkit/";

    @Test
    void document_showsTheContractTestOfThePager() throws Exception {
        shows("../docs/provider.md", TESTS + "PagerProviderTest.java");
    }

    @Test
    void document_showsTheContractTestOfTheStoreInMemory() throws Exception {
        shows(
                "../docs/store.md",
                "../checks/engine/src/test/java/dev/halley/checks/InMemorySessionStoreContractTest.java");
    }

    @Test
    void document_showsTheInterfacesOfAProvider() throws Exception {
        Path spi = Path.of("../core/src/main/java/dev/halley/spi");
        String document = words(Files.readString(Path.of("../docs/provider.md")));
        for (String type : new String[] {"PushProvider", "PushProviderFactory"}) {
            String source = Files.readString(spi.resolve(type + ".java"));
            assertThat(source).contains("public interface " + type);
            source.lines()
                    .map(String::strip)
                    .filter(line -> line.endsWith(");")
                            && !line.startsWith("*")
                            && !line.startsWith("return")
                            && !line.contains("close"))
                    .forEach(method -> assertThat(document.contains(method))
                            .as("docs/provider.md has " + method)
                            .isTrue());
        }
    }

    private static void shows(String document, String test) throws Exception {
        String source = Files.readString(Path.of(test));
        String code = source.substring(source.indexOf("// readme: shown") + 16, source.indexOf("// readme: end"));
        assertThat(words(Files.readString(Path.of(document))).contains(words(code)))
                .as(document + " has " + words(code))
                .isTrue();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}

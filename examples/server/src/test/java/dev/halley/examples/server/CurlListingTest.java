package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listing with curl of {@code docs/apps.md}, as it stands there. */
class CurlListingTest {

    private static final String ADDRESS = "http://127.0.0.1:8080";

    @Test
    void listing_connects_andGoesToTheBackground(@TempDir Path folder) throws Exception {
        assumeTrue(runs("curl", "--version") && runs("bash", "--version"), "curl and bash are needed");
        String document = Files.readString(Path.of("..", "..", "docs", "apps.md"));
        String listing = document.substring(document.indexOf("```sh\n") + 6);
        listing = listing.substring(0, listing.indexOf("```"));
        assertThat(listing).contains(ADDRESS);
        try (Chats chats = new Chats(Duration.ofSeconds(2))) {
            String address = chats.uri().toString().replaceFirst("/$", "");
            File said = folder.resolve("said").toFile();
            Process process = new ProcessBuilder("bash", "-euc", listing.replace(ADDRESS, address))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said)
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(said.toPath())).isZero();
            assertThat(Files.readString(said.toPath())).contains("\"/_genesys\"", "\"/meta/disconnect\"");
            JsonNode mia = chats.views().getOrDefault("Mia", MissingNode.getInstance());
            assertThat(mia.path("presence").asText()).isEqualTo("away");
            assertThat(mia.path("seen").asLong()).isEqualTo(1);
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalleyServerTest {

    @TempDir
    private Path folder;

    /** What a run has left behind. */
    private record Run(int status, String out, String err) {

        static Run of(String... args) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status =
                    new HalleyServer().run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
            return new Run(status, out.toString(UTF_8), err.toString(UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port x | --port",
                "--port 70000 | from 0 to 65535",
                "--nonsense | --nonsense",
                "--agent-token= | --agent-token",
                "--config /does/not/exist.yaml | /does/not/exist.yaml"
            })
    void wrongCommandLine_isSaidInOneLine(String args, String said) {
        assertMisused(Run.of(args.split(" ")), said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "push:~  _client_timeout_notification: soon | [push] _client_timeout_notification = 'soon'",
                "push:~  pushEnabeld: fcm | pushEnabled",
                "pusch:~  a: b | [pusch]",
                "push:~  fcm.apiKey: x | June 2024",
                "halley:~  max_text: 99999999 | [halley] max_text",
                "push:~  a: [ | :2:7: while parsing a flow node, expected",
                "push:~  content: full~  content: none | :3:",
                "push: {}~push: {} | :2:",
                "just a text | sections",
                "push: 7 | [push]",
                "push:~  content: {a: b} | [push] content"
            })
    void wrongConfiguration_isSaidInOneLine(String yaml, String said) throws Exception {
        Path file = folder.resolve("config.yaml");
        Files.writeString(file, yaml.replace("~", "\n") + "\n");

        assertMisused(Run.of("--port", "0", "--config", file.toString()), said);
    }

    @Test
    void values_mayBeTextsNumbersBooleansOrLists() throws Exception {
        Path file = folder.resolve("config.yaml");
        Files.writeString(file, """
                push:
                  filtering_chat_events: [Notice.TypingStarted, Notice.TypingStopped]
                halley:
                  max_text: "1000"
                  confirm_by_connect: false
                Service.request-chat:
                  _client_timeout_notification: 7
                Service.empty:
                """);

        var settings = dev.halley.Options.of(Config.read(file)).settings();

        assertThat(settings.maxText()).isEqualTo(1000);
        assertThat(settings.confirmByConnect()).isFalse();
        assertThat(settings.services()).contains("empty");
        assertThat(settings.service("request-chat").orElseThrow().gracePeriod()).hasSeconds(7);
    }

    @Test
    void takenPort_isSaidInOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("config.yaml"), "push: {}\n");
        try (RunningServer server = RunningServer.start(ServerSettings.of(dev.halley.Options.none()))) {
            Run run = Run.of(
                    "--config",
                    file.toString(),
                    "--port",
                    String.valueOf(server.uri().getPort()));

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains("Can't listen on 127.0.0.1:");
        }
    }

    @Test
    void help_saysWhatThereIs() {
        Run run = Run.of("--help");

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("--port", "--host", "--config", "--agent-token", "--story");
    }

    @ParameterizedTest
    @CsvSource({"-XX:+ExitOnOutOfMemoryError, false", "-XX:+CrashOnOutOfMemoryError, false", "-Dx=y, true"})
    void javaThatGoesOnWithoutMemory_isWarnedOf_inOneLine(String flag, boolean warned) throws Exception {
        Path file = Files.writeString(folder.resolve("config.yaml"), "push: {}\n");
        Path said = folder.resolve("said");
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        flag,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dlogback.configurationFile="
                                + Path.of("src", "main", "resources", "logback.xml")
                                        .toAbsolutePath(),
                        HalleyServer.class.getName(),
                        "--port",
                        "0",
                        "--config",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(said).contains("Halley is ready"));
        } finally {
            server.destroy();
            server.waitFor();
        }
        List<String> lines = Files.readString(said).lines().toList();

        assertThat(lines.stream().filter(line -> line.contains("ExitOnOutOfMemoryError")))
                .hasSize(warned ? 1 : 0);
    }

    @Test
    void story_isTrue() {
        Run run = Run.of("--story");

        assertThat(run.out()).contains("The end.").doesNotContain("This is not how the story goes");
        assertThat(run.status()).isZero();
    }

    private static void assertMisused(Run run, String said) {
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains(said);
        assertThat(run.out()).isEmpty();
    }
}

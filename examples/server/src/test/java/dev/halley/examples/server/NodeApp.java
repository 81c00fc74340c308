package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** An app that runs one of the scripts in {@code src/test/node} in Node. The script tells what it receives. */
final class NodeApp implements App {

    /** Clients that are not ours. */
    enum Client {
        COMETD,
        FAYE,
        /** CometD's again, as {@code docs/apps.md} shows it; its script is written by the test that is about it. */
        README
    }

    enum Transport {
        LONG_POLLING,
        WEBSOCKET
    }

    private static final Path SCRIPTS = Path.of("src", "test", "node");
    private static final Path HOME = Path.of("target", "node");
    private static final Duration INSTALLATION = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final List<Shown> rows = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile @Nullable String connected;
    private volatile boolean gone;

    NodeApp(Client client, Transport transport, URI server, String user, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "node", script(client), server.resolve("/genesys/cometd").toString(), name(transport), user));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .directory(HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        HOME.resolve("stderr.log").toFile()))
                .start();
        Thread listener = new Thread(this::listen, "listens to " + client);
        listener.setDaemon(true);
        listener.start();
    }

    /** Gets the clients from npm, once; without Node or npm the tests that need them are aborted, on CI they fail. */
    static void install() throws Exception {
        missing().ifPresent(reason -> {
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        });
    }

    /** Puts a script beside the others. */
    static void write(String name, String script) throws IOException {
        Files.writeString(HOME.resolve(name), script);
    }

    /** Awaits the answer to a first poll, and that the app is on the transport it was meant to be on. */
    NodeApp awaitConnected(Transport transport) {
        await().atMost(PATIENCE).until(() -> connected != null);
        assertThat(connected).isEqualTo(name(transport));
        return this;
    }

    void awaitPosition(long position) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(rows).last().extracting(Shown::position).isEqualTo(position));
    }

    @Override
    public List<Shown> rows() {
        return rows;
    }

    /** Returns how many answers to a handshake have come. */
    int handshakes() {
        return handshakes.get();
    }

    /**
     * Returns the errors that came in answer to polls, each with what the client was told to do then. That the server
     * has ended the session is one of them.
     */
    List<String> refusals() {
        return refusals;
    }

    @Override
    public void background() throws Exception {
        try (Writer input = process.outputWriter(UTF_8)) {
            input.write("background\n");
        }
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        await().until(() -> gone); // its last words may be read after its end
    }

    /** Kills the app without a word. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(Json.parse(line));
            }
        } catch (IOException e) {
            // The app was killed.
        }
    }

    private void take(JsonNode line) {
        if (line.has("connected")) {
            connected = line.path("connected").asText();
        }
        if (line.has("handshake")) {
            handshakes.incrementAndGet();
        }
        if (line.has("refused")) {
            refusals.add(line.path("refused").asText());
        }
        if (line.has("gone")) {
            gone = true;
        }
        JsonNode shown = line.at("/state/transcriptToShow");
        long position = line.at("/state/transcriptPosition").asLong() - shown.size();
        for (JsonNode row : shown) {
            rows.add(new Shown(++position, row.path(2).asText()));
        }
    }

    private static String script(Client client) {
        return switch (client) {
            case COMETD -> "cometd.js";
            case FAYE -> "faye.js";
            case README -> "readme.js";
        };
    }

    private static String name(Transport transport) {
        return switch (transport) {
            case LONG_POLLING -> "long-polling";
            case WEBSOCKET -> "websocket";
        };
    }

    /** Returns why the clients can't be had, nothing if they are there. One process at a time puts them there. */
    private static Optional<String> missing() throws IOException, InterruptedException {
        Files.createDirectories(HOME);
        try (FileChannel file =
                        FileChannel.open(HOME.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock alone = file.lock()) {
            return alone.isValid() ? missingHere() : Optional.of("no lock");
        }
    }

    private static Optional<String> missingHere() throws IOException, InterruptedException {
        for (String program : List.of("node", "npm")) {
            if (!runs(program, "--version")) {
                return Optional.of(
                        "There is no " + program + " here: no test with CometD's JavaScript client and Faye");
            }
        }
        boolean changed = copyScripts();
        if (changed && !runs("npm", "ci", "--no-audit", "--no-fund")) {
            Files.delete(HOME.resolve("package-lock.json"));
            return Optional.of("npm could not install CometD's JavaScript client and Faye: see "
                    + HOME.resolve("npm.log").toAbsolutePath());
        }
        return Optional.empty();
    }

    /** Returns whether other packages are needed than are there. */
    private static boolean copyScripts() throws IOException {
        Path lock = Path.of("package-lock.json");
        boolean changed = !Files.exists(HOME.resolve(lock))
                || !Files.isDirectory(HOME.resolve("node_modules"))
                || Files.mismatch(SCRIPTS.resolve(lock), HOME.resolve(lock)) >= 0;
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            files.filter(Files::isRegularFile).forEach(NodeApp::copy);
        }
        return changed;
    }

    /** What is there already stays, for another process may be reading it. */
    private static void copy(Path file) {
        Path copy = HOME.resolve(file.getFileName());
        try {
            if (!Files.exists(copy) || Files.mismatch(file, copy) >= 0) {
                Files.write(copy, Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        Files.createDirectories(HOME);
        try {
            Process started = new ProcessBuilder(command)
                    .directory(HOME.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            HOME.resolve("npm.log").toFile()))
                    .start();
            if (started.waitFor(INSTALLATION.toSeconds(), TimeUnit.SECONDS)) {
                return started.exitValue() == 0;
            }
            started.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server in a process of its own, as an operator runs it. */
final class ServerProcess implements AutoCloseable {

    static final String TOKEN = "Agent 7";

    private static final String READY = "Halley is ready at ";
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private final Process process;
    private final Path log;
    private final URI uri;

    /** @param yaml the options, as a file of {@code --config} has them */
    ServerProcess(Path folder, String heap, String yaml) throws IOException {
        Path config = Files.writeString(folder.resolve("server.yaml"), yaml);
        log = folder.resolve("server.log");
        List<String> command = new ArrayList<>(List.of(
                JAVA_HOME.resolve("bin/java").toString(),
                "-Xmx" + heap,
                "-XX:+UseG1GC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                HalleyServer.class.getName()));
        command.addAll(List.of("--port", "0", "--config", config.toString(), "--agent-token", TOKEN));
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith(READY)) {
            line = out.readLine();
        }
        uri = URI.create(requireNonNull(line, () -> "no start: " + log()).substring(READY.length()));
    }

    URI uri() {
        return uri;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What the server has written to standard error. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes of the heap are in use after a collection. */
    long heapUsed() throws IOException, InterruptedException {
        ask("GC.run");
        Matcher used = USED.matcher(ask("GC.heap_info"));
        if (!used.find()) {
            throw new IllegalStateException("jcmd did not say how much is used");
        }
        return Long.parseLong(used.group(1)) * 1024;
    }

    private String ask(String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        JAVA_HOME.resolve("bin/jcmd").toString(), String.valueOf(process.pid()), command)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        jcmd.waitFor();
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

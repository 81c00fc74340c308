package dev.halley.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code start}: how long until the example server serves. */
final class Start {

    private static final double MOST_SECONDS = 1.5;
    private static final String READY = "ready at";

    private static final String CONFIG = """
            push:
              pushEnabled: customhttp
            push.provider.customhttp:
              customhttp.url: http://127.0.0.1:9/push
            """;

    private Start() {}

    static List<Line> measure(Run run) throws Exception {
        Path jar = run.home()
                .resolve("../../examples/server/target/halley-server.jar")
                .normalize();
        if (!Files.exists(jar)) {
            throw new IOException("There is no " + jar + "; build it with: mvn -DskipTests package");
        }
        Path config = Files.createTempFile("halley", ".yaml");
        Samples halley = new Samples();
        Samples bare = new Samples();
        try {
            Files.writeString(config, CONFIG);
            for (int i = 0; i < run.rounds(7); i++) {
                halley.add(seconds(List.of("-jar", jar.toString(), "--port", "0", "--config", config.toString())));
                bare.add(seconds(List.of(
                        "-cp", System.getProperty("java.class.path"), ChatServer.class.getName(), "bare", "0")));
            }
        } finally {
            Files.delete(config);
        }
        return List.of(
                Line.value("start", "halley-server.jar, from start to ready", "s", halley, MOST_SECONDS),
                Line.listed("start", "the same, next to a bare CometD server", "s", halley, bare));
    }

    private static double seconds(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Child.java()));
        command.addAll(arguments);
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.contains(READY)) {
                    return (System.nanoTime() - begin) / 1e9;
                }
            }
            throw new IOException("It did not start: " + command);
        } finally {
            process.destroy();
        }
    }
}

package dev.halley.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A program in a JVM of its own that is given commands over its standard input; see {@link Commands}. Not thread-safe.
 */
final class Child implements AutoCloseable {

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    private Child(Process process) {
        this.process = process;
        this.in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a program of this jar. */
    static Child start(Run run, Class<?> program, List<String> jvm, Object... arguments) throws IOException {
        return start(run, System.getProperty("java.class.path"), program.getName(), jvm, arguments);
    }

    /** Starts a program with another class path. */
    static Child start(Run run, String classPath, String program, List<String> jvm, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.add("-D" + Planted.PROPERTY + "=" + run.planted());
        command.addAll(jvm);
        String more = System.getProperty("halley.jvm", "");
        if (!more.isEmpty()) {
            command.addAll(List.of(more.replace("%p", program.substring(program.lastIndexOf('.') + 1))
                    .split(" ", -1)));
        }
        command.addAll(List.of("-cp", classPath, program));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Sends a command and returns what was measured. */
    Values ask(Object... words) throws IOException {
        tell(words);
        return answer();
    }

    /** Sends a command whose answer is read later. */
    void tell(Object... words) throws IOException {
        StringBuilder line = new StringBuilder();
        for (Object word : words) {
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        in.write(line.append('\n').toString());
        in.flush();
    }

    Values answer() throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith(Commands.ANSWER)) {
            line = out.readLine(); // a line of the JVM itself
        }
        if (line == null) {
            throw new IOException("A program has ended; what it says is above");
        }
        Map<String, Double> values = new TreeMap<>();
        for (String value : line.strip().split(" ", -1)) {
            int equals = value.indexOf('=');
            if (equals > 0) {
                values.put(value.substring(0, equals), Double.parseDouble(value.substring(equals + 1)));
            }
        }
        return new Values(values);
    }

    @Override
    public void close() throws IOException {
        in.close();
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

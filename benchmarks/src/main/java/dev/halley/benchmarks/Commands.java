package dev.halley.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;

/** The child's side: reads a line, answers with a line of {@code name=value}, and ends with its parent. */
final class Commands {

    /** The beginning of an answer. */
    static final String ANSWER = "= ";

    private Commands() {}

    /** Answers a command. */
    @FunctionalInterface
    interface Answer {
        Map<String, ? extends Number> to(String[] words) throws Exception;
    }

    /** Answers until the parent closes, and ends the process. */
    static void serve(Answer answer) throws Exception {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                Map<String, ? extends Number> values = switch (words[0]) {
                    case "cpu" -> Map.of("nanos", cpuNanos());
                    case "heap" -> heap();
                    default -> answer.to(words);
                };
                StringBuilder out = new StringBuilder(ANSWER);
                values.forEach((name, value) ->
                        out.append(name).append('=').append(value).append(' '));
                System.out.println(out);
            }
        }
        System.exit(0);
    }

    /** The CPU time of this process so far. */
    static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** The time that compilers have taken so far. */
    static long compilerNanos() {
        return TimeUnit.MILLISECONDS.toNanos(
                ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
    }

    /** What is alive in the heap: all of it, and the bytes of strings. */
    static Map<String, Long> heap() throws IOException {
        long all = 0;
        long strings = 0;
        for (String line : histogram().split("\n", -1)) {
            // 1:  3000  240000  [B (java.base@17)
            String[] words = line.strip().split("\\s+", -1);
            if (words.length >= 4 && words[0].endsWith(":") && words[2].matches("\\d+")) {
                long bytes = Long.parseLong(words[2]);
                all += bytes;
                if (words[3].equals("[B") || words[3].equals("java.lang.String")) {
                    strings += bytes;
                }
            }
        }
        return Map.of("all", all, "strings", strings);
    }

    /** Returns the classes with the most bytes, for people. */
    static String histogram() throws IOException {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IOException(e);
        }
    }
}

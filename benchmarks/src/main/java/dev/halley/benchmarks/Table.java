package dev.halley.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes lines for people and as files. */
final class Table {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final List<String> HEAD =
            List.of("name", "what", "ratio (spread)", "to reach", "", "Halley", "without");

    private Table() {}

    /** Returns the lines as Markdown, ratios first. */
    static String print(List<Line> lines) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (Line line : lines) {
            rows.add(List.of(
                    "`" + line.benchmark() + "`",
                    line.what(),
                    line.resultText(),
                    line.limitText(),
                    line.verdict(),
                    line.halleyText(),
                    line.withoutText()));
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < widths.length; i++) {
                String cell = rows.get(r).get(i);
                out.append("| ").append(cell).append(" ".repeat(widths[i] - cell.length() + 1));
            }
            out.append("|\n");
            if (r == 0) {
                for (int width : widths) {
                    out.append("| ").append("-".repeat(Math.max(3, width))).append(' ');
                }
                out.append("|\n");
            }
        }
        return out.toString();
    }

    /** Writes a benchmark's lines to a file of its name. */
    static void write(Path folder, String benchmark, Run run, List<Line> lines) throws IOException {
        List<Map<String, Object>> written = new ArrayList<>();
        for (Line line : lines) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("what", line.what());
            values.put("unit", line.unit());
            values.put("judged", line.judged().name());
            values.put("limit", line.isJudged() ? line.limit() : null);
            values.put("result", line.result().median());
            values.put("reached", line.isJudged() ? line.isReached() : null);
            values.put("halley", line.halley().values());
            values.put("without", line.without().values());
            written.add(values);
        }
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("benchmark", benchmark);
        file.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        file.put("short", run.isShort());
        file.put("planted", run.planted().name());
        file.put("machine", machine());
        file.put("lines", written);
        Files.createDirectories(folder);
        JSON.writeValue(folder.resolve(benchmark + ".json").toFile(), file);
    }

    /** Reads the lines of a benchmark that was run before; empty if it was not. */
    static List<Line> read(Path folder, String benchmark) throws IOException {
        Path file = folder.resolve(benchmark + ".json");
        List<Line> lines = new ArrayList<>();
        if (Files.exists(file)) {
            for (var line : JSON.readTree(file.toFile()).get("lines")) {
                Samples halley = new Samples();
                line.get("halley").forEach(value -> halley.add(value.asDouble()));
                Samples without = new Samples();
                line.get("without").forEach(value -> without.add(value.asDouble()));
                lines.add(new Line(
                        benchmark,
                        line.get("what").asText(),
                        line.get("unit").asText(),
                        halley,
                        without,
                        Line.Judged.valueOf(line.get("judged").asText()),
                        line.get("limit").isNull()
                                ? Double.NaN
                                : line.get("limit").asDouble()));
            }
        }
        return lines;
    }

    /** Names the machine that made the figures. */
    static String machine() {
        String model = "";
        try (Stream<String> info = Files.lines(Path.of("/proc/cpuinfo"))) {
            model = info.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip() + ", ")
                    .orElse("");
        } catch (IOException e) {
            // Not Linux.
        }
        return Runtime.getRuntime().availableProcessors() + " cores, " + model + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", Java " + Runtime.version();
    }
}

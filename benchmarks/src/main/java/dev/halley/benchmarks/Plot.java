package dev.halley.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a cost grows: a line for each series, over powers of ten. Not thread-safe. */
final class Plot {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 60;
    private static final int RIGHT = 170;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final List<String> COLOURS =
            List.of("#0b5fa5", "#c2570c", "#2e7d32", "#7b1fa2", "#616161", "#b71c1c");

    private final String title;
    private final String across;
    private final String up;
    private final Map<String, SortedMap<Integer, Samples>> series = new LinkedHashMap<>();

    Plot(String title, String across, String up) {
        this.title = title;
        this.across = across;
        this.up = up;
    }

    void add(String name, int x, double y) {
        series.computeIfAbsent(name, n -> new TreeMap<>())
                .computeIfAbsent(x, n -> new Samples())
                .add(y);
    }

    Samples at(String name, int x) {
        return series.getOrDefault(name, new TreeMap<>()).getOrDefault(x, new Samples());
    }

    void write(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, svg());
    }

    /** Returns the drawing: medians as a line, from the least to the most as a bar. */
    String svg() {
        int leastX = Integer.MAX_VALUE;
        int mostX = 1;
        double mostY = 0;
        for (SortedMap<Integer, Samples> points : series.values()) {
            leastX = Math.min(leastX, points.firstKey());
            mostX = Math.max(mostX, points.lastKey());
            for (Samples samples : points.values()) {
                mostY = Math.max(mostY, samples.most());
            }
        }
        double fromX = Math.log10(leastX);
        double perX = (WIDTH - LEFT - RIGHT) / Math.max(1e-9, Math.log10(mostX) - fromX);
        double perY = (HEIGHT - TOP - BOTTOM) / (mostY * 1.1);
        StringBuilder out = new StringBuilder();
        line(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">",
                WIDTH,
                HEIGHT);
        line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
        line(out, "<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>", LEFT, title);
        line(out, "<text x=\"%d\" y=\"%d\">%s</text>", LEFT, HEIGHT - 12, across);
        int bottom = HEIGHT - BOTTOM;
        for (int i = 0; i <= 4; i++) {
            double value = mostY * i / 4;
            double y = bottom - value * perY;
            line(
                    out,
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT,
                    y,
                    WIDTH - RIGHT,
                    LEFT - 6,
                    y + 4,
                    Line.number(value));
        }
        line(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 6, TOP - 8, up);
        for (int x : series.values().iterator().next().keySet()) {
            line(
                    out,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>",
                    LEFT + (Math.log10(x) - fromX) * perX,
                    bottom + 16,
                    x);
        }
        int number = 0;
        for (Map.Entry<String, SortedMap<Integer, Samples>> entry : series.entrySet()) {
            String colour = COLOURS.get(number % COLOURS.size());
            StringBuilder path = new StringBuilder();
            for (Map.Entry<Integer, Samples> point : entry.getValue().entrySet()) {
                double x = LEFT + (Math.log10(point.getKey()) - fromX) * perX;
                Samples samples = point.getValue();
                path.append(String.format(
                        Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x, bottom - samples.median() * perY));
                line(
                        out,
                        "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\" stroke-width=\"4\" stroke-opacity=\"0.3\"/>",
                        x,
                        bottom - samples.least() * perY,
                        bottom - samples.most() * perY,
                        colour);
            }
            line(out, "<path d=\"%s\" stroke=\"%s\" stroke-width=\"2\" fill=\"none\"/>", path, colour);
            line(
                    out,
                    "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>",
                    WIDTH - RIGHT + 12,
                    TOP + 16 * number,
                    colour,
                    entry.getKey());
            number++;
        }
        return out.append("</svg>\n").toString();
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

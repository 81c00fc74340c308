package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** {@code fit}: a text is cut to fit into 4,096 bytes. */
final class Fit {

    private static final int MOST_MICROS = 50;

    private Fit() {}

    static List<Line> measure(Run run) throws RunnerException {
        List<Line> lines = new ArrayList<>();
        for (int length : List.of(100, 2_000, 20_000)) {
            Map<String, String> parameters = Map.of("length", String.valueOf(length));
            Samples halley = new Samples();
            Samples popped = new Samples();
            for (int i = 0; i < run.rounds(3); i++) {
                halley.add(Functions.fork(run, FitFunctions.class, "halley", parameters)
                        .micros());
                popped.add(Functions.fork(run, FitFunctions.class, "encodeAndPop", parameters)
                        .micros());
                run.say("fit " + length + ": round " + (i + 1));
            }
            String what = String.format("%,d characters", length);
            lines.add(Line.listed("fit", what + ", next to encode and pop", "µs", halley, popped));
            if (length == 20_000) {
                lines.add(Line.value("fit", what, "µs", halley, MOST_MICROS));
            }
        }
        return lines;
    }
}

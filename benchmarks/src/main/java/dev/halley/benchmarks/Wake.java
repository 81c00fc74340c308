package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** {@code wake}: how late timers are. */
final class Wake {

    private static final int MOST_MILLIS = 100;

    private Wake() {}

    static List<Line> measure(Run run) throws Exception {
        List<Line> lines = new ArrayList<>();
        for (String collector : List.of("ZGC", "G1GC")) {
            lines.addAll(measure(run, collector));
        }
        return lines;
    }

    private static List<Line> measure(Run run, String collector) throws Exception {
        Samples p50 = new Samples();
        Samples p99 = new Samples();
        Samples wrong = new Samples();
        for (int i = 0; i < run.rounds(1); i++) {
            try (Child engine = Child.start(
                    run,
                    WakeProgram.class,
                    List.of("-Xmx6g", "-XX:+Use" + collector),
                    run.size(10_000, 500),
                    run.size(60, 2))) {
                Values answer = engine.ask("wake");
                p50.add(answer.get("p50"));
                p99.add(answer.get("p99"));
                wrong.add(answer.get("early") + answer.get("twice") + answer.get("missing"));
            }
            run.say("wake: round " + (i + 1));
        }
        return List.of(
                Line.value("wake", collector + ": how late, p99", "ms", p99, MOST_MILLIS),
                Line.listed("wake", collector + ": how late, p50", "ms", p50, new Samples()),
                Line.value("wake", collector + ": early, twice or not at all", "timers", wrong, 0));
    }
}

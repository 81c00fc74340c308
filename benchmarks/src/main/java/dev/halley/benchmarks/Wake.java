package dev.halley.benchmarks;

import java.util.List;

/** {@code wake}: how late timers are. */
final class Wake {

    private static final int MOST_MILLIS = 100;

    private Wake() {}

    static List<Line> measure(Run run) throws Exception {
        Samples p50 = new Samples();
        Samples p99 = new Samples();
        Samples wrong = new Samples();
        for (int i = 0; i < run.rounds(3); i++) {
            try (Child engine =
                    Child.start(run, WakeProgram.class, List.of("-Xmx6g"), run.size(10_000, 500), run.size(60, 2))) {
                Values answer = engine.ask("wake");
                p50.add(answer.get("p50"));
                p99.add(answer.get("p99"));
                wrong.add(answer.get("early") + answer.get("twice") + answer.get("missing"));
            }
            run.say("wake: round " + (i + 1));
        }
        return List.of(
                Line.value("wake", "how late, p99", "ms", p99, MOST_MILLIS),
                Line.listed("wake", "how late, p50", "ms", p50, new Samples()),
                Line.value("wake", "early, twice or not at all", "timers", wrong, 0));
    }
}

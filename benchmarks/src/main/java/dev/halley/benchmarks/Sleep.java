package dev.halley.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code sleep}: what absent customers cost. */
final class Sleep {

    private static final int MOST_BYTES = 700;
    private static final double MOST_PERCENT = 1;

    private Sleep() {}

    static List<Line> measure(Run run) throws Exception {
        int customers = run.size(1_000_000, 2_000);
        int idle = run.size(10, 1);
        Samples beside = new Samples();
        Samples strings = new Samples();
        Samples percent = new Samples();
        for (int i = 0; i < run.rounds(3); i++) {
            try (Child engine = Child.start(run, SleepProgram.class, List.of("-Xmx6g"), customers)) {
                Values before = engine.ask("heap");
                engine.ask("fill");
                // The time in which they might have connected is over, and its timer is gone.
                Pace.rest(run.size(12, 0));
                double cpu = engine.ask("cpu").get("nanos");
                Pace.rest(idle);
                percent.add(100 * (engine.ask("cpu").get("nanos") - cpu) / TimeUnit.SECONDS.toNanos(idle));
                Values after = engine.ask("heap");
                double text = (after.get("strings") - before.get("strings")) / customers;
                strings.add(text);
                beside.add((after.get("all") - before.get("all")) / customers - text);
            }
            run.say("sleep: round " + (i + 1));
        }
        return List.of(
                Line.value("sleep", "heap of an absent customer beside strings", "B", beside, MOST_BYTES),
                Line.listed("sleep", "the same, next to the bytes of the strings", "B", beside, strings),
                Line.value(
                        "sleep", String.format("CPU for %,d absent customers", customers), "%", percent, MOST_PERCENT));
    }
}

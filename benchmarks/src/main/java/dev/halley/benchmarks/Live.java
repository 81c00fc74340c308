package dev.halley.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code live}: events to connected customers. */
final class Live {

    private static final double MOST_CPU = 1.25;
    private static final double MOST_P99 = 1.3;

    private static final Map<String, Integer> PER_SECOND = Map.of("websocket", 20_000, "long-polling", 10_000);

    private static final int WARM_MILLIS = 4_000;

    /** A server that does not keep up is seconds late, which can't be compared with another such server. */
    private static final double KEEPS_UP_MICROS = 100_000;

    private Live() {}

    static List<Line> measure(Run run) throws IOException {
        List<Line> lines = new ArrayList<>();
        // With G1, both pause longer the more is kept; ZGC does not pause, but takes CPU that not every machine has to
        // spare.
        for (String collector : List.of("G1", "Z")) {
            for (String transport : List.of("websocket", "long-polling")) {
                int perSecond = run.isShort() ? 200 : PER_SECOND.getOrDefault(transport, 0);
                lines.addAll(measure(run, transport, collector, run.size(1_000, 20), perSecond));
            }
        }
        return lines;
    }

    private static List<Line> measure(Run run, String transport, String collector, int customers, int perSecond)
            throws IOException {
        Samples[] cpu = {new Samples(), new Samples()};
        Samples[] p50 = {new Samples(), new Samples()};
        Samples[] p99 = {new Samples(), new Samples()};
        Samples[] rate = {new Samples(), new Samples()};
        int millis = run.size(5_000, 500);
        String gc = "-XX:+Use" + collector + "GC";
        try (Pair halley = Pair.start(run, "halley", transport, "-Xmx2g", gc);
                Pair bare = Pair.start(run, "bare", transport, "-Xmx2g", gc)) {
            Pair[] both = {halley, bare};
            for (Pair pair : both) {
                pair.connect(customers);
            }
            int chosen = run.isShort() ? perSecond : rate(run, both, customers, perSecond);
            for (int round = 0; round < run.rounds(5); round++) {
                for (int i = 0; i < both.length; i++) {
                    Pair.Heard heard = both[i].live(customers, chosen, millis);
                    cpu[i].add(heard.microsEach());
                    p50[i].add(heard.p50() / 1e3);
                    p99[i].add(heard.p99() / 1e3);
                    rate[i].add(heard.perSecond());
                }
                run.say("live " + transport + ", " + collector + ": round " + (round + 1));
            }
        }
        String where = String.format("%s, %,d clients, %s", transport, customers, collector);
        return List.of(
                Line.ratio("live", where + ": server CPU per message", "µs", cpu[0], cpu[1], MOST_CPU),
                Line.ratio("live", where + ": p99", "ms", p99[0], p99[1], MOST_P99),
                Line.listed("live", where + ": p50", "ms", p50[0], p50[1]),
                Line.listed("live", where + ": rate", "/s", rate[0], rate[1]));
    }

    /** Halves the intended rate until both keep up with it, and returns it; this also warms them up. */
    private static int rate(Run run, Pair[] both, int customers, int aim) throws IOException {
        for (int i = 0; i < 3; i++) {
            for (Pair pair : both) {
                pair.live(customers, aim / 4, WARM_MILLIS);
            }
        }
        int rate = aim;
        while (true) {
            double worst = 0;
            for (int i = 0; i < 2; i++) {
                for (Pair pair : both) {
                    // The first time is for the compiler.
                    double p99 = pair.live(customers, rate, WARM_MILLIS).p99();
                    worst = i == 0 ? 0 : Math.max(worst, p99);
                }
            }
            run.say("live: at " + rate + "/s the worse p99 is " + (long) worst / 1_000 + " ms");
            if (worst < KEEPS_UP_MICROS || rate < aim / 8) {
                return rate;
            }
            rate /= 2;
        }
    }
}

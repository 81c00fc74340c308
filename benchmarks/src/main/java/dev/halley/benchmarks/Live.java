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

    private Live() {}

    static List<Line> measure(Run run) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String transport : List.of("websocket", "long-polling")) {
            int perSecond = run.isShort() ? 200 : PER_SECOND.getOrDefault(transport, 0);
            lines.addAll(measure(run, transport, run.size(1_000, 20), perSecond));
        }
        return lines;
    }

    private static List<Line> measure(Run run, String transport, int customers, int perSecond) throws IOException {
        Samples[] cpu = {new Samples(), new Samples()};
        Samples[] p50 = {new Samples(), new Samples()};
        Samples[] p99 = {new Samples(), new Samples()};
        Samples[] rate = {new Samples(), new Samples()};
        int millis = run.size(5_000, 500);
        try (Pair halley = Pair.start(run, "halley", transport, "-Xmx2g");
                Pair bare = Pair.start(run, "bare", transport, "-Xmx2g")) {
            Pair[] both = {halley, bare};
            for (Pair pair : both) {
                pair.connect(customers);
            }
            int warm = run.size(3, 0);
            for (int round = -warm; round < run.rounds(9); round++) {
                for (int i = 0; i < both.length; i++) {
                    Pair.Heard heard = both[i].live(customers, perSecond, millis);
                    if (round >= 0) {
                        cpu[i].add(heard.microsEach());
                        p50[i].add(heard.p50() / 1e3);
                        p99[i].add(heard.p99() / 1e3);
                        rate[i].add(heard.perSecond());
                    }
                }
                run.say("live " + transport + ": round " + (round + 1));
            }
        }
        String where = transport + ", " + String.format("%,d", customers) + " clients";
        return List.of(
                Line.ratio("live", where + ": server CPU per message", "µs", cpu[0], cpu[1], MOST_CPU),
                Line.ratio("live", where + ": p99", "ms", p99[0], p99[1], MOST_P99),
                Line.listed("live", where + ": p50", "ms", p50[0], p50[1]),
                Line.listed("live", where + ": rate", "/s", rate[0], rate[1]));
    }
}

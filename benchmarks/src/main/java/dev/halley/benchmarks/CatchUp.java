package dev.halley.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code catch-up}: a customer who comes back after 1,000 events. */
final class CatchUp {

    private static final double MOST = 1.2;
    private static final double MOST_FOR_OTHERS = 1.1;
    private static final int IN_OTHER = 100;

    /**
     * The same young generation for all: with more objects alive the JVM chooses a larger one, which no cache holds.
     */
    private static final String[] JVM = {"-Xmx3g", "-Xmn64m"};

    private CatchUp() {}

    static List<Line> measure(Run run) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String transport : List.of("websocket", "long-polling")) {
            lines.addAll(measure(run, transport));
        }
        return lines;
    }

    private static List<Line> measure(Run run, String transport) throws IOException {
        int missed = run.size(1_000, 50);
        int others = run.size(1_000_000, 1_000) / IN_OTHER;
        int times = run.size(200, 2);
        Samples[] millis = {new Samples(), new Samples(), new Samples()};
        Samples[] cpu = {new Samples(), new Samples(), new Samples()};
        try (Pair alone = Pair.start(run, "halley", transport, JVM);
                Pair crowded = Pair.start(run, "halley", transport, JVM);
                Pair bare = Pair.start(run, "bare", transport, JVM)) {
            Pair[] all = {alone, crowded, bare};
            for (Pair pair : all) {
                pair.server.ask("open", 1);
                pair.server.ask("missed", 1, missed);
            }
            crowded.server.ask("others", others, IN_OTHER);
            // A chat's own first event is not one of those that are counted.
            int warm = run.size(5, 0);
            for (int round = -warm; round < run.rounds(7); round++) {
                for (int i = 0; i < all.length; i++) {
                    double before = all[i].server.ask("cpu").get("nanos");
                    double micros =
                            all[i].customers.ask("catch-up", times, missed).get("micros");
                    double after = all[i].server.ask("cpu").get("nanos");
                    if (round >= 0) {
                        millis[i].add(micros / 1e3);
                        cpu[i].add((after - before) / times / 1e6);
                    }
                }
                run.say("catch-up " + transport + ": round " + (round + 1));
            }
        }
        String of = transport + ": %s, next to %s";
        String total = String.format("%,d events in other chats", others * IN_OTHER);
        return List.of(
                Line.ratio("catch-up", String.format(of, "time", "bare CometD"), "ms", millis[0], millis[2], MOST),
                Line.ratio("catch-up", String.format(of, "server CPU", "bare CometD"), "ms", cpu[0], cpu[2], MOST),
                Line.ratio(
                        "catch-up",
                        String.format(of, "time with " + total, "without"),
                        "ms",
                        millis[1],
                        millis[0],
                        MOST_FOR_OTHERS),
                Line.ratio(
                        "catch-up",
                        String.format(of, "server CPU with " + total, "without"),
                        "ms",
                        cpu[1],
                        cpu[0],
                        MOST_FOR_OTHERS));
    }
}

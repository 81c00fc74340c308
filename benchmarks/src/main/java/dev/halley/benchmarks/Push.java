package dev.halley.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code push-…} and {@code latency}: from an event to whoever receives the push. */
final class Push {

    private static final double LEAST_RATE = 0.9;
    private static final double MOST_CPU = 1.25;
    private static final double MOST_MILLIS_MORE = 2;

    private static final List<String> HEAP = List.of("-Xmx2g");

    private Push() {}

    static List<Line> http(Run run) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (int delay : List.of(0, 20)) {
            Samples[] rate = {new Samples(), new Samples()};
            Samples[] cpu = {new Samples(), new Samples()};
            int devices = run.size(20_000, 200);
            try (Child receiver = Child.start(run, ReceiverProgram.class, HEAP, delay)) {
                int port = (int) receiver.answer().get("port");
                try (Child halley = Child.start(run, PushProgram.class, HEAP, "halley-http", port, devices);
                        Child bare = Child.start(run, PushProgram.class, HEAP, "bare-http", port, devices)) {
                    Child[] both = {halley, bare};
                    int warm = run.size(3, 0);
                    for (int round = -warm; round < run.rounds(9); round++) {
                        for (int i = 0; i < both.length; i++) {
                            Values pushed = both[i].ask("all");
                            int heard = (int) receiver.ask("heard").get("heard");
                            if (heard != devices) {
                                throw new IOException("Of " + devices + " pushes " + heard + " came");
                            }
                            if (round >= 0) {
                                rate[i].add(pushed.get("rate"));
                                cpu[i].add(pushed.get("cpu"));
                            }
                        }
                        run.say("push-http " + delay + " ms: round " + (round + 1));
                    }
                }
            }
            String what = "answers after " + delay + " ms";
            lines.add(Line.rate("push-http", what + ": pushes per second", "/s", rate[0], rate[1], LEAST_RATE));
            lines.add(Line.ratio("push-http", what + ": CPU per push", "µs", cpu[0], cpu[1], MOST_CPU));
        }
        return lines;
    }

    static List<Line> latency(Run run) throws IOException {
        Samples[] p50 = {new Samples(), new Samples()};
        Samples[] p99 = {new Samples(), new Samples()};
        int perSecond = run.size(1_000, 50);
        int millis = run.size(5_000, 500);
        try (Child receiver = Child.start(run, ReceiverProgram.class, HEAP, 0)) {
            int port = (int) receiver.answer().get("port");
            try (Child halley = Child.start(run, PushProgram.class, HEAP, "halley-http", port, perSecond);
                    Child bare = Child.start(run, PushProgram.class, HEAP, "bare-http", port, perSecond)) {
                Child[] both = {halley, bare};
                int warm = run.size(3, 0);
                for (int round = -warm; round < run.rounds(9); round++) {
                    for (int i = 0; i < both.length; i++) {
                        int pushed =
                                (int) both[i].ask("paced", perSecond, millis).get("pushes");
                        Values heard = receiver.ask("heard");
                        if ((int) heard.get("heard") != pushed) {
                            throw new IOException("Of " + pushed + " pushes " + heard.get("heard") + " came");
                        }
                        if (round >= 0) {
                            p50[i].add(heard.get("p50") / 1e3);
                            p99[i].add(heard.get("p99") / 1e3);
                        }
                    }
                    run.say("latency: round " + (round + 1));
                }
            }
        }
        String what = String.format("from said to the receiver, %,d/s: ", perSecond);
        return List.of(
                Line.more("latency", what + "p99", "ms", p99[0], p99[1], MOST_MILLIS_MORE),
                Line.listed("latency", what + "p50", "ms", p50[0], p50[1]));
    }
}

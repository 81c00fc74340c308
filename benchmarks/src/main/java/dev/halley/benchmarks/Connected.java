package dev.halley.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code connected}: the heap of customers who are connected and hear nothing. */
final class Connected {

    private static final int MOST_BYTES = 1_024;

    private Connected() {}

    static List<Line> measure(Run run) throws IOException {
        List<Line> lines = new ArrayList<>();
        int customers = run.size(5_000, 50);
        for (String transport : List.of("websocket", "long-polling")) {
            Samples[] bytes = {new Samples(), new Samples()};
            Samples[] whole = {new Samples(), new Samples()};
            Samples chats = new Samples();
            for (int round = 0; round < run.rounds(3); round++) {
                String[] kinds = {"halley", "bare"};
                for (int i = 0; i < kinds.length; i++) {
                    try (Pair pair = Pair.start(run, kinds[i], transport, "-Xmx2g")) {
                        // What the first of them brings along is not part of each.
                        int few = customers / 5;
                        pair.connect(few);
                        double before = heap(pair);
                        pair.server.ask("open", customers);
                        double opened = heap(pair);
                        pair.connect(customers);
                        double all = (heap(pair) - before) / (customers - few);
                        double asleep = (opened - before) / (customers - few);
                        whole[i].add(all);
                        if (i == 0) {
                            chats.add(asleep);
                            bytes[i].add(all - asleep);
                        } else {
                            bytes[i].add(all);
                        }
                    }
                }
                run.say("connected " + transport + ": round " + (round + 1));
            }
            lines.add(Line.more(
                    "connected", transport + ": heap of an idle customer", "B", bytes[0], bytes[1], MOST_BYTES));
            lines.add(Line.more(
                    "connected",
                    transport + ": the same and the customer's chat with its strings",
                    "B",
                    whole[0],
                    whole[1],
                    MOST_BYTES));
            lines.add(Line.listed("connected", transport + ": the chat alone", "B", chats, new Samples()));
        }
        return lines;
    }

    private static double heap(Pair pair) throws IOException {
        return pair.server.ask("heap").get("all");
    }
}

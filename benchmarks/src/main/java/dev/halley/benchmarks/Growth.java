package dev.halley.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** {@code grow-…}: how cost grows with sessions, with events of a session, and with clients; each makes a plot. */
final class Growth {

    private static final double MOST_TIMES = 2;
    private static final String HEAP = "-Xmx6g";
    private static final String LISTS = "map of lists";

    private Growth() {}

    static List<Line> sessions(Run run) throws RunnerException, IOException {
        Plot plot = new Plot("said, by the number of sessions", "sessions", "µs");
        List<Integer> counts =
                run.isShort() ? List.of(10, 100) : List.of(1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000);
        for (int round = 0; round < run.rounds(3); round++) {
            for (int sessions : counts) {
                String count = String.valueOf(sessions);
                for (String place : List.of("away", "online")) {
                    plot.add(place, sessions, said(run, Map.of("sessions", count, "customers", place)));
                }
                plot.add(LISTS, sessions, lists(run, Map.of("sessions", count)));
            }
            run.say("grow-sessions: round " + (round + 1));
        }
        return flat(run, "grow-sessions", plot, List.of("away", "online", LISTS), counts, "%,d sessions next to %,d");
    }

    static List<Line> events(Run run) throws RunnerException, IOException {
        Plot plot = new Plot("said, by the events that a session keeps", "events of a session (100 sessions)", "µs");
        List<Integer> counts = run.isShort() ? List.of(10, 100) : List.of(10, 100, 1_000, 10_000);
        for (int round = 0; round < run.rounds(3); round++) {
            for (int events : counts) {
                // As many as are kept, so that there are not more at the end.
                String count = String.valueOf(events);
                for (String place : List.of("away", "online")) {
                    plot.add(
                            place,
                            events,
                            said(run, Map.of("sessions", "100", "kept", count, "events", count, "customers", place)));
                }
                plot.add(LISTS, events, lists(run, Map.of("sessions", "100", "kept", count)));
            }
            run.say("grow-events: round " + (round + 1));
        }
        return flat(run, "grow-events", plot, List.of("away", "online", LISTS), counts, "%,d events next to %,d");
    }

    static List<Line> clients(Run run) throws IOException {
        Plot plot = new Plot("Server CPU of a live message, by the number of clients", "clients", "µs");
        List<Integer> counts = run.isShort() ? List.of(5, 10) : List.of(100, 300, 1_000, 3_000, 10_000);
        List<String> names = new ArrayList<>();
        for (String transport : List.of("websocket", "long-polling")) {
            try (Pair halley = Pair.start(run, "halley", transport, "-Xmx4g");
                    Pair bare = Pair.start(run, "bare", transport, "-Xmx4g")) {
                Map<String, Pair> both = Map.of(transport, halley, "bare " + transport, bare);
                List<String> ordered = List.of(transport, "bare " + transport);
                names.addAll(ordered);
                for (int clients : counts) {
                    for (Pair pair : both.values()) {
                        pair.connect(clients);
                    }
                    int warm = clients == counts.get(0) ? run.size(4, 0) : 1;
                    for (int round = -warm; round < run.rounds(5); round++) {
                        for (Map.Entry<String, Pair> pair : both.entrySet()) {
                            Pair.Heard heard =
                                    pair.getValue().live(clients, run.size(5_000, 100), run.size(3_000, 300));
                            if (round >= 0) {
                                plot.add(pair.getKey(), clients, heard.microsEach());
                            }
                        }
                    }
                    run.say("grow-clients " + transport + ": " + clients);
                }
            }
        }
        List<Line> lines =
                flat(run, "grow-clients", plot, names, counts, "server CPU per message, %,d clients next to %,d");
        for (String transport : List.of("websocket", "long-polling")) {
            for (int clients : counts) {
                lines.add(Line.listed(
                        "grow-clients",
                        String.format("%s: %,d clients, next to bare CometD", transport, clients),
                        "µs",
                        plot.at(transport, clients),
                        plot.at("bare " + transport, clients)));
            }
        }
        return lines;
    }

    private static double said(Run run, Map<String, String> parameters) throws RunnerException {
        return Functions.fork(run, SaidFunctions.Halley.class, "said", parameters, HEAP)
                .micros();
    }

    private static double lists(Run run, Map<String, String> parameters) throws RunnerException {
        return Functions.fork(run, SaidFunctions.Lists.class, "said", parameters, HEAP)
                .micros();
    }

    /** Draws, and compares the last of each series with its first. */
    private static List<Line> flat(
            Run run, String benchmark, Plot plot, List<String> names, List<Integer> counts, String what)
            throws IOException {
        Path file = run.home().resolve("results/" + benchmark + ".svg");
        plot.write(run.isShort() ? run.home().resolve("results/short/" + benchmark + ".svg") : file);
        int first = counts.get(0);
        int last = counts.get(counts.size() - 1);
        List<Line> lines = new ArrayList<>();
        for (String name : names) {
            String title = name + ": " + String.format(what, last, first);
            boolean ours = !name.equals(LISTS) && !name.startsWith("bare");
            Samples atLast = plot.at(name, last);
            Samples atFirst = plot.at(name, first);
            lines.add(
                    ours
                            ? Line.ratio(benchmark, title, "µs", atLast, atFirst, MOST_TIMES)
                            : Line.listed(benchmark, title, "µs", atLast, atFirst));
        }
        return lines;
    }
}

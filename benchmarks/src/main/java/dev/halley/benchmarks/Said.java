package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** {@code said}: append and decide. */
final class Said {

    private static final double MOST_MICROS = 1.5;
    private static final double MOST_TIMES = 2;
    private static final String HEAP = "-Xmx6g";

    private Said() {}

    static List<Line> measure(Run run) throws RunnerException {
        int few = run.size(1_000, 100);
        int many = run.size(1_000_000, 1_000);
        List<String> places = List.of("away", "online");
        Map<String, Samples> micros = new LinkedHashMap<>();
        Map<String, Samples> bytes = new LinkedHashMap<>();
        for (int round = 0; round < run.rounds(3); round++) {
            for (int sessions : List.of(few, many)) {
                for (String place : places) {
                    Functions.Measured halley = Functions.fork(
                            run,
                            SaidFunctions.Halley.class,
                            "said",
                            Map.of("sessions", String.valueOf(sessions), "customers", place),
                            HEAP);
                    note(micros, bytes, place + sessions, halley);
                }
                Functions.Measured lists = Functions.fork(
                        run, SaidFunctions.Lists.class, "said", Map.of("sessions", String.valueOf(sessions)), HEAP);
                note(micros, bytes, "lists" + sessions, lists);
            }
            run.say("said: round " + (round + 1));
        }
        List<Line> lines = new ArrayList<>();
        for (String place : places) {
            Samples atFew = get(micros, place + few);
            Samples atMany = get(micros, place + many);
            String who = ", customer " + place;
            lines.add(Line.value("said", sessions(few) + who, "µs", atFew, MOST_MICROS));
            lines.add(Line.ratio(
                    "said", sessions(many) + " next to " + sessions(few) + who, "µs", atMany, atFew, MOST_TIMES));
            for (int sessions : List.of(few, many)) {
                lines.add(Line.listed(
                        "said",
                        sessions(sessions) + who + ", next to a map of lists",
                        "µs",
                        get(micros, place + sessions),
                        get(micros, "lists" + sessions)));
            }
            lines.add(Line.listed(
                    "said",
                    "allocation" + who + ", next to a map of lists",
                    "B",
                    get(bytes, place + few),
                    get(bytes, "lists" + few)));
        }
        return lines;
    }

    private static String sessions(int sessions) {
        return String.format("%,d sessions", sessions);
    }

    private static void note(
            Map<String, Samples> micros, Map<String, Samples> bytes, String key, Functions.Measured measured) {
        micros.computeIfAbsent(key, k -> new Samples()).add(measured.micros());
        bytes.computeIfAbsent(key, k -> new Samples()).add(measured.bytes());
    }

    private static Samples get(Map<String, Samples> samples, String key) {
        return samples.getOrDefault(key, new Samples());
    }
}

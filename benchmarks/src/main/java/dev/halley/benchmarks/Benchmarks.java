package dev.halley.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures every figure that Halley claims: {@code list}, {@code run NAME… [--short] [--planted WHAT]}, {@code table}.
 */
final class Benchmarks {

    private static final String USAGE = """
            java -jar benchmarks.jar list                       what there is
            java -jar benchmarks.jar run NAME… | all            measure, print a table, write results/NAME.json
                                         [--short]              only see that it runs; the figures mean nothing
                                         [--rounds N]           take turns so often at most
                                         [--planted lock|scan|objects]   with a slowdown put in, to see that it shows
            java -jar benchmarks.jar table                      print what was measured last
            """;

    private static final List<Benchmark> ALL = List.of(
            new Benchmark(
                    "live",
                    "events to 1,000 connected customers",
                    "bare CometD deliver() of the same bytes",
                    Live::measure),
            new Benchmark("fit", "100, 2,000 and 20,000 characters into 4,096 bytes", "encode and pop", Fit::measure),
            new Benchmark("said", "append and decide", "a ConcurrentHashMap of lists", Said::measure),
            new Benchmark(
                    "sleep",
                    "1,000,000 absent customers with a timer each",
                    "the bytes of their strings",
                    Sleep::measure),
            new Benchmark("wake", "10,000 timers due per second for 60 s", "–", Wake::measure),
            new Benchmark(
                    "catch-up",
                    "1,000 missed events, 0 and 1,000,000 in other chats",
                    "bare CometD delivering 1,000 messages",
                    CatchUp::measure),
            new Benchmark("connected", "heap of an idle connected customer", "bare CometD", Connected::measure),
            new Benchmark(
                    "push-http",
                    "20,000 pushes through the engine, 0 and 20 ms answers",
                    "a bare Jetty client",
                    Push::http),
            new Benchmark(
                    "push-fcm",
                    "20,000 pushes over FCM, 0 and 20 ms answers",
                    "a bare Jetty client, and firebase-admin",
                    Push::fcm),
            new Benchmark("push-ios", "20,000 pushes over APNs, 0 and 20 ms answers", "bare Pushy", Push::ios),
            new Benchmark("latency", "from said to the push at the receiver", "one bare request", Push::latency),
            new Benchmark("start", "the example server until it serves", "a bare CometD server", Start::measure),
            new Benchmark("grow-sessions", "said, 1,000 to 1,000,000 sessions", "a map of lists", Growth::sessions),
            new Benchmark("grow-events", "said, 10 to 10,000 events of a session", "a map of lists", Growth::events),
            new Benchmark("grow-clients", "live, 100 to 10,000 clients", "bare CometD", Growth::clients));

    private Benchmarks() {}

    public static void main(String[] args) throws Exception {
        System.exit(run(List.of(args)));
    }

    static int run(List<String> words) throws Exception {
        Path results = home().resolve("results");
        if (words.equals(List.of("list"))) {
            for (Benchmark benchmark : ALL) {
                System.out.printf("%-14s %s; next to %s%n", benchmark.name(), benchmark.what(), benchmark.nextTo());
            }
            return 0;
        }
        if (words.equals(List.of("table"))) {
            List<Line> lines = new ArrayList<>();
            for (Benchmark benchmark : ALL) {
                lines.addAll(Table.read(results, benchmark.name()));
            }
            print(lines);
            return 0;
        }
        if (words.size() < 2 || !words.get(0).equals("run")) {
            System.err.print(USAGE);
            return 2;
        }
        List<Benchmark> chosen = new ArrayList<>();
        boolean isShort = false;
        int most = Integer.MAX_VALUE;
        Planted planted = Planted.NOTHING;
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--short")) {
                isShort = true;
            } else if (word.equals("--rounds") && i + 1 < words.size()) {
                most = Integer.parseInt(words.get(++i));
            } else if (word.equals("--planted") && i + 1 < words.size()) {
                planted = Planted.of(words.get(++i));
            } else if (word.equals("all")) {
                chosen.addAll(ALL);
            } else {
                Optional<Benchmark> named =
                        ALL.stream().filter(b -> b.name().equals(word)).findFirst();
                if (named.isEmpty()) {
                    System.err.println("There is no '" + word + "'; see: java -jar benchmarks.jar list");
                    return 2;
                }
                chosen.add(named.get());
            }
        }
        measure(chosen, new Run(isShort, most, planted, home()), results);
        return 0;
    }

    private static void measure(List<Benchmark> chosen, Run run, Path results) throws Exception {
        List<Line> lines = new ArrayList<>();
        for (Benchmark benchmark : chosen) {
            run.say(benchmark.name() + ": " + benchmark.what());
            List<Line> measured = benchmark.work().measure(run);
            Path folder = run.isShort()
                    ? results.resolve("short")
                    : run.planted() == Planted.NOTHING ? results : results.resolve("planted-" + run.planted());
            Table.write(folder, benchmark.name(), run, measured);
            lines.addAll(measured);
        }
        print(lines);
    }

    private static void print(List<Line> lines) {
        System.out.println(Table.machine());
        System.out.println();
        System.out.print(Table.print(lines));
    }

    /** Returns the folder of the jar. */
    private static Path home() throws IOException {
        Path jar = Path.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)[0]);
        Path folder = jar.toRealPath().getParent();
        return folder == null ? Path.of("") : folder;
    }
}

package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.internal.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** x */
class HistoriesTest {

    static final int STEPS = 100;

    /** A failure. */
    record Failure(World.Kind kind, long seed, String what, History history) {}

    public static void main(String[] arguments) throws Exception {
        System.exit(run(arguments));
    }

    static int run(String[] arguments) throws Exception {
        int bad = 0;
        for (World.Kind kind : World.Kind.values()) {
            if (arguments.length > 2 && !kind.name().equalsIgnoreCase(arguments[2])) {
                continue;
            }
            bad += run(kind, Integer.parseInt(arguments[0]), Long.parseLong(arguments[1])) ? 0 : 1;
        }
        return bad;
    }

    static boolean run(World.Kind kind, int histories, long firstSeed) throws InterruptedException {
        long begun = System.nanoTime();
        long[][] cells = new long[Probe.INPUTS.size()][Probe.PHASES.size()];
        AtomicLong next = new AtomicLong(firstSeed);
        AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
        AtomicLong done = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> {
                long[][] mine = new long[Probe.INPUTS.size()][Probe.PHASES.size()];
                while (failure.get() == null) {
                    long seed = next.getAndIncrement();
                    if (seed >= firstSeed + histories) {
                        break;
                    }
                    String what = play(kind, seed, null, mine, null);
                    done.incrementAndGet();
                    if (what != null) {
                        failure.compareAndSet(null, new Failure(kind, seed, what, new History(List.of())));
                    }
                }
                synchronized (cells) {
                    for (int input = 0; input < cells.length; input++) {
                        for (int phase = 0; phase < cells[input].length; phase++) {
                            cells[input][phase] += mine[input][phase];
                        }
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(kind + ": " + done + " histories in " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        Failure found = failure.get();
        if (found != null) {
            report(found);
            return false;
        }
        print(cells);
        return true;
    }

    static void print(long[][] cells) {
        System.out.printf("%-42s", "");
        for (String phase : Probe.PHASES) {
            System.out.printf("%10s", phase);
        }
        System.out.println();
        for (int i = 0; i < cells.length; i++) {
            System.out.printf("%-42s", Probe.INPUTS.get(i));
            for (long visits : cells[i]) {
                System.out.printf("%10d", visits);
            }
            System.out.println();
        }
    }

    static void report(Failure failure) {
        List<History.Step> steps = new ArrayList<>();
        String what = play(failure.kind(), failure.seed(), null, null, steps);
        System.out.println("Seed " + failure.seed() + " on " + failure.kind() + ": " + failure.what());
        if (what == null) {
            System.out.println("... which did not happen again");
            return;
        }
        History shortest = shorten(failure.kind(), failure.seed(), new History(steps));
        System.out.println(shortest.steps().size() + " steps: " + shortest);
        System.out.println(trace(failure.kind(), failure.seed(), shortest));
    }

    static String law(@Nullable String what) {
        return what == null ? "" : what.length() < 5 ? what : what.substring(0, 5);
    }

    static History shorten(World.Kind kind, long seed, History history) {
        List<History.Step> steps = new ArrayList<>(history.steps());
        String law = law(play(kind, seed, steps, null, null));
        for (int size = steps.size() / 2; size >= 1; size = size == 1 ? 0 : size / 2) {
            boolean shortened = true;
            while (shortened) {
                shortened = false;
                for (int from = 0; from + size <= steps.size(); ) {
                    List<History.Step> fewer = new ArrayList<>(steps.subList(0, from));
                    fewer.addAll(steps.subList(from + size, steps.size()));
                    if (law(play(kind, seed, fewer, null, null)).equals(law)) {
                        steps = fewer;
                        shortened = true;
                    } else {
                        from += size;
                    }
                }
                if (size > 1) {
                    break;
                }
            }
        }
        return new History(steps);
    }

    static String trace(World.Kind kind, long seed, History history) {
        World world = new World(kind, seed, new long[18][6], true);
        String what;
        try {
            for (History.Step step : history.steps()) {
                world.act(step);
                if (world.laws.broken != null) {
                    return world.log() + world.laws.broken;
                }
            }
            world.rest();
            what = String.valueOf(world.laws.broken);
        } catch (Throwable e) {
            what = thrown(e);
        }
        return world.log() + what;
    }

    static @Nullable String play(
            World.Kind kind,
            long seed,
            @Nullable List<History.Step> given,
            long @Nullable [][] cells,
            @Nullable List<History.Step> record) {
        World world =
                new World(kind, seed, cells == null ? new long[18][6] : cells, false);
        try {
            if (given == null) {
                Random random = new Random(seed);
                int count = 0;
                for (int drawn = 0; count < STEPS && drawn < 100 * STEPS; drawn++) {
                    History.Step step = History.Step.draw(random);
                    if (world.act(step)) {
                        count++;
                        if (record != null) {
                            record.add(step);
                        }
                        if (world.laws.broken != null) {
                            return world.laws.broken;
                        }
                    }
                }
            } else {
                for (History.Step step : given) {
                    world.act(step);
                    if (world.laws.broken != null) {
                        return world.laws.broken;
                    }
                }
            }
            world.rest();
            return world.laws.broken;
        } catch (Throwable e) {
            return thrown(e);
        }
    }

    private static String thrown(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        java.io.StringWriter out = new java.io.StringWriter();
        cause.printStackTrace(new java.io.PrintWriter(out));
        return "Thrown: " + out;
    }

    @ParameterizedTest
    @EnumSource
    void everyHistory_keepsTheLaws(World.Kind kind) throws Exception {
        assertThat(run(kind, Integer.getInteger("halley.histories", 1000), Long.getLong("halley.seed", 1)))
                .isTrue();
    }
}

package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.checks.World.Kind;
import dev.halley.fixtures.Cases;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random histories against the laws: seeded walks in virtual time over engines, stores, customers, a push service and
 * the agent's desk, with crashes and everything that can come late, twice or never.
 *
 * <p>A failure names its seed and a shortened history. To play it again, with a line for whatever happens:
 *
 * <pre>
 * mvn -pl checks/engine -am test -Dtest=HistoriesTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dhalley.store=nodes -Dhalley.seed=42
 * </pre>
 *
 * <p>With {@code -Dhalley.steps="open/1/2 say/3/4"} as well, only those steps are played. {@code -Dhalley.histories} is
 * the number of histories on each store, {@code -Dhalley.first} the seed to begin with, and {@code -Dhalley.store} the
 * only store to play on.
 */
class HistoriesTest {

    private static final int STEPS = 100;
    private static final int THREADS = 2;

    /** From so many histories on each cell has to be visited so often. */
    private static final int MANY = 50_000;

    private static final int LEAST_VISITS = 100;

    @ParameterizedTest
    @EnumSource
    void everyHistory_keepsTheLaws(Kind store) throws InterruptedException {
        if (!isMeant(store)) {
            return;
        }
        Long seed = Long.getLong("halley.seed");
        if (seed != null) {
            String steps = System.getProperty("halley.steps");
            History history = steps == null ? null : History.parse(steps);
            Played played = play(store, seed, history, newCells(), true);
            System.out.println(played.log());
            assertThat(played.broken()).as("%s, seed %d", store, seed).isNull();
            return;
        }
        int histories = Cases.histories();
        Run run = new Run(store, Long.getLong("halley.first", 1), histories);
        run.start();
        System.out.println(run.summary());
        System.out.println("Figure: random histories = " + run.played.get() + " of " + STEPS + " steps "
                + (store == Kind.MEMORY ? "in memory" : "on several nodes"));
        Failure failure = run.failure.get();
        assertThat(failure == null ? null : describe(failure)).isNull();
        if (histories >= MANY) {
            assertThat(rare(run.cells))
                    .as("cells visited less than %d times", LEAST_VISITS)
                    .isEmpty();
        }
    }

    /**
     * A connection moves to a chat that is gone by then, and serves a third one while its link still takes rows of the
     * first.
     */
    @Test
    void aMoveThatComesToNothing_doesNotForgetWhatTheLinkStillTakes() {
        History history =
                History.parse("return/34/57 leave/49/51 seconds/49/33 open/65/49 return/68/28 tick/37/26 say/68/41"
                        + " late/91/62 return/82/89 say/67/66 say/88/27 return/51/8 say/15/94 open/35/40 leave/84/17"
                        + " say/61/50 seconds/43/44 nudge/98/96 stall/97/61 open/40/66 seconds/62/10");
        assertThat(play(Kind.NODES, 60_821, history, newCells(), false).broken())
                .isNull();
    }

    @Test
    void aHistory_canBePlayedAgain() {
        for (Kind store : Kind.values()) {
            for (long seed = 1; seed <= 50; seed++) {
                Played drawn = play(store, seed, null, newCells(), true);
                History history = History.parse(drawn.history().toString());
                assertThat(history.steps()).hasSize(STEPS);
                assertThat(play(store, seed, history, newCells(), true).log()).isEqualTo(drawn.log());
            }
        }
    }

    /** Plays histories until one breaks a law, for whoever plants faults: {@code <histories> <store>}. */
    public static void main(String[] arguments) throws InterruptedException {
        int broken = 0;
        for (Kind store : Kind.values()) {
            if (arguments.length < 2 || arguments[1].equalsIgnoreCase(store.name())) {
                Run run = new Run(store, Long.getLong("halley.first", 1), Integer.parseInt(arguments[0]));
                run.start();
                System.out.println(run.summary());
                Failure failure = run.failure.get();
                if (failure != null) {
                    broken++;
                    System.out.println(Boolean.getBoolean("halley.brief") ? failure : describe(failure));
                }
            }
        }
        System.exit(broken);
    }

    private static boolean isMeant(Kind store) {
        String meant = System.getProperty("halley.store");
        return meant == null || Kind.valueOf(meant.toUpperCase(Locale.ROOT)) == store;
    }

    // Many

    private record Failure(Kind store, long seed, String what) {}

    /** A number of histories with consecutive seeds; ends with the first that breaks a law. */
    private static final class Run {
        private final Kind store;
        private final long first;
        private final int histories;
        private final long[][] cells = newCells();
        private final AtomicLong next;
        private final AtomicLong played = new AtomicLong();
        private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
        private long millis;

        Run(Kind store, long first, int histories) {
            this.store = store;
            this.first = first;
            this.histories = histories;
            this.next = new AtomicLong(first);
        }

        void start() throws InterruptedException {
            long begun = System.nanoTime();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Thread thread = new Thread(this::playSome);
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            millis = (System.nanoTime() - begun) / 1_000_000;
        }

        private void playSome() {
            long[][] mine = newCells();
            while (failure.get() == null) {
                long seed = next.getAndIncrement();
                if (seed >= first + histories) {
                    break;
                }
                Played one = play(store, seed, null, mine, false);
                played.incrementAndGet();
                if (one.broken() != null) {
                    failure.compareAndSet(null, new Failure(store, seed, one.broken()));
                }
            }
            synchronized (cells) {
                for (int input = 0; input < mine.length; input++) {
                    for (int phase = 0; phase < mine[input].length; phase++) {
                        cells[input][phase] += mine[input][phase];
                    }
                }
            }
        }

        String summary() {
            StringBuilder text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%s: %d histories of %d steps in %d ms; visits of each cell of the table:%n%-42s",
                    store,
                    played.get(),
                    STEPS,
                    millis,
                    ""));
            for (String phase : Probe.PHASES) {
                text.append(String.format(Locale.ROOT, "%10s", phase));
            }
            for (int input = 0; input < cells.length; input++) {
                text.append(String.format(Locale.ROOT, "%n%-42s", Probe.INPUTS.get(input)));
                for (int phase = 0; phase < (input == 0 ? 1 : cells[input].length); phase++) {
                    text.append(String.format(Locale.ROOT, "%10d", cells[input][phase]));
                }
            }
            return text.toString();
        }
    }

    private static long[][] newCells() {
        return new long[Probe.INPUTS.size()][Probe.PHASES.size()];
    }

    private static List<String> rare(long[][] cells) {
        List<String> rare = new ArrayList<>();
        for (int input = 0; input < cells.length; input++) {
            for (int phase = 0; phase < (input == 0 ? 1 : cells[input].length); phase++) {
                if (cells[input][phase] < LEAST_VISITS) {
                    rare.add(Probe.INPUTS.get(input) + " × " + Probe.PHASES.get(phase) + ": " + cells[input][phase]);
                }
            }
        }
        return rare;
    }

    // One

    /**
     * What became of a history.
     *
     * @param broken what was wrong; null for nothing
     * @param log a line for whatever happened, if that was asked for
     */
    private record Played(@Nullable String broken, History history, String log) {}

    /** Plays a history, or one that is drawn while it is played. */
    private static Played play(Kind store, long seed, @Nullable History given, long[][] cells, boolean traced) {
        World world = new World(store, seed, cells, traced);
        List<History.Step> steps = new ArrayList<>(STEPS);
        try {
            if (given != null) {
                for (History.Step step : given.steps()) {
                    if (world.laws.broken == null) {
                        world.act(step);
                    }
                }
            } else {
                Random random = new Random(seed);
                while (steps.size() < STEPS && world.laws.broken == null) {
                    History.Step step = History.Step.draw(random);
                    if (world.act(step)) {
                        steps.add(step);
                    }
                }
            }
            if (world.laws.broken == null) {
                world.rest();
            }
        } catch (Exception | AssertionError | StackOverflowError e) {
            world.laws.broken(0, thrown(e));
        }
        String broken = world.laws.broken;
        if (broken != null) {
            world.trace(broken);
        }
        return new Played(broken, given == null ? new History(steps) : given, world.log());
    }

    private static String thrown(Throwable e) {
        StringWriter out = new StringWriter();
        (e.getCause() == null ? e : e.getCause()).printStackTrace(new PrintWriter(out, true));
        return "thrown: " + out;
    }

    // A failure, so that it can be understood

    private static String describe(Failure failure) {
        Played again = play(failure.store(), failure.seed(), null, newCells(), false);
        if (again.broken() == null) {
            return failure + ", which did not happen again";
        }
        History shortest = shorten(failure.store(), failure.seed(), again.history());
        return String.format(
                Locale.ROOT,
                "%s, seed %d: %s%nShortened to %d steps, -Dhalley.store=%s -Dhalley.seed=%d -Dhalley.steps=\"%s\"%n%s",
                failure.store(),
                failure.seed(),
                failure.what(),
                shortest.steps().size(),
                failure.store().name().toLowerCase(Locale.ROOT),
                failure.seed(),
                shortest,
                play(failure.store(), failure.seed(), shortest, newCells(), true)
                        .log());
    }

    /** Leaves out whatever is not needed to break the same law: ever smaller parts, for as long as any can go. */
    private static History shorten(Kind store, long seed, History history) {
        List<History.Step> steps = history.steps();
        int law = lawBroken(store, seed, steps);
        for (int size = steps.size() / 2; size > 0; size /= 2) {
            int from = 0;
            boolean shorter = false;
            while (from + size <= steps.size()) {
                List<History.Step> fewer = new ArrayList<>(steps.subList(0, from));
                fewer.addAll(steps.subList(from + size, steps.size()));
                if (lawBroken(store, seed, fewer) == law) {
                    steps = fewer;
                    shorter = true;
                } else {
                    from += size;
                }
                if (size == 1 && shorter && from + size > steps.size()) {
                    from = 0;
                    shorter = false;
                }
            }
        }
        return new History(steps);
    }

    /** Returns the number of the law that a history breaks; -1 for none. */
    private static int lawBroken(Kind store, long seed, List<History.Step> steps) {
        String broken = play(store, seed, new History(steps), newCells(), false).broken();
        return broken == null ? -1 : broken.charAt("Law ".length()) - '0';
    }
}

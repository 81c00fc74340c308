package dev.halley.testkit;

import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until a test moves it, and a scheduler that goes by it. Tasks run in the thread that calls
 * {@link #advance} or {@link #settle}, without other threads or sleeping, and always in the same order.
 *
 * <p>If a task throws, the test fails once all the others have run.
 *
 * <p>Any thread may submit tasks and read the time; one thread at a time may move it.
 */
public final class VirtualTime implements InstantSource, Scheduler {

    private static final Instant START = Instant.parse("2015-03-03T20:36:12Z");
    private static final int MOST_TASKS_AT_ONE_INSTANT = 1_000_000;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final LongSupplier tie;
    private Instant now = START;
    private long submitted;
    private boolean moving;

    /** Creates a clock whose tasks run in the order of their time, and at the same time in the order of submission. */
    public VirtualTime() {
        this(() -> 0);
    }

    private VirtualTime(LongSupplier tie) {
        this.tie = tie;
    }

    /**
     * Returns a clock that runs tasks of the same instant in a random order.
     *
     * @param seed decides that order
     * @return the clock
     */
    public static VirtualTime shuffled(long seed) {
        return new VirtualTime(new Random(seed)::nextLong);
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public synchronized void schedule(Duration delay, Runnable task) {
        Instant due = delay.isNegative() ? now : now.plus(delay);
        tasks.add(new Task(due, tie.getAsLong(), submitted++, task));
    }

    /** {@return when the next task is due; empty if there is none} */
    public synchronized Optional<Instant> nextDue() {
        return Optional.ofNullable(tasks.peek()).map(Task::due);
    }

    /** Runs whatever is due now, and what that makes due, without moving the time. */
    public void settle() {
        advance(Duration.ZERO);
    }

    /**
     * Runs one task that is due now, without moving the time.
     *
     * @return false if none was due
     */
    public boolean runNext() {
        return move(instant(), 1) > 0;
    }

    /**
     * Moves the time from task to task until this much has passed.
     *
     * @param time how much, not negative
     * @throws AssertionError if a task failed, or if tasks keep submitting each other without letting time pass
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("Time can't go back: " + time);
        }
        move(instant().plus(time), Integer.MAX_VALUE);
    }

    /**
     * Lets time pass as it does while a process is suspended: whatever becomes due meanwhile runs late.
     *
     * @param time how much
     */
    public synchronized void stall(Duration time) {
        now = now.plus(time);
    }

    private int move(Instant end, int most) {
        startMoving();
        List<Throwable> failures = new ArrayList<>();
        int ran = 0;
        try {
            int atThisInstant = 0;
            for (Instant last = instant(); ran < most; ran++) {
                Optional<Task> task = next(end);
                if (task.isEmpty()) {
                    break;
                }
                atThisInstant = task.get().due().equals(last) ? atThisInstant + 1 : 1;
                last = task.get().due();
                if (atThisInstant > MOST_TASKS_AT_ONE_INSTANT) {
                    throw new AssertionError("Tasks submit each other without end at " + last);
                }
                run(task.get(), failures);
            }
        } finally {
            stopMoving();
        }
        surface(failures);
        return ran;
    }

    private synchronized void startMoving() {
        if (moving) {
            throw new IllegalStateException("A task must not move the time");
        }
        moving = true;
    }

    private synchronized void stopMoving() {
        moving = false;
    }

    /** Takes the next task up to {@code end} and moves the time to it, or else to the end. */
    private synchronized Optional<Task> next(Instant end) {
        Task first = tasks.peek();
        if (first == null || first.due().isAfter(end)) {
            now = end;
            return Optional.empty();
        }
        tasks.remove();
        if (first.due().isAfter(now)) {
            now = first.due();
        }
        return Optional.of(first);
    }

    private static void run(Task task, List<Throwable> failures) {
        try {
            task.action().run();
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    private static void surface(List<Throwable> failures) {
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError("Tasks that failed: " + failures.size(), failures.get(0));
            failures.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
    }

    @Override
    public synchronized String toString() {
        return "VirtualTime[" + now + ", " + tasks.size() + " tasks]";
    }

    private record Task(Instant due, long tie, long order, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = due.compareTo(other.due);
            int byTie = byTime != 0 ? byTime : Long.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(order, other.order);
        }
    }
}

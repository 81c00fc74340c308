package dev.halley.internal.store;

import dev.halley.internal.session.SessionFixture;
import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that a test moves, and the tasks that are due by it; run in the test's own thread, in order. */
final class FakeTime implements InstantSource, Scheduler {

    private record Task(Instant at, long number, Runnable work) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::at).thenComparing(Task::number));
    private Instant now = SessionFixture.START;
    private long scheduled;

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
        tasks.add(new Task(now.plus(delay), scheduled++, task));
    }

    /** Lets time pass, and what is due happen on the way. */
    void pass(Duration time) {
        Instant end = now.plus(time);
        while (!tasks.isEmpty() && !tasks.element().at().isAfter(end)) {
            Task task = tasks.remove();
            now = task.at();
            task.work().run();
        }
        now = end;
    }

    /** Runs what is due now. */
    void settle() {
        pass(Duration.ZERO);
    }

    /** Runs the next task although its time has not come, as a hasty scheduler would. */
    void hurry() {
        tasks.remove().work().run();
    }

    synchronized int pending() {
        return tasks.size();
    }
}

package dev.halley.internal;

import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks on daemon threads: one for each processor, at least two, and one more that watches the time. */
final class ThreadScheduler implements Scheduler, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ThreadScheduler.class);

    private final ExecutorService workers = Executors.newFixedThreadPool(
            Math.max(2, Runtime.getRuntime().availableProcessors()), threads("halley-worker-"));
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, threads("halley-timer-"));

    @Override
    public void execute(Runnable task) {
        hand(workers, task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        try {
            Future<?> unused = timer.schedule(() -> execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.trace("Closed: a task was dropped");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdown();
    }

    private static void hand(Executor to, Runnable task) {
        try {
            to.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    // Without the message: a store or a link may have put anything into it.
                    LOGGER.warn(
                            "A task failed, which is a bug: {} at {}",
                            e.getClass().getName(),
                            Arrays.toString(e.getStackTrace()));
                }
            });
        } catch (RejectedExecutionException e) {
            LOGGER.trace("Closed: a task was dropped");
        }
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}

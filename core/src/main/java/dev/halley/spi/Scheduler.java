package dev.halley.spi;

import java.time.Duration;

/**
 * Runs tasks now or later, never in the caller's thread and as punctually as it can. Tasks do not block.
 *
 * <p>Implementations are thread-safe.
 */
public interface Scheduler {

    /**
     * Runs a task soon.
     *
     * @param task the task
     * @throws java.util.concurrent.RejectedExecutionException if there is too much to do; the engine then does it later
     */
    void execute(Runnable task);

    /**
     * Runs a task once the delay has passed. Refuses none before the engine is closed.
     *
     * @param delay from now; zero or less for soon
     * @param task the task
     */
    void schedule(Duration delay, Runnable task);
}

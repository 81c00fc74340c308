package dev.halley.spi;

import java.time.Duration;

/**
 * Runs tasks now or later, never in the thread of the caller and never late on purpose. Tasks do not block.
 *
 * <p>Implementations are thread-safe.
 */
public interface Scheduler {

    /**
     * Runs a task soon.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is too much to do; what was meant is done later
     */
    void execute(Runnable task);

    /** Runs a task once the delay has passed. Refuses none before the engine is closed. */
    void schedule(Duration delay, Runnable task);
}

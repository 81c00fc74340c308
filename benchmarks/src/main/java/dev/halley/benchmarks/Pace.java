package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does something a number of times a second, each on time even if the one before was late. */
final class Pace {

    private Pace() {}

    /** Does nothing for this many seconds. */
    static void rest(long seconds) {
        waitUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** One of the times. */
    @FunctionalInterface
    interface Each {
        /**
         * Does it.
         *
         * @param dueNanos when it was due
         */
        void apply(int number, long dueNanos);
    }

    /**
     * Does it this many times, in several threads, each of which has numbers of its own. A thread wakes up for each
     * tick and does all of it, because waking up costs a virtual machine more than what is measured.
     */
    static void each(int threads, int times, double perSecond, long tickNanos, Each each) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            long begin = System.nanoTime();
            double nanosEach = 1e9 / perSecond;
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                running.add(pool.submit(() -> {
                    for (int i = first; i < times; i += threads) {
                        long due = begin + ((long) (i * nanosEach) / tickNanos + 1) * tickNanos;
                        waitUntil(due);
                        each.apply(i, due);
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdown();
        }
    }
}

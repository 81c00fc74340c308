package dev.halley.internal.store;

import dev.halley.ChatId;
import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Wakes chats at their times. Timers are never cancelled: a chat that is woken checks whether the timer is still valid.
 *
 * <p>This class is thread-safe.
 */
final class Timers {

    /** How many chats are woken at most in one task, so that other tasks get their turn. */
    private static final int BATCH = 1_000;

    /** How long chats wait that a busy scheduler has refused to wake. */
    private static final Duration LATER = Duration.ofSeconds(1);

    private record Timer(Instant at, ChatId chat) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Timer> heap = new PriorityQueue<>(Comparator.comparing(Timer::at));
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final BiConsumer<ChatId, Instant> wake;

    /** When the next look at the heap is scheduled; null if none is. */
    private @Nullable Instant next;

    Timers(InstantSource clock, Scheduler scheduler, BiConsumer<ChatId, Instant> wake) {
        this.clock = clock;
        this.scheduler = scheduler;
        this.wake = wake;
    }

    void add(ChatId chat, Instant at) {
        boolean sooner;
        lock.lock();
        try {
            heap.add(new Timer(at, chat));
            sooner = next == null || at.isBefore(next);
            if (sooner) {
                next = at;
            }
        } finally {
            lock.unlock();
        }
        if (sooner) {
            schedule(at);
        }
    }

    private void schedule(Instant at) {
        Duration delay = Duration.between(clock.instant(), at);
        scheduler.schedule(delay.isNegative() ? Duration.ZERO : delay, () -> run(at));
    }

    private void run(Instant scheduled) {
        List<Timer> due = new ArrayList<>();
        lock.lock();
        try {
            if (!scheduled.equals(next)) {
                return; // an earlier look was scheduled meanwhile, and goes on from there
            }
            Instant now = clock.instant();
            while (due.size() < BATCH && !heap.isEmpty() && !heap.element().at().isAfter(now)) {
                due.add(heap.remove());
            }
        } finally {
            lock.unlock();
        }
        due.removeIf(this::isHandedOver);
        Instant again;
        lock.lock();
        try {
            heap.addAll(due);
            again = heap.isEmpty()
                    ? null
                    : due.isEmpty() ? heap.element().at() : clock.instant().plus(LATER);
            next = again;
        } finally {
            lock.unlock();
        }
        if (again != null) {
            schedule(again);
        }
    }

    /** Wakes a chat in a task of its own, so that an exception of one does not harm the others. */
    private boolean isHandedOver(Timer timer) {
        try {
            scheduler.execute(() -> wake.accept(timer.chat(), timer.at()));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}

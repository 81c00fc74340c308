package dev.halley.internal.push;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.RemovalNotification;
import dev.halley.Device;
import dev.halley.spi.Observer;
import dev.halley.spi.PushProvider;
import dev.halley.spi.Scheduler;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A circuit breaker and a bulkhead for each credential or endpoint. This class is thread-safe. */
final class Circuits {

    /**
     * How long an open breaker lets nothing through: longer each time that nothing has changed. The first time is
     * short, because a lost connection fails all of its pushes, and so looks like a service that is down.
     */
    private static final IntervalFunction OPEN =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(30));

    private static final int CALLS = 20;
    private static final float FAILURES_IN_PERCENT = 50;

    /** The most circuits that are kept, those used last: devices can name endpoints, and a breaker takes about 5 kB. */
    private static final int MOST = 10_000;

    private final Cache<String, Circuit> circuits = CacheBuilder.newBuilder()
            .maximumSize(MOST)
            .removalListener((RemovalNotification<String, Circuit> removed) -> {
                if (removed.getValue() != null) {
                    removed.getValue().forgotten();
                }
            })
            .build();
    private final CircuitBreakerConfig breakers;
    private final BulkheadConfig bulkheads;
    private final Scheduler scheduler;
    private final Observer observer;
    private final InstantSource clock;
    private final PushLog log;

    Circuits(int inFlight, InstantSource clock, Scheduler scheduler, Observer observer, PushLog log) {
        this.scheduler = scheduler;
        this.observer = observer;
        this.clock = clock;
        this.log = log;
        breakers = CircuitBreakerConfig.custom()
                .slidingWindow(CALLS, CALLS, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(FAILURES_IN_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(CALLS / 2)
                .clock(toClock(clock))
                .build();
        bulkheads = BulkheadConfig.custom()
                .maxConcurrentCalls(inFlight)
                .maxWaitDuration(Duration.ZERO)
                .build();
    }

    Circuit of(PushProvider provider, Device device) {
        String name = device.type() + "/" + provider.circuit(device);
        try {
            return circuits.get(name, () -> new Circuit(provider, device));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One circuit. Every task that enters must leave again. */
    final class Circuit {
        final CircuitBreaker breaker;
        private final Bulkhead bulkhead;
        private volatile Instant pausedUntil = Instant.MIN;
        private volatile Duration openDuration = Duration.ZERO;
        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        private final String type;

        /** What is logged as failing: the first push's. Another one's may be set up apart, to the same endpoint. */
        private final PushLog.Way way;

        private final String where;

        /** When the breaker opened; null while it is closed. A half-open one has not closed yet. */
        private @Nullable Instant openSince;

        private boolean isForgotten;
        private volatile boolean isOpeningLogged;

        Circuit(PushProvider provider, Device device) {
            type = device.type();
            way = log.way(device);
            where = log.describe(provider, device);
            breaker = CircuitBreaker.of(
                    type,
                    CircuitBreakerConfig.from(breakers)
                            .waitIntervalFunctionInOpenState(this::open)
                            .build());
            bulkhead = Bulkhead.of(type, bulkheads);
            breaker.getEventPublisher().onStateTransition(event -> {
                CircuitBreaker.State to = event.getStateTransition().getToState();
                if (to == CircuitBreaker.State.OPEN) {
                    opened();
                } else if (to == CircuitBreaker.State.CLOSED) {
                    closed();
                }
            });
        }

        private void opened() {
            synchronized (this) {
                if (openSince != null || isForgotten) {
                    return;
                }
                openSince = clock.instant();
            }
            observer.circuitOpen(type, true);
            isOpeningLogged = log.opened(way, where, openDuration);
        }

        private void closed() {
            Instant began = takeOpenSince();
            if (began != null) {
                observer.circuitOpen(type, false);
                if (isOpeningLogged) {
                    log.closed(where, Duration.between(began, clock.instant()));
                }
            }
        }

        /** Called when its place is needed for another circuit: who counts open ones must not count it for ever. */
        private void forgotten() {
            synchronized (this) {
                isForgotten = true;
            }
            if (takeOpenSince() != null) {
                observer.circuitOpen(type, false);
            }
        }

        private synchronized @Nullable Instant takeOpenSince() {
            Instant began = openSince;
            openSince = null;
            return began;
        }

        private long open(int times) {
            long millis = OPEN.apply(times);
            openDuration = Duration.ofMillis(millis);
            return millis;
        }

        /** Returns how long the breaker stays open, or stayed open the last time; zero if it never was open. */
        Duration openDuration() {
            return openDuration;
        }

        /** Runs a task once there is room, never in the caller's thread. */
        void enter(Runnable task) {
            waiting.add(task);
            admit();
        }

        void leave() {
            bulkhead.releasePermission();
            admit();
        }

        private void admit() {
            while (!waiting.isEmpty() && bulkhead.tryAcquirePermission()) {
                Runnable next = waiting.poll();
                if (next == null) {
                    bulkhead.releasePermission();
                } else {
                    handOver(next);
                }
            }
        }

        private void handOver(Runnable task) {
            try {
                scheduler.execute(task);
            } catch (RuntimeException e) {
                bulkhead.releasePermission(); // once its lease is over, its push is begun again
                throw e;
            }
        }

        /** Sends nothing before a time that the service has asked for, or an earlier call's if that is later. */
        synchronized void pauseUntil(Instant end) {
            if (end.isAfter(pausedUntil)) {
                pausedUntil = end;
            }
        }

        /** Returns how long the pause lasts from now on; zero if there is none. */
        Duration pause(Instant now) {
            return pausedUntil.isAfter(now) ? Duration.between(now, pausedUntil) : Duration.ZERO;
        }

        void succeeded(Duration took) {
            breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
        }

        void failed(Duration took, String reason) {
            breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, new Failure(reason));
        }
    }

    /** The failure that a breaker counts, instead of a push service's exception, which might name a token. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String reason) {
            super(reason, null, false, false);
        }
    }

    private static Clock toClock(InstantSource source) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return source.instant();
            }
        };
    }
}

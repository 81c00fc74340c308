package dev.halley.examples.server;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.halley.UserId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Slows down those who guess keys: after {@value #MOST} failures within a minute, a pair of user and address is refused
 * until that minute is over. The same user at other addresses is not affected.
 *
 * <p>This class is thread-safe.
 */
final class FailedKeys {

    /** How many keys may fail within a minute. */
    static final int MOST = 5;

    private static final Duration WINDOW = Duration.ofMinutes(1);

    /** How many pairs are remembered; the oldest are forgotten first. */
    static final long MOST_CALLERS = Math.min(100_000, Runtime.getRuntime().maxMemory() / 20_000);

    private final Ticker ticker;
    private final Cache<Caller, Failures> failures;

    private record Caller(UserId user, @Nullable InetAddress address) {}

    private record Failures(long since, int count) {}

    FailedKeys() {
        this(Ticker.systemTicker());
    }

    FailedKeys(Ticker ticker) {
        this.ticker = ticker;
        failures = CacheBuilder.newBuilder()
                .maximumSize(MOST_CALLERS)
                .expireAfterWrite(WINDOW)
                .ticker(ticker)
                .build();
    }

    /** Counts a key that was missing or wrong. */
    void failed(UserId user, @Nullable SocketAddress from) {
        long now = ticker.read();
        failures.asMap()
                .merge(
                        caller(user, from),
                        new Failures(now, 1),
                        (old, one) -> isOver(old, now) ? one : new Failures(old.since(), old.count() + 1));
    }

    /** Returns how many callers are counted. */
    long size() {
        failures.cleanUp();
        return failures.size();
    }

    /** Returns how many seconds a caller has to wait; 0 for none. */
    long secondsToWait(UserId user, @Nullable SocketAddress from) {
        Failures counted = failures.getIfPresent(caller(user, from));
        long now = ticker.read();
        if (counted == null || counted.count() < MOST || isOver(counted, now)) {
            return 0;
        }
        return Duration.ofNanos(counted.since() + WINDOW.toNanos() - now).toSeconds() + 1;
    }

    private static boolean isOver(Failures counted, long now) {
        return now - counted.since() >= WINDOW.toNanos();
    }

    private static Caller caller(UserId user, @Nullable SocketAddress from) {
        return new Caller(user, from instanceof InetSocketAddress inet ? inet.getAddress() : null);
    }
}

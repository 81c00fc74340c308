package dev.halley.cometd;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.halley.UserId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is to be said to those who speak of a session that is not there: one that was taken over by a newer one must not come
 * back, or both do so for ever; any other shakes hands again, and who does little else gets slower at it.
 *
 * <p>This class is thread-safe. It remembers a bounded number, each for a bounded time.
 */
final class StaleSessions {

    /** How long a superseded session is remembered. */
    private static final Duration SUPERSEDED = Duration.ofMinutes(10);

    /** The time in which a few unknown sessions of a user are normal, and how many of them. */
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private static final int NORMAL = 3;

    private static final int MOST = 100_000;

    private static final long SLOWEST_MILLIS = 5_000;
    private static final long SLOWER_MILLIS = 1_000;

    /** As many as it takes to become slowest. */
    private static final int STEPS = NORMAL + (int) (SLOWEST_MILLIS / SLOWER_MILLIS);

    private record Owner(UserId user, boolean namedOutsideExt) {}

    private final Ticker ticker;
    private final Cache<String, Owner> superseded;

    /** When the last unknown sessions of a user were met, the latest first; an array is never changed. */
    private final Cache<UserId, long[]> unknown;

    StaleSessions(Ticker ticker) {
        this.ticker = ticker;
        this.superseded = remembering(SUPERSEDED);
        this.unknown = remembering(WINDOW);
    }

    private <K, V> Cache<K, V> remembering(Duration time) {
        return CacheBuilder.newBuilder()
                .expireAfterWrite(time)
                .maximumSize(MOST)
                .concurrencyLevel(1)
                .ticker(ticker)
                .build();
    }

    /** A newer session serves what this one has served. */
    void supersede(String session, UserId owner, boolean namedOutsideExt) {
        superseded.put(session, new Owner(owner, namedOutsideExt));
    }

    /** Whether a session was superseded, and this is its owner: the one who is named, or nobody if its requests name none. */
    boolean isSuperseded(String session, Optional<UserId> sender) {
        Owner owner = superseded.getIfPresent(session);
        return owner != null && sender.map(owner.user()::equals).orElse(!owner.namedOutsideExt());
    }

    /** A user has come with an unknown session. */
    void met(UserId user) {
        unknown.asMap().merge(user, new long[] {ticker.read()}, (before, now) -> {
            long[] times = Arrays.copyOf(now, Math.min(before.length + 1, STEPS));
            System.arraycopy(before, 0, times, 1, times.length - 1);
            return times;
        });
    }

    /** Returns for how many milliseconds a user should wait before the next message. */
    long interval(UserId user) {
        long[] times = unknown.getIfPresent(user);
        if (times == null) {
            return 0;
        }
        long now = ticker.read();
        long lately = Arrays.stream(times)
                .filter(time -> now - time < WINDOW.toNanos())
                .count();
        return Math.max(0, lately - NORMAL) * SLOWER_MILLIS;
    }
}

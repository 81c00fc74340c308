package dev.halley.cometd;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.halley.UserId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Decides how to answer a client whose session no longer exists. If a newer session took over, the client must not come
 * back, for then the two would replace each other for ever. Any other client shakes hands again, and a user whose
 * clients do so too often is made to wait.
 *
 * <p>This class is thread-safe. It remembers a bounded number of sessions and users, each for a bounded time.
 */
final class StaleSessions {

    /** How long a superseded session is remembered. */
    private static final Duration SUPERSEDED = Duration.ofMinutes(10);

    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** How many unknown sessions of a user in one window are normal. */
    private static final int NORMAL = 3;

    /** How many sessions and users are remembered; fewer on a small heap, for names can be long. */
    private static final long MOST = Math.min(100_000, Runtime.getRuntime().maxMemory() / 20_000);

    private static final long SLOWEST_MILLIS = 5_000;
    private static final long SLOWER_MILLIS = 1_000;

    /** How many unknown sessions in one window make the wait the longest. */
    private static final int STEPS = NORMAL + (int) (SLOWEST_MILLIS / SLOWER_MILLIS);

    private record Owner(UserId user, boolean namedOutsideExt) {}

    private final Ticker ticker;
    private final Cache<String, Owner> superseded;

    /** When the last unknown sessions of a user came, the latest first. The arrays are never changed. */
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

    /** A newer session serves the chat from now on. */
    void supersede(String session, UserId owner, boolean namedOutsideExt) {
        superseded.put(session, new Owner(owner, namedOutsideExt));
    }

    /**
     * Whether a session was superseded and the sender is its owner; a session whose requests name nobody needs no
     * sender.
     */
    boolean isSuperseded(String session, Optional<UserId> sender) {
        Owner owner = superseded.getIfPresent(session);
        return owner != null && sender.map(owner.user()::equals).orElse(!owner.namedOutsideExt());
    }

    /** A user has sent a message of an unknown session. */
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

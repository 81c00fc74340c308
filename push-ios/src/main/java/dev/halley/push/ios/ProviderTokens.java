package dev.halley.push.ios;

import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.auth.AuthenticationToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The provider token of one key, shared by all connections that use the key.
 *
 * <p>This class is thread-safe.
 *
 * @see <a
 *     href="https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns"
 *     >Apple on provider tokens</a>
 */
final class ProviderTokens {

    /** Apple takes a token for an hour. */
    private static final Duration RENEWAL = Duration.ofMinutes(50);

    /** Apple wants no token to be replaced sooner. */
    private static final Duration LEAST_AGE = Duration.ofMinutes(20);

    private final ApnsSigningKey key;
    private final InstantSource clock;
    private @Nullable CharSequence header;
    private Instant issued = Instant.MIN;
    private Instant replaced = Instant.MIN;

    ProviderTokens(ApnsSigningKey key, InstantSource clock) {
        this.key = key;
        this.clock = clock;
    }

    /** Returns the value of the header {@code authorization}. */
    synchronized CharSequence header() {
        Instant now = clock.instant();
        CharSequence known = header;
        // A token from the future was made before the clock was set right.
        if (known != null && now.isBefore(issued.plus(RENEWAL)) && !now.isBefore(issued)) {
            return known;
        }
        return renew(now);
    }

    /**
     * Replaces a token that APNs has found expired before its time, but seldom: if the clock is wrong, no token helps.
     *
     * @return whether there is another one now
     */
    synchronized boolean replace(@Nullable CharSequence refused) {
        if (refused == null || refused != header) {
            return true;
        }
        Instant now = clock.instant();
        if (!replaced.equals(Instant.MIN) && now.isBefore(replaced.plus(LEAST_AGE))) {
            return false;
        }
        replaced = now;
        renew(now);
        return true;
    }

    private CharSequence renew(Instant now) {
        issued = now;
        CharSequence renewed = new AuthenticationToken(key, now).getAuthorizationHeader();
        header = renewed;
        return renewed;
    }

    @Override
    public String toString() {
        return "ProviderTokens";
    }
}

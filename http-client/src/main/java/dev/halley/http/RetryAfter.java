package dev.halley.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.http.HttpDateTime;
import org.jspecify.annotations.Nullable;

/** The header {@code Retry-After}. */
final class RetryAfter {

    /** The longest wait that a push service can ask for. */
    static final Duration MOST = Duration.ofHours(24);

    private RetryAfter() {}

    /** Returns how long a value asks to wait, in seconds or until a date; empty if it is neither, or null. */
    static Optional<Duration> parse(@Nullable String value, Instant now) {
        if (value == null) {
            return Optional.empty();
        }
        String text = value.strip();
        try {
            if (text.matches("[0-9]+")) {
                // Nine digits are 31 years, far beyond the limit, and fit into an int.
                String digits = text.length() > 9 ? "999999999" : text;
                return Optional.of(bounded(Duration.ofSeconds(Integer.parseInt(digits))));
            }
            return Optional.of(
                    bounded(Duration.between(now, HttpDateTime.parse(text).toInstant())));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MOST) > 0 ? MOST : wait;
    }
}

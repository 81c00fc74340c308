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

    /**
     * Returns how long a value asks to wait, in seconds or until a date; empty if it is neither, or null.
     *
     * @param date the header {@code Date} of the answer, or null: a date is reckoned from it, since the service's clock
     *     and ours may differ
     * @param now our time, if the answer has no date
     */
    static Optional<Duration> parse(@Nullable String value, @Nullable String date, Instant now) {
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
            Instant until = HttpDateTime.parse(text).toInstant();
            return Optional.of(bounded(Duration.between(toInstant(date).orElse(now), until)));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> toInstant(@Nullable String date) {
        try {
            return date == null
                    ? Optional.empty()
                    : Optional.of(HttpDateTime.parse(date.strip()).toInstant());
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

package dev.halley.push.fcm;

import dev.halley.Outcome;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.http.HttpDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What came of a request.
 *
 * @param status 0 if there was no answer
 * @param error what its body says
 * @param retryAfter how long to wait, if it says so
 * @param failure why there was no answer; null if there was one
 * @see <a href="https://firebase.google.com/docs/cloud-messaging/error-codes">Firebase: error codes and what to do</a>
 */
record Answer(
        int status,
        ErrorBody error,
        Optional<Duration> retryAfter,
        @Nullable String failure) {

    /** The longest wait that FCM can ask for. */
    static final Duration MOST_RETRY_AFTER = Duration.ofHours(24);

    /** What Google asks for where it says nothing. */
    static final Duration AFTER_QUOTA = Duration.ofSeconds(60);

    static final Duration AFTER_TROUBLE = Duration.ofSeconds(10);

    static Answer of(int status, @Nullable String retryAfter, byte[] body, Instant now) {
        return new Answer(
                status,
                ErrorBody.parse(body),
                Optional.ofNullable(retryAfter).flatMap(value -> toWait(value.strip(), now)),
                null);
    }

    static Answer failed(String why) {
        return new Answer(0, ErrorBody.NONE, Optional.empty(), why);
    }

    /** Returns whether the OAuth token was not accepted, rather than Apple's or a browser's credentials in Firebase. */
    boolean isUnauthorized() {
        return status == 401 && !error.code().equals("THIRD_PARTY_AUTH_ERROR");
    }

    /** Returns whether our credentials were accepted, whatever became of the push; empty if that is not known. */
    Optional<Boolean> accepts() {
        if (status == 401 || (status == 403 && !error.code().equals("SENDER_ID_MISMATCH"))) {
            return Optional.of(false);
        }
        if (status == 404) {
            return Optional.of(error.code().equals("UNREGISTERED"));
        }
        return status == 200 || status == 400 || status == 403 ? Optional.of(true) : Optional.empty();
    }

    Outcome toOutcome() {
        if (failure != null) {
            return new Outcome.Unavailable(failure, Optional.of(AFTER_TROUBLE));
        }
        if (status >= 200 && status < 300) {
            return new Outcome.Accepted();
        }
        if (status == 429) {
            return new Outcome.Unavailable(reason(), Optional.of(retryAfter.orElse(AFTER_QUOTA)), true);
        }
        if (isUnauthorized() || status < 200 || status >= 500 || status == 408 || status == 425) {
            return new Outcome.Unavailable(reason(), Optional.of(retryAfter.orElse(AFTER_TROUBLE)));
        }
        boolean isGone = (status == 404 && error.code().equals("UNREGISTERED"))
                || (status == 403 && error.code().equals("SENDER_ID_MISMATCH"))
                || (status == 400 && error.namesToken());
        return isGone ? new Outcome.Unregistered(reason()) : new Outcome.Rejected(reason());
    }

    String reason() {
        if (failure != null) {
            return failure;
        }
        return error.code().isEmpty() ? Integer.toString(status) : status + " " + error.code();
    }

    /** Returns how long {@code Retry-After} asks to wait, in seconds or until a date; empty if it is neither. */
    private static Optional<Duration> toWait(String retryAfter, Instant now) {
        try {
            if (retryAfter.matches("[0-9]+")) {
                // Nine digits are 31 years, far beyond the limit, and fit into an int.
                String digits = retryAfter.length() > 9 ? "999999999" : retryAfter;
                return Optional.of(bounded(Duration.ofSeconds(Integer.parseInt(digits))));
            }
            return Optional.of(
                    bounded(Duration.between(now, HttpDateTime.parse(retryAfter).toInstant())));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MOST_RETRY_AFTER) > 0 ? MOST_RETRY_AFTER : wait;
    }
}

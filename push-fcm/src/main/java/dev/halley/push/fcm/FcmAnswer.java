package dev.halley.push.fcm;

import dev.halley.Outcome;
import dev.halley.http.HttpAnswer;
import java.time.Duration;
import java.util.Optional;

/**
 * FCM's answer to a message, or why there was none.
 *
 * @param http the answer itself
 * @param error the error in its body
 * @see <a href="https://firebase.google.com/docs/cloud-messaging/error-codes">Firebase: error codes and what to do</a>
 */
record FcmAnswer(HttpAnswer http, ErrorBody error) {

    /** The wait after 429 without {@code Retry-After}, as Google asks. */
    static final Duration AFTER_QUOTA = Duration.ofSeconds(60);

    /** The wait after other trouble without {@code Retry-After}, as Google asks. */
    static final Duration AFTER_TROUBLE = Duration.ofSeconds(10);

    static FcmAnswer of(HttpAnswer http) {
        return new FcmAnswer(http, ErrorBody.parse(http.body()));
    }

    /** Returns whether the OAuth token was refused, and not the credentials for Apple or browsers in Firebase. */
    boolean isUnauthorized() {
        return http.status() == 401 && !error.code().equals("THIRD_PARTY_AUTH_ERROR");
    }

    /** Returns whether our credentials were accepted, whatever became of the message; empty if that is unknown. */
    Optional<Boolean> accepts() {
        return switch (http.status()) {
            case 200, 400 -> Optional.of(true);
            case 401 -> Optional.of(false);
            case 403 -> Optional.of(error.code().equals("SENDER_ID_MISMATCH"));
            case 404 -> Optional.of(error.code().equals("UNREGISTERED"));
            default -> Optional.empty();
        };
    }

    Outcome toOutcome() {
        if (http.isSuccess()) {
            return new Outcome.Accepted();
        }
        if (http.status() == 429) {
            return new Outcome.Unavailable(
                    reason(), Optional.of(http.retryAfter().orElse(AFTER_QUOTA)), true);
        }
        if (isUnauthorized() || http.isTemporary()) {
            return new Outcome.Unavailable(
                    reason(), Optional.of(http.retryAfter().orElse(AFTER_TROUBLE)));
        }
        boolean isGone = switch (http.status()) {
            case 400 -> error.namesToken();
            case 403 -> error.code().equals("SENDER_ID_MISMATCH");
            case 404 -> error.code().equals("UNREGISTERED");
            default -> false;
        };
        return isGone ? new Outcome.Unregistered(reason()) : new Outcome.Rejected(reason());
    }

    String reason() {
        return error.code().isEmpty() ? http.reason() : http.reason() + " " + error.code();
    }
}

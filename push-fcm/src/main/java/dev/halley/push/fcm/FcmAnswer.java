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

    /** The wait after credentials were refused: only the operator can help. */
    static final Duration AFTER_REFUSAL = Duration.ofSeconds(60);

    private static final String THIRD_PARTY_AUTH_ERROR = "THIRD_PARTY_AUTH_ERROR";
    private static final String SENDER_ID_MISMATCH = "SENDER_ID_MISMATCH";
    private static final String UNREGISTERED = "UNREGISTERED";

    static FcmAnswer of(HttpAnswer http) {
        return new FcmAnswer(http, ErrorBody.parse(http.body()));
    }

    /** Returns whether the OAuth token was refused, and not the credentials for Apple or browsers in Firebase. */
    boolean isUnauthorized() {
        return http.status() == 401 && !isThirdParty();
    }

    /** Returns whether Firebase's own credentials for Apple or browsers were refused, which concerns some devices. */
    boolean isThirdParty() {
        return http.status() == 401 && error.code().equals(THIRD_PARTY_AUTH_ERROR);
    }

    /** Returns whether FCM says that the device's token is none of its own. */
    boolean isBadToken() {
        return http.status() == 400 && error.namesToken();
    }

    boolean isMismatch() {
        return http.status() == 403 && error.code().equals(SENDER_ID_MISMATCH);
    }

    /** Returns whether the operator's credentials, project or proxy are wrong, and so every push fails alike. */
    boolean isRefusal() {
        return switch (http.status()) {
            case 401 -> !isThirdParty();
            case 403 -> !isMismatch();
            case 404 -> !error.code().equals(UNREGISTERED);
            case 407 -> true;
            default -> false;
        };
    }

    /** Returns whether our credentials were accepted, whatever became of the message; empty if that is unknown. */
    Optional<Boolean> accepts() {
        return switch (http.status()) {
            case 200, 400 -> Optional.of(true);
            case 401 -> Optional.of(false);
            case 403 -> Optional.of(isMismatch());
            case 404 -> Optional.of(error.code().equals(UNREGISTERED));
            default -> Optional.empty();
        };
    }

    Outcome toOutcome() {
        if (http.isSuccess()) {
            return new Outcome.Accepted();
        }
        if (http.status() == 429) {
            return later(AFTER_QUOTA, !error.isOfDevice());
        }
        if (isRefusal()) {
            return later(AFTER_REFUSAL, true);
        }
        if (isThirdParty() || http.isTemporary()) {
            return later(AFTER_TROUBLE, false);
        }
        boolean isGone = switch (http.status()) {
            case 400 -> error.namesToken();
            case 403, 404 -> true;
            default -> false;
        };
        return isGone ? new Outcome.Unregistered(reason()) : new Outcome.Rejected(reason());
    }

    private Outcome later(Duration least, boolean forAll) {
        return new Outcome.Unavailable(reason(), Optional.of(http.retryAfter().orElse(least)), forAll);
    }

    String reason() {
        return error.code().isEmpty() ? http.reason() : http.reason() + " " + error.code();
    }
}

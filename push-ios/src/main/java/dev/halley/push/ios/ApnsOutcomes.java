package dev.halley.push.ios;

import dev.halley.Outcome;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslClosedEngineException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * What an answer of APNs means.
 *
 * @see <a
 *     href="https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns">Apple on
 *     its answers</a>
 */
final class ApnsOutcomes {

    private static final String EXPIRED_PROVIDER_TOKEN = "ExpiredProviderToken";

    /** The reason that a new provider token cures. */
    static final Optional<String> EXPIRED = Optional.of(EXPIRED_PROVIDER_TOKEN);

    private static final String BAD_DEVICE_TOKEN = "BadDeviceToken";

    /** Apple wants a provider token to live for 20 minutes at least; that one does is all that helps. */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private enum Kind {
        REJECTED {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Rejected(reason);
            }
        },
        UNREGISTERED {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unregistered(reason, since);
            }
        },
        /** This push alone. */
        LATER {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unavailable(reason);
            }
        },
        /** Whatever is sent with this credential to this server. */
        ALL_LATER {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unavailable(reason, Optional.empty(), true);
            }
        },
        ALL_IN_A_MINUTE {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unavailable(reason, Optional.of(MINUTE), true);
            }
        };

        abstract Outcome outcome(String reason, Optional<Instant> since);
    }

    private static final Map<String, Kind> KINDS = new HashMap<>();

    static {
        kind(
                Kind.REJECTED,
                // The push is wrong.
                "BadCollapseId",
                "BadExpirationDate",
                "BadMessageId",
                "BadPath",
                "BadPriority",
                "BadTopic",
                "DuplicateHeaders",
                "InvalidPushType",
                "MethodNotAllowed",
                "MissingDeviceToken",
                "MissingTopic",
                "PayloadEmpty",
                "PayloadTooLarge",
                "TopicDisallowed",
                // The set-up is wrong: only its operator can help.
                "BadCertificate",
                "BadCertificateEnvironment",
                "BadEnvironmentKeyIdInToken",
                "Forbidden",
                "InvalidProviderToken",
                "MissingProviderToken");
        kind(Kind.UNREGISTERED, BAD_DEVICE_TOKEN, "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered");
        // TooManyRequests is about one device's token; UnrelatedKeyIdInToken about this connection.
        kind(Kind.LATER, "IdleTimeout", "InternalServerError", "TooManyRequests", "UnrelatedKeyIdInToken");
        kind(Kind.ALL_LATER, "ServiceUnavailable", "Shutdown");
        kind(Kind.ALL_IN_A_MINUTE, EXPIRED_PROVIDER_TOKEN, "TooManyProviderTokenUpdates");
    }

    private ApnsOutcomes() {}

    private static void kind(Kind kind, String... reasons) {
        List.of(reasons).forEach(reason -> KINDS.put(reason, kind));
    }

    /**
     * Returns what a rejection means.
     *
     * @param reason Apple's word for it; one that is not known counts as its status does
     * @param since since when a token is dead
     */
    static Outcome of(int status, Optional<String> reason, Optional<Instant> since) {
        // What is no word at all might repeat anything.
        String word = reason.filter(text -> text.matches("[A-Za-z]{1,64}")).orElse(String.valueOf(status));
        return KINDS.getOrDefault(word, ofStatus(status)).outcome(word, since);
    }

    private static Kind ofStatus(int status) {
        if (status == 410) {
            return Kind.UNREGISTERED;
        }
        return status == 408 || status == 429 || status >= 500 || status < 300 ? Kind.LATER : Kind.REJECTED;
    }

    /** Returns what it means if a new provider token is too old, too. */
    static Outcome expiredProviderToken() {
        return Kind.ALL_IN_A_MINUTE.outcome(EXPIRED_PROVIDER_TOKEN, Optional.empty());
    }

    /** Returns what APNs would say of a token that is none by its form. */
    static Outcome malformedToken() {
        return new Outcome.Unregistered(BAD_DEVICE_TOKEN);
    }

    /** Reasons name the kind of trouble alone: an exception's message can have anything in it. */
    static Outcome of(Throwable failure) {
        return new Outcome.Unavailable(Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .flatMap(cause -> kindOfTrouble(cause).stream())
                .findFirst()
                .orElse(failure.getClass().getSimpleName()));
    }

    private static Optional<String> kindOfTrouble(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return Optional.of("unknown host");
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return Optional.of("no connection");
        }
        if (failure instanceof SSLException && !(failure instanceof SslClosedEngineException)) {
            return Optional.of("TLS failed");
        }
        // A connection that ends is told in many ways.
        if (failure instanceof IOException || failure instanceof Http2Exception) {
            return Optional.of("connection lost");
        }
        return Optional.empty();
    }
}

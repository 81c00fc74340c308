package dev.halley.push.ios;

import static java.util.stream.Collectors.toUnmodifiableSet;

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
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * Says what an answer of APNs means.
 *
 * @see <a
 *     href="https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns"
 *     >Apple on its answers</a>
 */
final class ApnsOutcomes {

    private static final String EXPIRED_PROVIDER_TOKEN = "ExpiredProviderToken";

    /** The reason after which a new provider token helps. */
    static final Optional<String> EXPIRED = Optional.of(EXPIRED_PROVIDER_TOKEN);

    private static final String BAD_DEVICE_TOKEN = "BadDeviceToken";

    /** The pause after trouble with provider tokens. Apple wants each to be used for at least 20 minutes. */
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
        /** This push alone is tried later. */
        LATER {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unavailable(reason);
            }
        },
        /** All pushes with this credential to this server are tried later. */
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
                // The configuration is wrong: only the operator can help.
                "BadCertificate",
                "BadCertificateEnvironment",
                "BadEnvironmentKeyIdInToken",
                "Forbidden",
                "InvalidProviderToken",
                "MissingProviderToken");
        kind(Kind.UNREGISTERED, BAD_DEVICE_TOKEN, "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered");
        // TooManyRequests concerns one device's token, UnrelatedKeyIdInToken this connection.
        kind(Kind.LATER, "IdleTimeout", "InternalServerError", "TooManyRequests", "UnrelatedKeyIdInToken");
        kind(Kind.ALL_LATER, "ServiceUnavailable", "Shutdown");
        kind(Kind.ALL_IN_A_MINUTE, EXPIRED_PROVIDER_TOKEN, "TooManyProviderTokenUpdates");
    }

    private static final String UNKNOWN_HOST = "unknown host";
    private static final String NO_CONNECTION = "no connection";
    private static final String TLS_FAILED = "TLS failed";
    private static final String CONNECTION_LOST = "connection lost";

    /** Apple's words, and ours for trouble on the way. */
    static final Set<String> REASONS = Stream.concat(
                    KINDS.keySet().stream(),
                    Stream.of(UNKNOWN_HOST, NO_CONNECTION, TLS_FAILED, CONNECTION_LOST, "too much to do"))
            .collect(toUnmodifiableSet());

    private ApnsOutcomes() {}

    private static void kind(Kind kind, String... reasons) {
        List.of(reasons).forEach(reason -> KINDS.put(reason, kind));
    }

    /**
     * Returns what a rejection means.
     *
     * @param reason Apple's word for it; if the word is unknown, the status decides
     * @param since since when the token has been invalid
     */
    static Outcome of(int status, Optional<String> reason, Optional<Instant> since) {
        // A reason that is not a single word might repeat anything, even the token.
        String word = reason.filter(text -> text.matches("[A-Za-z]{1,64}")).orElse(String.valueOf(status));
        return KINDS.getOrDefault(word, ofStatus(status)).outcome(word, since);
    }

    private static Kind ofStatus(int status) {
        if (status == 410) {
            return Kind.UNREGISTERED;
        }
        return status == 408 || status == 429 || status >= 500 || status < 300 ? Kind.LATER : Kind.REJECTED;
    }

    /** Returns the outcome if APNs finds a new provider token expired, too. */
    static Outcome expiredProviderToken() {
        return Kind.ALL_IN_A_MINUTE.outcome(EXPIRED_PROVIDER_TOKEN, Optional.empty());
    }

    /** Returns what APNs would answer to a malformed device token. */
    static Outcome malformedToken() {
        return new Outcome.Unregistered(BAD_DEVICE_TOKEN);
    }

    /** Names only the kind of trouble as the reason: an exception's message can hold anything. */
    static Outcome of(Throwable failure) {
        return new Outcome.Unavailable(Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .flatMap(cause -> kindOfTrouble(cause).stream())
                .findFirst()
                .orElse(failure.getClass().getSimpleName()));
    }

    private static Optional<String> kindOfTrouble(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return Optional.of(UNKNOWN_HOST);
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return Optional.of(NO_CONNECTION);
        }
        if (failure instanceof SSLException && !(failure instanceof SslClosedEngineException)) {
            return Optional.of(TLS_FAILED);
        }
        // Many exceptions report a connection that has ended.
        if (failure instanceof IOException || failure instanceof Http2Exception) {
            return Optional.of(CONNECTION_LOST);
        }
        return Optional.empty();
    }
}

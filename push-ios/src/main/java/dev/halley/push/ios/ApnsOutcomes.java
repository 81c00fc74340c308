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

    static final String TLS_FAILED = "TLS failed";

    private static final String BAD_DEVICE_TOKEN = "BadDeviceToken";
    private static final String DEVICE_TOKEN_NOT_FOR_TOPIC = "DeviceTokenNotForTopic";

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
        /** It is tried once more with its newest row alone. */
        TOO_LARGE {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.TooLarge(reason);
            }
        },
        /** Topics are the operator's word, and so this push is tried until its time is over. */
        IN_A_MINUTE {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return new Outcome.Unavailable(reason, Optional.of(MINUTE));
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
        },
        /** The credentials are refused: only the operator can help. */
        REFUSED {
            @Override
            Outcome outcome(String reason, Optional<Instant> since) {
                return ALL_IN_A_MINUTE.outcome(reason, since);
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
                "DuplicateHeaders",
                "InvalidPushType",
                "MethodNotAllowed",
                "MissingDeviceToken",
                "PayloadEmpty");
        kind(Kind.TOO_LARGE, "PayloadTooLarge");
        kind(Kind.IN_A_MINUTE, "BadTopic", "MissingTopic", "TopicDisallowed");
        kind(
                Kind.REFUSED,
                "BadCertificate",
                "BadCertificateEnvironment",
                "BadEnvironmentKeyIdInToken",
                EXPIRED_PROVIDER_TOKEN,
                "Forbidden",
                "InvalidProviderToken",
                "MissingProviderToken");
        kind(Kind.UNREGISTERED, BAD_DEVICE_TOKEN, DEVICE_TOKEN_NOT_FOR_TOPIC, "ExpiredToken", "Unregistered");
        // TooManyRequests concerns one device's token, UnrelatedKeyIdInToken this connection.
        kind(Kind.LATER, "IdleTimeout", "InternalServerError", "TooManyRequests", "UnrelatedKeyIdInToken");
        kind(Kind.ALL_LATER, "ServiceUnavailable", "Shutdown");
        kind(Kind.ALL_IN_A_MINUTE, "TooManyProviderTokenUpdates");
    }

    private static final String UNKNOWN_HOST = "unknown host";
    private static final String NO_CONNECTION = "no connection";
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
        String word = word(status, reason);
        return kind(status, word).outcome(word, since);
    }

    /** Returns whether a rejection is about the credentials, which all pushes have in common. */
    static boolean isRefusal(int status, Optional<String> reason) {
        return kind(status, word(status, reason)) == Kind.REFUSED;
    }

    /** Returns whether a reason may mean that many tokens are of another server or app. */
    static boolean isMismatch(Optional<String> reason) {
        return reason.equals(Optional.of(BAD_DEVICE_TOKEN)) || reason.equals(Optional.of(DEVICE_TOKEN_NOT_FOR_TOPIC));
    }

    private static Kind kind(int status, String word) {
        return KINDS.getOrDefault(word, ofStatus(status));
    }

    /** A reason that is not a single word might repeat anything, even the token. */
    private static String word(int status, Optional<String> reason) {
        return reason.filter(ApnsOutcomes::isWord).orElse(String.valueOf(status));
    }

    private static boolean isWord(String text) {
        return !text.isEmpty()
                && text.length() <= 64
                && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    }

    private static Kind ofStatus(int status) {
        if (status == 410) {
            return Kind.UNREGISTERED;
        }
        if (status == 403) {
            return Kind.REFUSED;
        }
        return status == 408 || status == 429 || status >= 500 || status < 300 ? Kind.LATER : Kind.REJECTED;
    }

    /**
     * Returns the outcome of a device token that is none. APNs would answer {@code BadDeviceToken}.
     *
     * @param form what it is instead, for counting
     */
    static Outcome malformedToken(String form) {
        return new Outcome.Unregistered(BAD_DEVICE_TOKEN + ": " + form);
    }

    /** Names only the kind of trouble as the reason: an exception's message can hold anything. */
    static Outcome of(Throwable failure) {
        return new Outcome.Unavailable(Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .flatMap(cause -> kindOfTrouble(cause).stream())
                .findFirst()
                .orElse(failure.getClass().getSimpleName()));
    }

    static boolean isOfTls(Outcome outcome) {
        return outcome instanceof Outcome.Unavailable unavailable
                && unavailable.reason().equals(TLS_FAILED);
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

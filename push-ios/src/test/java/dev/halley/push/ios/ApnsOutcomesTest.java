package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import dev.halley.testkit.Pushes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each reason of Apple's table, over the wire, and what is in no table. */
class ApnsOutcomesTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static RawApns apns;
    private static Pushes pushes;

    @BeforeAll
    static void start() throws Exception {
        apns = new RawApns(RawApns.Request::accept);
        pushes = IosPushes.to(apns.port());
    }

    @AfterAll
    static void stop() throws Exception {
        pushes.close();
        apns.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, BadCollapseId, rejected",
        "400, BadDeviceToken, unregistered",
        "400, BadExpirationDate, rejected",
        "400, BadMessageId, rejected",
        "400, BadPriority, rejected",
        "400, BadTopic, in a minute",
        "400, DeviceTokenNotForTopic, unregistered",
        "400, DuplicateHeaders, rejected",
        "400, IdleTimeout, later",
        "400, InvalidPushType, rejected",
        "400, MissingDeviceToken, rejected",
        "400, MissingTopic, in a minute",
        "400, PayloadEmpty, rejected",
        "400, TopicDisallowed, in a minute",
        "403, BadCertificate, all in a minute",
        "403, BadCertificateEnvironment, all in a minute",
        "403, BadEnvironmentKeyIdInToken, all in a minute",
        "403, ExpiredProviderToken, all in a minute",
        "403, Forbidden, all in a minute",
        "403, InvalidProviderToken, all in a minute",
        "403, MissingProviderToken, all in a minute",
        "403, UnrelatedKeyIdInToken, later",
        "404, BadPath, rejected",
        "405, MethodNotAllowed, rejected",
        "410, ExpiredToken, unregistered",
        "410, Unregistered, unregistered",
        "413, PayloadTooLarge, too large",
        "429, TooManyProviderTokenUpdates, all in a minute",
        "429, TooManyRequests, later",
        "500, InternalServerError, later",
        "503, ServiceUnavailable, all later",
        "503, Shutdown, all later",
    })
    void reason_hasItsOutcome(int status, String reason, String kind) throws Exception {
        apns.talk = request -> request.reject(status, reason);
        assertThat(pushes.send()).isEqualTo(outcome(kind, reason));
    }

    private static Outcome outcome(String kind, String reason) {
        return switch (kind) {
            case "rejected" -> new Outcome.Rejected(reason);
            case "too large" -> new Outcome.TooLarge(reason);
            case "unregistered" -> new Outcome.Unregistered(reason);
            case "later" -> new Outcome.Unavailable(reason);
            case "in a minute" -> new Outcome.Unavailable(reason, Optional.of(MINUTE));
            case "all later" -> new Outcome.Unavailable(reason, Optional.empty(), true);
            case "all in a minute" -> new Outcome.Unavailable(reason, Optional.of(MINUTE), true);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @ParameterizedTest
    @CsvSource({"Unregistered", "ExpiredToken"})
    void deadToken_isDeadSinceWhenAppleSays(String reason) throws Exception {
        apns.talk = request -> request.answer(410, "{\"reason\":\"" + reason + "\",\"timestamp\":1454948015990}");
        assertThat(pushes.send())
                .isEqualTo(new Outcome.Unregistered(reason, Optional.of(Instant.parse("2016-02-08T16:13:35.990Z"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"reason\":\"NewReason\"} | rejected | NewReason",
                "403 | {\"reason\":\"NewReason\"} | all in a minute | NewReason",
                "410 | {\"reason\":\"NewReason\"} | unregistered | NewReason",
                "429 | {\"reason\":\"NewReason\"} | later | NewReason",
                "500 | {\"reason\":\"NewReason\"} | later | NewReason",
                "403 | <html>Forbidden</html> | all in a minute | 403",
                "502 | <html>Bad gateway</html> | later | 502",
                "503 | {} | later | 503",
                "400 | {\"reason\":17} | rejected | 400",
                "400 | {\"reason\":\"Token 0123456789abcdef is bad\"} | rejected | 400",
                "404 | {\"reason\":null} | rejected | 404",
                "302 | {} | rejected | 302",
                "204 | {} | later | 204",
            })
    void whatIsInNoTable_countsAsItsStatusDoes(int status, String answer, String kind, String reason) throws Exception {
        apns.talk = request -> request.answer(status, answer);
        assertThat(pushes.send()).isEqualTo(outcome(kind, reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "410 | {\"reason\":\"Unregistered\",\"timestamp\":\"yesterday\"}",
                "410 | {\"reason\":\"Unregistered\",\"timestamp\":-1.5e300}",
                "410 | {\"reason\":\"Unregistered\",\"timestamp\":{}}",
            })
    void timestampThatIsNone_countsAsNone(int status, String answer) throws Exception {
        apns.talk = request -> request.answer(status, answer);
        assertThat(pushes.send()).isEqualTo(new Outcome.Unregistered("Unregistered"));
    }

    @Test
    void failure_isToldByItsKindAlone() {
        assertThat(ApnsOutcomes.of(new IOException("token 0123456789")))
                .isEqualTo(new Outcome.Unavailable("connection lost"));
        assertThat(ApnsOutcomes.of(new IllegalStateException("token 0123456789")))
                .isEqualTo(new Outcome.Unavailable("IllegalStateException"));
    }
}

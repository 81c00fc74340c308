package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Device;
import dev.halley.Outcome;
import dev.halley.standins.FcmStandIn;
import dev.halley.standins.FcmStandIn.Answer;
import dev.halley.testkit.Pushes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What FCM answers, over the wire. */
class FcmAnswerTest {

    private FcmStandIn fcm;
    private Pushes pushes;

    @BeforeEach
    void start() throws Exception {
        fcm = FcmPushes.standIn().start();
        pushes = FcmPushes.to(fcm);
    }

    @AfterEach
    void stop() {
        pushes.close();
        fcm.close();
    }

    @Test
    void accepted() throws Exception {
        assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
    }

    @Test
    void unregistered_isGone() throws Exception {
        assertOutcome(Answer.UNREGISTERED, new Outcome.Unregistered("404 UNREGISTERED"));
    }

    @Test
    void notFoundOfAnotherKind_isTheOperatorsFault_soAllWait() throws Exception {
        assertOutcome(Answer.error(404, "NOT_FOUND", ""), refused("404 NOT_FOUND"));
        assertOutcome(new Answer(404, Map.of(), "<html>Not found</html>"), refused("404"));
    }

    @Test
    void senderIdMismatch_isGone() throws Exception {
        assertOutcome(
                Answer.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
                new Outcome.Unregistered("403 SENDER_ID_MISMATCH"));
    }

    /** It was told once for ever, and one customer's wrong token could use that up. */
    @Test
    void senderIdMismatch_isTold_onceAnHour() throws Exception {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        Instant began = Instant.now();
        AtomicLong minutes = new AtomicLong();
        fcm.lifetime(Duration.ofDays(1));
        try (Pushes then = FcmPushes.of(
                Map.of("push.provider.told", FcmPushes.options(fcm, Map.of("fcm.project", "told-project"))),
                FcmPushes.factory(() -> began.plus(Duration.ofMinutes(minutes.get()))))) {
            for (int i = 0; i < 4; i++) {
                fcm.next(Answer.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"));
                then.send(new Device("fcm", "phone", "told", "", false), "Hello");
                minutes.addAndGet(30);
            }
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString(UTF_8).lines())
                .filteredOn(line -> line.endsWith("The project is told-project"))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "401, UNAUTHENTICATED, ''",
        "403, PERMISSION_DENIED, ''",
        "403, PERMISSION_DENIED, SERVICE_DISABLED",
        "407, PROXY, ''"
    })
    void credentialsThatAreRefused_areTheOperatorsFault_soAllWait(int status, String name, String code)
            throws Exception {
        fcm.otherwise(Answer.error(status, name, code));
        assertThat(pushes.send()).isEqualTo(refused(status + " " + (code.isEmpty() ? name : code)));
    }

    @Test
    void credentialsThatAreRefused_areLogged_onceForEachOutage() throws Exception {
        String logged = FcmPushes.logged(() -> {
            for (int i = 0; i < 2; i++) {
                fcm.otherwise(Answer.error(403, "PERMISSION_DENIED", ""));
                pushes.send();
                pushes.send();
                fcm.otherwise(Answer.ACCEPTED);
                pushes.send();
            }
        });
        assertThat(logged.lines().filter(line -> line.contains("WARN")))
                .hasSize(2)
                .allMatch(line -> line.contains("403 PERMISSION_DENIED") && line.contains(FcmStandIn.PROJECT));
    }

    @Test
    void invalidArgument_isFinal_andKeepsTheToken() throws Exception {
        assertOutcome(
                Answer.error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
                new Outcome.Rejected("400 INVALID_ARGUMENT"));
        assertOutcome(Answer.violation("message.data"), new Outcome.Rejected("400 INVALID_ARGUMENT"));
    }

    @Test
    void invalidToken_isGone() throws Exception {
        assertOutcome(Answer.violation("message.token"), new Outcome.Unregistered("400 INVALID_ARGUMENT"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The registration token is not a valid FCM registration token | true",
                "the registration token is not a valid FCM registration token. | true",
                "The registration token is invalid | true",
                "Invalid registration token provided | true",
                "Request contains an invalid argument. | false",
                "Message says: The registration token is not a valid FCM registration token | false"
            })
    void invalidToken_inWordsAlone_isGone(String words, boolean isGone) throws Exception {
        Answer answer = new Answer(
                400,
                Map.of(),
                "{\"error\":{\"code\":400,\"message\":\"" + words + "\",\"status\":\"INVALID_ARGUMENT\","
                        + "\"details\":[{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\","
                        + "\"errorCode\":\"INVALID_ARGUMENT\"}]}}");
        assertOutcome(
                answer,
                isGone
                        ? new Outcome.Unregistered("400 INVALID_ARGUMENT")
                        : new Outcome.Rejected("400 INVALID_ARGUMENT"));
    }

    @Test
    void tokensThatFcmDoesNotKnowAsItsOwn_areToldOnce_inWhichForm() throws Exception {
        String ofApns = "0123456789abcdef".repeat(4);
        String logged = FcmPushes.logged(() -> {
            for (int i = 0; i < 2; i++) {
                fcm.next(Answer.violation("message.token"));
                assertThat(pushes.send(Device.of("fcm", ofApns), "Hello"))
                        .isEqualTo(new Outcome.Unregistered("400 INVALID_ARGUMENT"));
            }
        });
        assertThat(logged.lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("a token of APNs", FcmStandIn.PROJECT)
                .doesNotContain(ofApns);
    }

    @Test
    void thirdPartyAuthError_isForThisPushAlone_andFetchesNoOtherToken() throws Exception {
        String logged = FcmPushes.logged(() -> {
            for (int i = 0; i < 2; i++) {
                assertOutcome(
                        Answer.error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
                        unavailable("401 THIRD_PARTY_AUTH_ERROR"));
            }
        });
        assertThat(fcm.fetches()).isEqualTo(1);
        assertThat(fcm.requests()).isEqualTo(2);
        assertThat(logged.lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("THIRD_PARTY_AUTH_ERROR");
    }

    @ParameterizedTest
    @CsvSource({
        "device:t, , false",
        "device:t, device:t, false",
        "device:t, project:stand-in-1234, true",
        "project:stand-in-1234, , true",
    })
    void tooManyForADevice_holdBackThatDeviceAlone(String subject, String another, boolean forAll) throws Exception {
        StringBuilder violations = new StringBuilder("{\"subject\":\"" + subject + "\",\"description\":\"d\"}");
        if (another != null) {
            violations.append(",{\"subject\":\"").append(another).append("\"}");
        }
        assertOutcome(
                new Answer(
                        429,
                        Map.of(),
                        "{\"error\":{\"code\":429,\"message\":\"Resource has been exhausted (e.g. check quota).\","
                                + "\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
                                + "\"type.googleapis.com/google.firebase.fcm.v1.FcmError\",\"errorCode\":"
                                + "\"QUOTA_EXCEEDED\"},{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\","
                                + "\"violations\":[" + violations + "]}]}}"),
                new Outcome.Unavailable("429 QUOTA_EXCEEDED", Optional.of(Duration.ofSeconds(60)), forAll));
    }

    @Test
    void tooMany_pausesAll_forAMinute() throws Exception {
        assertOutcome(
                Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
                new Outcome.Unavailable("429 QUOTA_EXCEEDED", Optional.of(Duration.ofSeconds(60)), true));
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "0, 0", "90000, 86400", "99999999999999999999, 86400", "soon, 60", "-1, 60"})
    void tooMany_pausesAll_forAsLongAsItSays(String retryAfter, int seconds) throws Exception {
        assertOutcome(
                Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED").with("Retry-After", retryAfter),
                new Outcome.Unavailable("429 QUOTA_EXCEEDED", Optional.of(Duration.ofSeconds(seconds)), true));
    }

    @ParameterizedTest
    @CsvSource({"120, 120", "-120, 0"})
    void retryAfter_mayBeADate(int later, int seconds) throws Exception {
        Instant now = Instant.parse("2026-02-03T04:05:06Z");
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                now.plusSeconds(later).atOffset(ZoneOffset.UTC));
        try (Pushes then = FcmPushes.of(
                Map.of("push.provider.fcm", FcmPushes.options(fcm, Map.of())),
                FcmPushes.factory(InstantSource.fixed(now)))) {
            fcm.lifetime(Duration.ofDays(10_000));
            fcm.next(Answer.error(503, "UNAVAILABLE", "UNAVAILABLE")
                    .with("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)))
                    .with("Retry-After", date));
            assertThat(then.send())
                    .isEqualTo(new Outcome.Unavailable(
                            "503 UNAVAILABLE", Optional.of(Duration.ofSeconds(seconds)), false));
        }
    }

    @ParameterizedTest
    @CsvSource({"500, INTERNAL", "502, BAD_GATEWAY", "503, UNAVAILABLE", "504, DEADLINE_EXCEEDED"})
    void trouble_waitsForTenSeconds_orForAsLongAsItSays(int status, String name) throws Exception {
        String reason = status + " " + name;
        assertOutcome(
                Answer.error(status, name, ""),
                new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(10)), false));
        assertOutcome(
                Answer.error(status, name, "").with("Retry-After", "33"),
                new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(33)), false));
    }

    @Test
    void redirects_areNotFollowed() throws Exception {
        assertOutcome(new Answer(302, Map.of("Location", fcm.url() + "/other"), ""), new Outcome.Rejected("302"));
        assertThat(fcm.requests()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "[[[[[[",
                "{\"error\":",
                "{\"error\":{\"status\":7,\"details\":{}}}",
                "{\"error\":\"UNREGISTERED\"}",
                "{\"details\":[{\"errorCode\":\"UNREGISTERED\"}]}",
                "{\"error\":{\"details\":[{\"errorCode\":\"a secret\"}],\"status\":\"and\\nanother\"}}",
                "\u0000\u0001"
            })
    void nonsenseOfAnError_isOnlyItsStatus(String body) throws Exception {
        assertOutcome(new Answer(400, Map.of(), body), new Outcome.Rejected("400"));
    }

    @Test
    void answerWithoutEnd_isNotReadOn_andFinalForNobody() throws Exception {
        assertOutcome(Answer.endless(404), unavailable("connection lost"));
        assertOutcome(Answer.endless(429), new Outcome.Unavailable("429", Optional.of(Duration.ofSeconds(60)), true));
        assertOutcome(Answer.endless(200), new Outcome.Accepted());
    }

    @Test
    void errorOfAnotherOrder_isRead() throws Exception {
        assertOutcome(
                new Answer(
                        404,
                        Map.of(),
                        "{\"x\":{\"status\":\"NO\"},\"error\":{\"details\":[{\"y\":[{}]},"
                                + "{\"errorCode\":\"UNREGISTERED\",\"@type\":\"t\"}],"
                                + "\"message\":\"m\",\"status\":\"NOT_FOUND\"},\"z\":1}"),
                new Outcome.Unregistered("404 UNREGISTERED"));
    }

    @Test
    void silence_isUnavailable() throws Exception {
        assertOutcome(Answer.SILENCE, unavailable("timeout"));
    }

    @Test
    void streamThatIsReset_mayHaveBeenTaken_soTheEngineDecides() throws Exception {
        assertOutcome(Answer.STREAM_RESET, unavailable("connection lost"));
        assertThat(fcm.requests()).isEqualTo(1);
    }

    @Test
    void streamThatIsRefused_isSentAgainAtOnce() throws Exception {
        assertOutcome(Answer.STREAM_REFUSED, new Outcome.Accepted());
        assertThat(fcm.requests()).isEqualTo(2);
        assertThat(fcm.doubles()).isZero();
    }

    @Test
    void streamsThatAreAlwaysRefused_areUnavailable() throws Exception {
        fcm.otherwise(Answer.STREAM_REFUSED);
        assertThat(pushes.send()).isEqualTo(unavailable("connection lost"));
        assertThat(fcm.requests()).isEqualTo(4);
    }

    @Test
    void connectionThatIsCut_isUnavailable_andTheNextPushHasAnother() throws Exception {
        assertOutcome(Answer.CONNECTION_CUT, unavailable("connection lost"));
        assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
    }

    @Test
    void close_settlesWhatIsInFlight() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (FcmStandIn silent =
                FcmPushes.standIn().received(push -> arrived.countDown()).start()) {
            silent.otherwise(Answer.SILENCE);
            Pushes open = FcmPushes.to(silent);
            var sent = open.begin(Pushes.KEY, FcmPushes.PHONE, "Hello");
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            open.close();
            assertThat(sent.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.Unavailable.class);
        }
    }

    @Test
    void moreThanTheServersStreams_waits() throws Exception {
        try (FcmStandIn small = FcmPushes.standIn()
                        .streams(5)
                        .delay(Duration.ofMillis(20))
                        .start();
                Pushes many = FcmPushes.patient(small)) {
            var sent = IntStream.range(0, 500)
                    .mapToObj(i -> many.begin("chat_1_" + i, FcmPushes.PHONE, "Hello"))
                    .toList();
            for (var one : sent) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Accepted());
            }
            assertThat(small.doubles()).isZero();
        }
    }

    private static Outcome refused(String reason) {
        return new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(60)), true);
    }

    private static Outcome unavailable(String reason) {
        return new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(10)), false);
    }

    private void assertOutcome(Answer answer, Outcome expected) throws Exception {
        fcm.next(answer);
        assertThat(pushes.send()).isEqualTo(expected);
    }
}

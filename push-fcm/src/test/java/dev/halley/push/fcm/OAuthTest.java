package dev.halley.push.fcm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.halley.OptionException;
import dev.halley.Outcome;
import dev.halley.standins.FcmStandIn;
import dev.halley.standins.FcmStandIn.Answer;
import dev.halley.standins.FcmStandIn.Push;
import dev.halley.testkit.Pushes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OAuthTest {

    private final ConcurrentLinkedQueue<Push> arrived = new ConcurrentLinkedQueue<>();
    private volatile Instant now = Instant.now();
    private FcmStandIn fcm;

    @BeforeEach
    void start() throws Exception {
        fcm = FcmPushes.standIn().received(arrived::add).start();
    }

    @AfterEach
    void stop() {
        fcm.close();
    }

    @Test
    void tokenOfTheServiceAccount_comesFromItsTokenUri_once() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(fcm.fetches()).as("at the start").isZero();
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(arrived).extracting(Push::authorization).containsOnly("Bearer token-1");
            assertThat(arrived)
                    .extracting(Push::path)
                    .containsOnly("/v1/projects/" + FcmStandIn.PROJECT + "/messages:send");
            assertThat(fcm.fetches()).isEqualTo(1);
        }
    }

    @Test
    void twoHundredSends_whileThereIsNoTokenYet_fetchOne() throws Exception {
        fcm.oauthDelay(Duration.ofMillis(500));
        try (Pushes pushes = open(Map.of())) {
            assertAccepted(sends(pushes, 200));
            assertThat(fcm.fetches()).isEqualTo(1);
            assertThat(fcm.doubles()).isZero();
        }
    }

    @Test
    void twoHundredSends_whileTheTokenIsRefreshed_fetchOne_andWaitForNothing() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            now = now.plus(Duration.ofMinutes(56));
            fcm.oauthDelay(Duration.ofSeconds(3));
            assertAccepted(sends(pushes, 200));
            assertThat(arrived).extracting(Push::authorization).containsOnly("Bearer token-1");
            await().until(() -> fcm.fetches() == 2);
            assertAccepted(sends(pushes, 200));
            assertThat(fcm.fetches()).isEqualTo(2);
        }
    }

    @Test
    void twoHundredSends_afterTheTokenHasEnded_fetchOne() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            now = now.plus(Duration.ofMinutes(61));
            fcm.oauthDelay(Duration.ofMillis(500));
            assertAccepted(sends(pushes, 200));
            assertThat(fcm.fetches()).isEqualTo(2);
            assertThat(arrived.stream().skip(1)).extracting(Push::authorization).containsOnly("Bearer token-2");
        }
    }

    @Test
    void refusedToken_isFetchedAnew_andThePushIsSentAgain_forTheSame() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            fcm.revoke();
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            List<Push> all = List.copyOf(arrived);
            assertThat(all)
                    .extracting(Push::authorization)
                    .containsExactly("Bearer token-1", "Bearer token-1", "Bearer token-2");
            assertThat(all.get(2).body()).isEqualTo(all.get(1).body());
            assertThat(all.get(2).key()).isEqualTo(Pushes.KEY);
        }
    }

    @Test
    void twoHundredSends_withARefusedToken_fetchOne() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            fcm.revoke();
            fcm.oauthDelay(Duration.ofMillis(500));
            assertAccepted(sends(pushes, 200));
            assertThat(fcm.fetches()).isEqualTo(2);
        }
    }

    @Test
    void tokensThatAreAlwaysRefused_areUnavailable_afterOneMore() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            fcm.otherwise(Answer.error(401, "UNAUTHENTICATED", ""));
            assertThat(pushes.send()).isEqualTo(refused("401 UNAUTHENTICATED"));
            assertThat(fcm.fetches()).isEqualTo(2);
            assertThat(fcm.requests()).isEqualTo(2);
        }
    }

    @Test
    void noToken_isUnavailable_andIsNotAskedForAgainAtOnce() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            fcm.oauth(new Answer(500, Map.of(), "secret"));
            assertThat(pushes.send()).isEqualTo(unavailable("OAuth 500"));
            assertThat(pushes.send()).isEqualTo(unavailable("OAuth 500"));
            assertThat(fcm.fetches()).isEqualTo(1);
            fcm.oauth(Answer.ACCEPTED);
            now = now.plus(AccessTokens.PAUSE);
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_grant, OAuth 400 invalid_grant",
        "401, invalid_client, OAuth 401 invalid_client",
        "400, a secret, OAuth 400",
        "403, '', OAuth 403"
    })
    void credentialsThatGoogleRefuses_areTheOperatorsFault_soAllWait_andTheLogHasTheCode(
            int status, String code, String reason) throws Exception {
        fcm.oauth(new Answer(
                status, Map.of(), "{\"error\":\"" + code + "\",\"error_description\":\"Invalid JWT: hunter2\"}"));
        String logged = FcmPushes.logged(() -> {
            try (Pushes pushes = open(Map.of())) {
                assertThat(pushes.send()).isEqualTo(refused(reason));
                assertThat(pushes.send()).isEqualTo(refused(reason));
            }
        });
        assertThat(logged.lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains(reason, FcmStandIn.PROJECT)
                .doesNotContain("hunter2", "secret", "clock");
    }

    @ParameterizedTest
    @CsvSource({"3600, 1 h 0 min ahead of", "-150, 2 min behind", "30, ''"})
    void clockThatDiffers_isNamed_beyondAMinute(int ahead, String words) throws Exception {
        Instant there = Instant.now();
        now = there.plusSeconds(ahead);
        fcm.oauth(new Answer(400, Map.of(), "{\"error\":\"invalid_grant\"}")
                .with("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(there.atOffset(ZoneOffset.UTC))));
        String logged = FcmPushes.logged(() -> {
            try (Pushes pushes = open(Map.of())) {
                assertThat(pushes.send()).isEqualTo(refused("OAuth 400 invalid_grant"));
            }
        });
        if (words.isEmpty()) {
            assertThat(logged).contains("WARN").doesNotContain("clock");
        } else {
            assertThat(logged).contains("clock is " + words);
        }
    }

    @Test
    void oldToken_isGoodToItsEnd_whenThereIsNoOther() throws Exception {
        try (Pushes pushes = open(Map.of())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            fcm.oauth(new Answer(503, Map.of(), ""));
            now = now.plus(Duration.ofMinutes(59));
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            now = now.plus(Duration.ofMinutes(1));
            assertThat(pushes.send()).isEqualTo(unavailable("OAuth 503"));
        }
    }

    @Test
    void tokenServerThatIsSilent_holdsNobodyUpForLong() throws Exception {
        fcm.oauth(Answer.SILENCE);
        try (Pushes pushes = open(Map.of())) {
            var sent = pushes.begin(Pushes.KEY, FcmPushes.PHONE, "Hello");
            assertThat(sent).isNotDone();
            assertThat(sent.get(20, TimeUnit.SECONDS)).isEqualTo(unavailable("OAuth GoogleAuthException"));
        }
    }

    @Test
    void keyFileThatIsReplaced_isUsedWithoutARestart_onceGoogleTakesIt() throws Exception {
        try (FcmStandIn other = FcmPushes.standIn().start()) {
            Path file = FcmPushes.credentials(fcm);
            String logged = FcmPushes.logged(() -> {
                try (Pushes pushes = open(Map.of("fcm.credentials", file.toString()))) {
                    assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
                    String good = Files.readString(file);

                    // Half a file, then a key that Google refuses: what was there before is used on.
                    for (String bad : List.of(good.substring(0, 100), replaceKey(good, other))) {
                        Files.writeString(file, bad);
                        now = now.plus(Reread.PAUSE);
                        int before = fcm.fetches();
                        assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
                        if (!bad.equals(good.substring(0, 100))) {
                            await().until(() -> fcm.fetches() > before);
                        }
                        assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
                    }
                    assertThat(arrived).extracting(Push::authorization).containsOnly("Bearer token-1");

                    Files.writeString(file, good + "\n");
                    now = now.plus(Reread.PAUSE);
                    await().untilAsserted(() -> {
                        assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
                        assertThat(arrived).extracting(Push::authorization).contains("Bearer token-3");
                    });
                }
            });
            assertThat(logged.lines().filter(line -> line.contains("WARN")))
                    .hasSize(2)
                    .allMatch(line -> line.contains("the old") && line.contains("used on"));
        }
    }

    private static String replaceKey(String file, FcmStandIn other) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode replaced = (ObjectNode) json.readTree(file);
        replaced.set(
                "private_key",
                json.readTree(Files.readString(FcmPushes.credentials(other))).get("private_key"));
        return json.writeValueAsString(replaced);
    }

    @Test
    void validateOnly_startsWithCredentialsThatAreAccepted_andPushesToNobody() throws Exception {
        open(Map.of("validate_only", "true")).close();
        assertThat(arrived).hasSize(1);
        assertThat(arrived.element().at("/validate_only")).isEqualTo("true");
        assertThat(fcm.accepted()).isZero();
    }

    @Test
    void validateOnly_refusesCredentialsThatGoogleRefuses() throws Exception {
        fcm.oauth(new Answer(400, Map.of(), "{\"error\":\"invalid_grant\",\"error_description\":\"secret\"}"));
        assertRefused("Google refuses it: OAuth 400 invalid_grant");
    }

    @Test
    void validateOnly_refusesCredentialsThatFcmRefuses() throws Exception {
        fcm.otherwise(Answer.error(403, "PERMISSION_DENIED", ""));
        assertRefused("Google refuses it: 403 PERMISSION_DENIED");
    }

    @Test
    void validateOnly_startsWhenNobodyKnows() throws Exception {
        fcm.otherwise(Answer.error(503, "UNAVAILABLE", ""));
        open(Map.of("validate_only", "true")).close();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        open(Map.of("validate_only", "true", "fcm.url", "https://localhost:" + port))
                .close();
    }

    private void assertRefused(String why) throws IOException {
        Path file = FcmPushes.credentials(fcm);
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> open(Map.of("validate_only", "true", "fcm.credentials", file.toString())))
                .withMessage("[push.provider.fcm] fcm.credentials = '" + file + "' (" + why + "): accepted is "
                        + Accounts.CREDENTIALS_ACCEPTED);
        assertThat(Files.readString(file)).contains("PRIVATE KEY");
    }

    private Pushes open(Map<String, String> more) throws IOException {
        return FcmPushes.of(Map.of("push.provider.fcm", FcmPushes.options(fcm, more)), FcmPushes.factory(() -> now));
    }

    private static List<CompletableFuture<Outcome>> sends(Pushes pushes, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> pushes.begin("chat_2_" + i, FcmPushes.PHONE, "Hello"))
                .toList();
    }

    private static void assertAccepted(List<CompletableFuture<Outcome>> sent) throws Exception {
        for (CompletableFuture<Outcome> one : sent) {
            assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Accepted());
        }
    }

    private static Outcome refused(String reason) {
        return new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(60)), true);
    }

    private static Outcome unavailable(String reason) {
        return new Outcome.Unavailable(reason, Optional.of(Duration.ofSeconds(10)), false);
    }
}

package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.Outcome;
import dev.halley.push.ios.RawApns.Request;
import dev.halley.testkit.Pushes;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that does not behave. Each push has a second. */
class TroubleTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(3);
    private static final Outcome ACCEPTED = new Outcome.Accepted();
    private static final Outcome EXPIRED =
            new Outcome.Unavailable("ExpiredProviderToken", Optional.of(Duration.ofMinutes(1)), true);

    private RawApns apns;
    private Pushes pushes;

    @BeforeEach
    void start() throws Exception {
        apns = new RawApns(Request::accept);
        pushes = IosPushes.to(apns.port(), TIME_LIMIT);
    }

    @AfterEach
    void stop() {
        pushes.close();
        apns.close();
    }

    // A provider token that has expired

    @Test
    void expiredProviderToken_isReplacedAtOnce() throws Exception {
        apns.talk = request -> {
            if (request.connection() == 1) {
                request.reject(403, "ExpiredProviderToken");
            } else {
                request.accept();
            }
        };
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(apns.connectionOfEach()).containsExactly(1, 2);
        assertThat(apns.requests)
                .extracting(Request::id)
                .containsOnly(apns.requests.get(0).id());
        assertThat(apns.requests)
                .extracting(Request::body)
                .containsOnly(apns.requests.get(0).body());
    }

    @Test
    void expiredProviderToken_isReplacedOnce() throws Exception {
        apns.talk = request -> request.reject(403, "ExpiredProviderToken");
        assertThat(pushes.send()).isEqualTo(EXPIRED);
        assertThat(apns.connectionOfEach()).containsExactly(1, 2);

        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
    }

    @Test
    void expiredProviderToken_takesAllThatAreOnTheWayAlong_andOneNewConnectionServesThem() throws Exception {
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        List<Request> held = new ArrayList<>();
        apns.talk = request -> {
            if (request.connection() > 1) {
                request.accept();
                return;
            }
            held.add(request);
            if (held.size() == 100) {
                held.subList(50, 100).forEach(one -> one.reject(403, "ExpiredProviderToken"));
            }
        };
        assertAll(ask(100), ACCEPTED);
        assertThat(apns.connections).hasValue(2);
        assertThat(apns.requests).hasSize(201);
    }

    @Test
    void expiredProviderToken_again_settlesAllAtOnce() throws Exception {
        List<Request> held = new ArrayList<>();
        apns.talk = request -> {
            held.add(request);
            if (held.size() == 100) {
                held.forEach(one -> one.reject(403, "ExpiredProviderToken"));
                held.clear();
            }
        };
        assertThat(ask(1)).hasSize(1);
        assertAll(ask(99), EXPIRED);
        assertThat(apns.connections.get()).isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"InvalidProviderToken", "ExpiredProviderToken", "Forbidden"})
    void credentialsThatAreRefused_areToldOnceInEachOutage_andTheClockIfItDiffers(String reason) throws Exception {
        Instant there = Instant.now().minus(Duration.ofHours(1));
        try (Logged logged = new Logged()) {
            for (int outage = 1; outage <= 2; outage++) {
                apns.talk = request -> request.rejectAt(there, 403, reason);
                for (int i = 0; i < 2; i++) {
                    assertThat(pushes.send())
                            .isEqualTo(new Outcome.Unavailable(reason, Optional.of(Duration.ofMinutes(1)), true));
                }
                apns.talk = Request::accept;
                assertThat(pushes.send()).isEqualTo(ACCEPTED);
                assertThat(logged.warnings())
                        .hasSize(outage)
                        .allMatch(line -> line.contains(reason)
                                && line.contains("127.0.0.1:" + apns.port())
                                && line.contains("clock is 1 h 0 min ahead of"));
            }
        }
    }

    // A relay that insists on ALPN

    @Test
    void serverThatInsistsOnAlpn_isSpokenTo() throws Exception {
        try (RawApns strict = new RawApns(0, Request::accept, true);
                Pushes toStrict = IosPushes.to(strict.port(), TIME_LIMIT)) {
            assertThat(toStrict.send()).isEqualTo(ACCEPTED);
        }
    }

    // Silence

    @Test
    void serverThatNeverAnswers_timesOut_andIsAskedOnANewConnection() throws Exception {
        apns.talk = request -> {};
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("timeout"));
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(apns.connectionOfEach()).containsExactly(1, 2);
    }

    @Test
    void serverThatNeverAnswersOne_keepsItsConnection() throws Exception {
        apns.talk = request -> {
            if (!request.body().contains("forgotten")) {
                request.accept();
            }
        };
        CompletableFuture<Outcome> forgotten = pushes.begin("key_1_0", IosPushes.DEVICE, "forgotten");
        await().until(() -> apns.requests.size() == 1);
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(forgotten.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Unavailable("timeout"));
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(apns.connections).hasValue(1);
    }

    @Test
    void serverThatForgetsAsMuchAsThereIsRoom_isLeft() throws Exception {
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        apns.talk = request -> {};
        List<CompletableFuture<Outcome>> forgotten = ask(Gateway.MOST_ON_THE_LINE + 10);
        for (CompletableFuture<Outcome> one : forgotten) {
            assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Unavailable.class);
        }
        assertThat(apns.connectionOfEach())
                .filteredOn(connection -> connection == 1)
                .as("the first, and as much as there is room for")
                .hasSizeLessThanOrEqualTo(1 + Gateway.MOST_ON_THE_LINE);

        apns.talk = Request::accept;
        await().until(() -> pushes.send().equals(ACCEPTED));
        assertThat(apns.connections.get()).isGreaterThan(1);
    }

    @Test
    void hostThatTakesConnectionsAndIsSilent_isUnavailable_andNothingIsSentToItLater() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Pushes toSilent = IosPushes.to(silent.getLocalPort(), TIME_LIMIT)) {
            List<CompletableFuture<Outcome>> asked = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                asked.add(toSilent.begin("key_1_" + i, IosPushes.DEVICE, "Hello"));
            }
            assertAll(asked, new Outcome.Unavailable("no connection"));
        }
    }

    // Away

    @Test
    void serverThatIsNotThere_isUnavailable() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (Pushes nowhere = IosPushes.to(port, TIME_LIMIT)) {
            assertThat(nowhere.send()).isEqualTo(new Outcome.Unavailable("no connection"));
        }
    }

    @Test
    void hostThatHasNoAddress_isUnavailable() throws Exception {
        Map<String, String> access = IosPushes.with(IosPushes.access(9), "apple.host", "nowhere.invalid");
        try (Pushes nowhere = IosPushes.of(Map.of("push", access), TIME_LIMIT)) {
            assertThat(nowhere.send())
                    .isIn(new Outcome.Unavailable("unknown host"), new Outcome.Unavailable("no connection"));
        }
    }

    @Test
    void serverThatNobodyTrusts_isUnavailable() throws Exception {
        Map<String, String> access = new HashMap<>(IosPushes.access(apns.port()));
        access.remove("apple.trusted");
        try (Pushes stranger = IosPushes.of(Map.of("push", access), TIME_LIMIT)) {
            assertThat(stranger.send()).isEqualTo(new Outcome.Unavailable("TLS failed"));
        }
        assertThat(apns.requests).isEmpty();
    }

    @Test
    void serverOfAnotherName_isUnavailable() throws Exception {
        Map<String, String> access = IosPushes.with(IosPushes.access(apns.port()), "apple.host", "0.0.0.0");
        try (Pushes stranger = IosPushes.of(Map.of("push", access), TIME_LIMIT)) {
            assertThat(stranger.send()).isEqualTo(new Outcome.Unavailable("TLS failed"));
        }
        assertThat(apns.requests).isEmpty();
    }

    @Test
    void whoHasGivenUp_isNotSentToWhenTheServerIsBack() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (Pushes away = IosPushes.to(port, TIME_LIMIT)) {
            List<CompletableFuture<Outcome>> asked = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                asked.add(away.begin("early_1_" + i, IosPushes.DEVICE, "early"));
            }
            assertAll(asked, new Outcome.Unavailable("no connection"));
            try (RawApns back = new RawApns(port, Request::accept)) {
                await().until(() -> away.send().equals(ACCEPTED));
                assertThat(back.requests).noneMatch(request -> request.body().contains("early"));
            }
        }
    }

    @Test
    void whoWasToMakeTheNextConnectionAndHasGivenUp_isNotSentToWhenTheServerIsBack() throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        int port = server.getLocalPort();
        try (Pushes away = IosPushes.to(port, Duration.ofMillis(500))) {
            List<CompletableFuture<Outcome>> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(away.begin("early_1_" + i, IosPushes.DEVICE, "early"));
            }
            server.accept().close();
            server.close();
            for (CompletableFuture<Outcome> one : asked) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Unavailable.class);
            }
            try (RawApns back = new RawApns(port, Request::accept)) {
                await().until(() -> away.send().equals(ACCEPTED));
                assertThat(back.requests).noneMatch(request -> request.body().contains("early"));
            }
        }
    }

    @Test
    void whoHasNotGivenUp_isSentToOnTheNextConnection() throws Exception {
        Duration limit = Duration.ofSeconds(3);
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        int port = server.getLocalPort();
        try (Pushes toSilent = IosPushes.to(port, limit)) {
            CompletableFuture<Outcome> early = toSilent.begin("key_1_1", IosPushes.DEVICE, "early");
            try (Socket silent = server.accept()) {
                server.close();
                await().pollDelay(limit.dividedBy(2)).until(() -> silent.isConnected());
                CompletableFuture<Outcome> late = toSilent.begin("key_1_2", IosPushes.DEVICE, "late");
                try (RawApns back = new RawApns(port, Request::accept)) {
                    assertThat(early.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Unavailable("no connection"));
                    assertThat(late.get(20, TimeUnit.SECONDS)).isEqualTo(ACCEPTED);
                    assertThat(back.requests).hasSize(1);
                }
            }
        }
    }

    // Nonsense

    @Test
    void connectionThatIsReset_losesWhatIsOnTheWay_andIsMadeAgain() throws Exception {
        apns.talk = Request::resetConnection;
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("connection lost"));
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
    }

    @Test
    void goAway_isUnavailable_andTheConnectionIsMadeAgain() throws Exception {
        apns.talk = Request::goAway;
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("connection lost"));
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(apns.connections).hasValue(2);
    }

    @Test
    void connectionThatWasMadeAgain_carriesManyAtATime() throws Exception {
        apns.talk = Request::goAway;
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("connection lost"));
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        List<Request> held = new ArrayList<>();
        apns.talk = request -> {
            held.add(request);
            if (held.size() == 10) {
                held.forEach(Request::accept);
            }
        };
        assertAll(ask(10), ACCEPTED);
    }

    @Test
    void streamThatIsReset_isUnavailable() throws Exception {
        apns.talk = Request::resetStream;
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("connection lost"));
    }

    @Test
    void nonsenseInsteadOfFrames_isUnavailable() throws Exception {
        apns.talk = Request::writeNonsense;
        assertThat(pushes.send()).isInstanceOf(Outcome.Unavailable.class);
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"reason\":\"Unregistered\",\"timestamp\":null}", "[]", "{\"reason\":", "\u0000"})
    void nonsenseInAnAnswer_isNoException(String answer) throws Exception {
        apns.talk = request -> request.answer(500, answer);
        assertThat(pushes.send()).isInstanceOf(Outcome.Unavailable.class);
        apns.talk = Request::accept;
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
    }

    @Test
    void rejectionWithoutABody_isUnavailable() throws Exception {
        apns.talk = request -> request.answer(400, "");
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("connection lost"));
    }

    // The end

    @Test
    void close_settlesWhatIsOnTheWayAndWhatWaits() throws Exception {
        pushes.close();
        pushes = IosPushes.to(apns.port(), Duration.ofSeconds(60));
        assertThat(pushes.send()).isEqualTo(ACCEPTED);
        apns.talk = request -> {};
        List<CompletableFuture<Outcome>> asked = ask(Gateway.MOST_ON_THE_LINE + 10);
        await().until(() -> apns.requests.size() > Gateway.MOST_ON_THE_LINE);
        pushes.close();
        assertAll(asked, new Outcome.Unavailable("closed"));
        assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("closed"));
    }

    @Test
    void whatIsTooMuch_isUnavailableAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Pushes toSilent = IosPushes.to(silent.getLocalPort(), Duration.ofSeconds(60))) {
            var payload = toSilent.provider()
                    .format(toSilent.notification(Pushes.KEY, IosPushes.DEVICE, "Hello"), IosPushes.DEVICE);
            for (int i = 0; i < 10_001; i++) {
                var unused = toSilent.provider().send(payload, IosPushes.DEVICE);
            }
            assertThat(toSilent.send()).isEqualTo(new Outcome.Unavailable("too much to do"));
        }
    }

    private List<CompletableFuture<Outcome>> ask(int count) {
        List<CompletableFuture<Outcome>> asked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asked.add(pushes.begin("key_1_" + i, IosPushes.DEVICE, "Hello"));
        }
        return asked;
    }

    private static void assertAll(List<CompletableFuture<Outcome>> asked, Outcome expected) throws Exception {
        for (CompletableFuture<Outcome> one : asked) {
            assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(expected);
        }
    }
}

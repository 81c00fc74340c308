package dev.halley.push.fcm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import dev.halley.standins.FcmStandIn;
import dev.halley.testkit.Pushes;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers send connections away. With {@code -Dhalley.sends=40000} this one does so eighty times. */
class GoAwayTest {

    private static final int SENDS = Integer.getInteger("halley.sends", 4_000);
    private static final int EVERY = 500;

    /** Sends as the engine does: so many at a time, and again with the same key what could not be sent. */
    @ParameterizedTest
    @ValueSource(ints = {100, 300})
    void goAwayEvery500Requests_losesNothing_andDoublesHaveTheSameKey(int inFlight) throws Exception {
        try (FcmStandIn fcm = FcmPushes.standIn().goAwayEvery(EVERY).start();
                Pushes pushes = FcmPushes.patient(fcm)) {
            BlockingQueue<Sent> answers = new LinkedBlockingQueue<>();
            Map<String, Integer> failures = new ConcurrentHashMap<>();
            int next = 0;
            int accepted = 0;
            long began = System.nanoTime();
            for (int push : IntStream.range(0, inFlight).toArray()) {
                send(pushes, push, answers);
                next++;
            }
            while (accepted < SENDS) {
                Sent sent = answers.poll(30, TimeUnit.SECONDS);
                assertThat(sent).as("an answer").isNotNull();
                if (!(sent.outcome instanceof Outcome.Accepted)) {
                    assertThat(sent.outcome).isInstanceOf(Outcome.Unavailable.class);
                    failures.merge(((Outcome.Unavailable) sent.outcome).reason(), 1, Integer::sum);
                    send(pushes, sent.push, answers);
                } else {
                    accepted++;
                    if (next < SENDS) {
                        send(pushes, next++, answers);
                    }
                }
            }
            long milliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            System.out.printf(
                    "%d sends, %d in flight, %d ms: %d GOAWAYs, %d requests, %d doubles,"
                            + " sent again by the engine: %s%n",
                    SENDS, inFlight, milliseconds, fcm.goAways(), fcm.requests(), fcm.doubles(), failures);
            assertThat(fcm.goAways()).isGreaterThanOrEqualTo(SENDS / EVERY - 5);
            assertThat(fcm.accepted()).as("different pushes that arrived").isEqualTo(SENDS);
            assertThat(fcm.doubles()).isEqualTo(fcm.requests() - SENDS);
            // What was certainly not sent goes again at once, inside the provider; little is left to the engine.
            assertThat(failures.values().stream().mapToInt(i -> i).sum()).isLessThan(SENDS / 10);
        }
    }

    private static void send(Pushes pushes, int push, BlockingQueue<Sent> answers) {
        var unused = pushes.begin("chat_1_" + push, FcmPushes.PHONE, "Hello")
                .thenAccept(outcome -> answers.add(new Sent(push, outcome)));
    }

    private record Sent(int push, Outcome outcome) {}
}

package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatId;
import dev.halley.Presence;
import dev.halley.UserId;
import dev.halley.cometd.FaultyProxy.Fault;
import dev.halley.cometd.TestClient.Shown;
import dev.halley.cometd.TestClient.Transport;
import dev.halley.cometd.TestServer.Push;
import dev.halley.fixtures.AtOnce;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Customers who vanish without a word lose nothing, whichever way their connection dies. */
class SilentLossTest {

    /** A held poll is answered after a second, and a session without one is given up two seconds later. */
    private static final Map<String, Object> IMPATIENT =
            Map.of("timeout", 1_000L, "maxInterval", 2_000L, "sweepPeriod", 100L);

    private record Strike(Transport transport, Fault fault) {}

    private static Stream<Strike> strikes() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(Fault.values()).map(fault -> new Strike(transport, fault)));
    }

    @TestFactory
    Stream<DynamicTest> eventsWrittenToNobody_arePushedTogether_andCaughtUp() {
        return AtOnce.play(strikes(), strike -> {
            try (Loss loss = new Loss(strike.transport())) {
                loss.strike(strike.fault());
                loss.say("Written to nobody");
                loss.say("Nor is this read");
                loss.awaitNotice();
                await().untilAsserted(() -> assertThat(loss.server.pushes)
                        .extracting(Push::positions)
                        .containsExactly(List.of(3L, 4L)));
                loss.assertNothingIsLostOnReturn();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> silenceAlone_isNoticed_andWhatFollowsIsPushed_andCaughtUp() {
        return AtOnce.play(strikes(), strike -> {
            try (Loss loss = new Loss(strike.transport())) {
                loss.strike(strike.fault());
                loss.awaitNotice();
                assertThat(loss.server.pushes).isEmpty();
                loss.say("Are you there?");
                loss.say("Hello?");
                await().untilAsserted(() -> assertThat(loss.server.pushes)
                        .extracting(Push::positions)
                        .containsExactly(List.of(3L), List.of(4L)));
                loss.assertNothingIsLostOnReturn();
            }
        });
    }

    /** A third resets, a third closes, a third just stops reading. */
    @Test
    void threeHundredVanishedCustomers_areAllPushed() throws Exception {
        // Polls are held long enough to be the dead ones to which the events are written.
        try (TestServer server = new TestServer(
                TestServer.settings().build(), Map.of("maxInterval", 1_000L, "sweepPeriod", 100L), false)) {
            List<ChatId> chats = new ArrayList<>();
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                UserId user = new UserId("customer" + i);
                chats.add(server.open(user));
                RawClient client = new RawClient(server.port(), user.value());
                clients.add(client);
                client.handshake("");
                client.marked();
                client.sendConnect("");
            }
            await().untilAsserted(() -> assertThat(chats)
                    .allSatisfy(chat -> assertThat(server.view(chat).seen()).isEqualTo(1)));
            for (int i = 0; i < clients.size(); i++) {
                if (i % 3 == 0) {
                    clients.get(i).reset();
                } else if (i % 3 == 1) {
                    clients.get(i).close();
                }
            }
            chats.forEach(chat -> server.say(chat, "Written to nobody"));

            await().untilAsserted(() -> assertThat(server.pushes).hasSizeGreaterThanOrEqualTo(300));
            assertThat(server.pushes)
                    .extracting(Push::key)
                    .containsExactlyInAnyOrderElementsOf(
                            chats.stream().map(chat -> chat.value() + "_1_2").toList());
            assertThat(server.pushes).extracting(Push::positions).containsOnly(List.of(2L));
            await().untilAsserted(() -> assertThat(server.absences).hasSize(300).containsOnly(1L));
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /** A customer behind a proxy, who has received and confirmed two events. */
    private static final class Loss implements AutoCloseable {

        private final Transport transport;
        private final TestServer server = new TestServer(TestServer.settings().build(), IMPATIENT, false);
        private final FaultyProxy proxy = new FaultyProxy(server.port());
        private final ChatId chat = server.open();
        private final TestClient lost;

        Loss(Transport transport) throws Exception {
            this.transport = transport;
            lost = new TestClient(transport, proxy.uri(server.uri()), TestServer.USER.value()).connect();
            say("Received");
            lost.awaitPosition(2);
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(2));
        }

        void strike(Fault fault) throws IOException {
            proxy.fail(fault);
        }

        void say(String text) {
            server.say(chat, text);
        }

        void awaitNotice() {
            await().untilAsserted(() -> assertThat(server.absences).isNotEmpty());
            assertThat(server.view(chat).presence()).isEqualTo(Presence.AWAY);
            assertThat(server.view(chat).seen()).isEqualTo(2);
        }

        /** Two events were missed. The next one comes live, and nothing is told or pushed any more. */
        void assertNothingIsLostOnReturn() throws Exception {
            List<Push> pushes = List.copyOf(server.pushes);
            try (TestClient returned = new TestClient(transport, server).connect()) {
                returned.awaitPosition(4);
                say("Welcome back");
                returned.awaitPosition(5);
                assertThat(lost.rows).extracting(Shown::position).containsExactly(1L, 2L);
                assertThat(returned.rows).extracting(Shown::position).containsExactly(3L, 4L, 5L);
                assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
                // The old connection is long given up; it must not count as another absence.
                await().during(Duration.ofMillis(300))
                        .untilAsserted(() -> assertThat(server.absences).containsExactly(1L));
                assertThat(server.pushes).isEqualTo(pushes);
            }
        }

        @Override
        public void close() throws IOException {
            lost.vanish();
            proxy.close();
            server.close();
        }
    }
}

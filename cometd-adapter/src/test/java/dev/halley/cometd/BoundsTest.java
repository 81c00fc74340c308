package dev.halley.cometd;

import static dev.halley.cometd.Wire.NOTHING;
import static dev.halley.cometd.Wire.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatId;
import dev.halley.Settings;
import dev.halley.cometd.Wire.Answer;
import dev.halley.cometd.Wire.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.cometd.bayeux.server.ServerMessage;
import org.junit.jupiter.api.Test;

/** What a client may take of the server's memory. */
class BoundsTest {

    private static final int POLLS = 1_000;

    /** Of CometD's own: the message, its request, the scheduler of the poll and an entry in several maps. */
    private static final long COMETDS_BYTES = 4_096;

    private static final long OURS_BYTES = 1_024;

    @Test
    void heldPoll_keepsLittle_howeverMuchCameWithIt() {
        try (Wire wire = new Wire(0, Settings.builder().maxSessionsPerUser(0))) {
            List<Session> sessions = IntStream.range(0, POLLS)
                    .mapToObj(i -> wire.handshake("mia", NOTHING))
                    .toList();
            List<Answer> first = sessions.stream()
                    .map(session -> wire.connect(session, 1, true, NOTHING))
                    .toList();
            assertThat(first).allMatch(Answer::isThere);
            long before = used();
            List<Answer> held = new ArrayList<>();
            for (int i = 0; i < POLLS; i++) {
                held.add(wire.connect(sessions.get(i), 2, Map.of(), large(i)));
            }
            assertThat(held).noneMatch(Answer::isThere);
            long each = (used() - before) / POLLS;
            System.out.println("A held poll keeps " + each + " bytes of CometD's and ours");
            assertThat(each).isLessThan(COMETDS_BYTES + OURS_BYTES);
        }
    }

    /** About 20 KB, as objects of its own each time. */
    private static Map<String, Object> large(int number) {
        return Map.of(
                "text", number + "x".repeat(5_000),
                "list", IntStream.range(0, 100).mapToObj(i -> number + "-" + i).toArray(),
                "map",
                        Map.of(
                                "deep",
                                Arrays.asList(number + "y".repeat(5_000), null, Map.of("z", number + "z".repeat(50)))));
    }

    @Test
    void positionInAHeldPoll_counts_howeverMuchCameWithIt() {
        try (Wire wire = new Wire(0)) {
            ChatId chat = wire.open("mia");
            wire.say(chat, "Hello");
            Session session = wire.handshake("mia", NOTHING);
            wire.connect(session, 1, true, NOTHING);
            Map<String, Object> ext = new java.util.HashMap<>(large(1));
            ext.putAll(named(2));
            Answer held = wire.connect(session, 2, Map.of(), ext);
            wire.time.settle();

            assertThat(wire.view(chat).seen()).isEqualTo(2);
            wire.say(chat, "Are you there?");
            wire.time.settle();
            assertThat(held.positions()).containsExactly(3L);
            assertThat(held.reply().getId()).isEqualTo("2");
        }
    }

    @Test
    void oneSessionTooMany_endsTheOldestThatHoldsNoPoll() {
        try (Wire wire = new Wire(0, Settings.builder().maxSessionsPerUser(3))) {
            wire.open("mia");
            Session polling = wire.handshake("mia", NOTHING);
            wire.connect(polling, 1, true, NOTHING);
            Answer held = wire.connect(polling, 2, Map.of(), NOTHING);
            Session second = wire.handshake("mia", NOTHING);
            Session third = wire.handshake("mia", NOTHING);
            Session ofAnother = wire.handshake("noa", NOTHING);

            Session fourth = wire.handshake("mia", NOTHING);

            assertThat(List.of(polling, third, fourth, ofAnother)).allMatch(wire::isServed);
            assertThat(wire.isServed(second)).isFalse();
            assertThat(held.isThere()).isFalse();
        }
    }

    @Test
    void oneSessionTooMany_whereEachHoldsAPoll_isToldToComeLater() {
        try (Wire wire = new Wire(0, Settings.builder().maxSessionsPerUser(2))) {
            List<Session> sessions = List.of(wire.handshake("mia", NOTHING), wire.handshake("mia", NOTHING));
            for (Session session : sessions) {
                wire.connect(session, 1, true, NOTHING);
                assertThat(wire.connect(session, 2, Map.of(), NOTHING).isThere())
                        .isFalse();
            }

            ServerMessage reply = wire.handshakeReply("mia", NOTHING);

            assertThat(reply.isSuccessful()).isFalse();
            assertThat(reply.get("error")).isEqualTo("429::too_many_sessions");
            assertThat(reply.getAdvice())
                    .containsEntry("reconnect", "handshake")
                    .containsEntry("interval", 5_000L);
            assertThat(sessions).allMatch(wire::isServed);
            assertThat(wire.refusals).containsExactly("max_sessions_per_user");
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

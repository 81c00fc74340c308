package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Presence;
import dev.halley.cometd.Wire.Answer;
import dev.halley.cometd.Wire.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.server.ServerSessionImpl;
import org.cometd.server.ext.AcknowledgedMessagesExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The histories that broke simpler rules, each once. Random histories found them, and they were shortened by hand. In a
 * comment c1 is the connect with the id 1, M stands for a marked connect, u for an unmarked one, and ✗ for one that
 * fails for its client, whatever became of it on the server.
 */
class ProofHistoriesTest {

    private final Wire wire = new Wire(1);
    private final ChatId chat = wire.open("mia");
    private boolean slow;
    private Session session = wire.handshake("mia", Wire.NOTHING);

    @AfterEach
    void stop() {
        wire.close();
    }

    /** c2 comes, the server is slow, ✗. c3M is read. Row 2 is queued: c2's reply, read by nobody, must not take it. */
    @Test
    void replyOfAnOvertakenConnect_takesNoRows_andTheyComeWithTheNextOne() {
        connect(1, true);
        SlowExtension slowly = new SlowExtension();
        wire.bayeux.addExtension(slowly);
        Answer c2 = wire.connect(session, 2, false, Wire.NOTHING);
        wire.bayeux.removeExtension(slowly);
        assertThat(connect(3, true).positions()).isEmpty();
        say("Two");
        slowly.goOn();
        settle();
        assertThat(c2.positions()).isEmpty();
        assertThat(connect(4, false).positions()).containsExactly(2L);
        assertThat(seen()).isEqualTo(1);
    }

    /** An application's own, which takes its time with each connect. */
    private static final class SlowExtension implements BayeuxServer.Extension {
        private final List<Promise<Boolean>> waiting = new ArrayList<>();

        @Override
        public void incoming(ServerSession from, ServerMessage.Mutable message, Promise<Boolean> promise) {
            waiting.add(promise);
        }

        void goOn() {
            waiting.forEach(promise -> promise.succeed(true));
        }
    }

    /** c1M is delayed, ✗. c2M is answered. Row 2. c1M arrives, and must take nothing to nowhere. */
    @Test
    void lateConnect_takesNoRows_andProvesNothing() {
        connect(5, true);
        say("Hello");
        Answer late = wire.connect(session, 4, true, Wire.NOTHING);
        settle();
        assertThat(late.positions()).isEmpty();
        assertThat(String.valueOf(late.reply().get(Message.ERROR_FIELD))).startsWith("402:");
        assertThat(connect(6, false).positions()).containsExactly(2L);
        assertThat(seen()).isEqualTo(1);
    }

    /** What an overtaken reply would have taken is queued again at once, before anything newer, for the next poll. */
    @Test
    void whatAnOvertakenReplyWouldHaveTaken_comesWithTheNextPoll_beforeAnythingNewer() {
        connect(5, true);
        Answer held = wire.connect(session, 6, false, Wire.NOTHING);
        wire.connect(session, 4, true, Wire.NOTHING); // late, and CometD gives up the poll for it
        say("Two");
        settle();
        assertThat(held.isThere()).isFalse();
        Answer next = wire.connect(session, 7, true, Wire.NOTHING);
        say("Three");
        settle();
        List<Long> read = new ArrayList<>(next.positions());
        read.addAll(connect(8, false).positions());
        assertThat(read).containsExactly(2L, 3L);
    }

    /** [1] is lost. Row 2 is queued. c2M must not read [2 1 2]. */
    @Test
    void whatWaitsBehindALostAnswer_isDroppedFromTheQueue_andComesAfterIt() {
        connect(1, true);
        say("Two");
        assertThat(connect(2, true).positions()).containsExactly(1L, 2L);
    }

    /** [1] is lost. c2M ✗, c3M come; c3's answer goes before the repeat is read. c4u must not confirm 1. */
    @Test
    void answerThatGoesBeforeTheRepeat_carriesNothing() {
        connect(1, true);
        slowDown();
        wire.connect(session, 2, true, Wire.NOTHING);
        Answer c3 = wire.connect(session, 3, true, Wire.NOTHING);
        while (!c3.isThere()) {
            wire.time.advance(Duration.ofMillis(1));
        }
        assertThat(c3.positions()).isEmpty();
        Answer c4 = wire.connect(session, 4, false, Wire.NOTHING);
        settle();
        assertThat(seen()).isZero();
        assertThat(c4.positions()).containsExactly(1L);
    }

    /** c1 is answered []. Its copy is answered [2], lost. The client reads []. c2u must not confirm 2. */
    @Test
    void copyOfAConnect_takesNothingThatItsClientThenProves() {
        connect(1, true);
        Answer copied = wire.connect(session, 2, false, Wire.NOTHING);
        wire.time.advance(Duration.ofSeconds(20));
        assertThat(copied.positions()).isEmpty();
        say("Two");
        Answer copy = wire.connect(session, 2, false, Wire.NOTHING);
        settle();
        assertThat(copy.positions()).containsExactly(2L);
        Answer next = connect(3, false);
        assertThat(seen()).isEqualTo(1);
        assertThat(next.positions()).containsExactly(2L);
    }

    /** s0's c1 is delayed, its app is killed. s1 connects. s0's c1 arrives: s1 must go on. */
    @Test
    void firstConnectOfAnEarlierHandshake_thatComesLate_takesNothingOver() {
        Session earlier = session;
        session = wire.handshake("mia", Wire.NOTHING);
        connect(1, true);
        Answer late = wire.connect(earlier, 1, true, Wire.NOTHING);
        settle();
        assertThat(late.positions()).isEmpty();
        assertThat(late.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_superseded");
        assertThat(late.reply().getAdvice().get("reconnect")).isEqualTo("none");
        say("Two");
        assertThat(connect(2, false).positions()).containsExactly(2L);
    }

    /** The same, both on their way to a slow store at once. */
    @Test
    void firstConnectsAtOnce_leaveTheOneThatShookHandsLast() {
        for (int seed = 0; seed < 30; seed++) {
            try (Wire slowWire = new Wire(seed)) {
                slowWire.open("mia");
                slowWire.cluster.delay(Duration.ofMillis(300));
                Session first = slowWire.handshake("mia", Wire.NOTHING);
                Session second = slowWire.handshake("mia", Wire.NOTHING);
                slowWire.connect(first, 1, true, Wire.NOTHING);
                Answer served = slowWire.connect(second, 1, true, Wire.NOTHING);
                slowWire.time.advance(Duration.ofSeconds(10));
                assertThat(served.positions()).as("seed %d", seed).containsExactly(1L);
                assertThat(slowWire.isServed(second)).isTrue();
                assertThat(slowWire.isServed(first)).isFalse();
            }
        }
    }

    /** Names 2, confirmed; is killed, and comes back with 1 alone: its first connect says so. */
    @Test
    void firstConnectsName_mayBeLower_andGoesBeforeTheHandshakes() {
        say("Two");
        wire.connect(session, 1, false, Wire.named(2));
        settle();
        assertThat(seen()).isEqualTo(2);
        wire.sweep(session);
        settle();
        session = wire.handshake("mia", Wire.named(2));
        Answer first = wire.connect(session, 1, false, Wire.named(1));
        settle();
        assertThat(first.positions()).containsExactly(2L);
        assertThat(seen()).isEqualTo(1);
    }

    /** [1 2] is lost; c2 names 0, and the repeat is lost; c3 names 0 within 5 s and must not read [3]. */
    @Test
    void whileARepeatIsOwed_nothingNewerGoesOut() {
        say("Two");
        wire.connect(session, 1, false, Wire.NOTHING);
        settle();
        wire.connect(session, 2, false, Wire.named(0));
        settle();
        Answer c3 = wire.connect(session, 3, false, Wire.named(0));
        say("Three");
        settle();
        Answer c4 = c3.isThere() ? wire.connect(session, 4, false, Wire.named(0)) : c3;
        if (c3.isThere()) {
            assertThat(c3.positions()).isEmpty();
        }
        settle();
        assertThat(c4.isThere()).isFalse();
        wire.time.advance(Duration.ofSeconds(5));
        assertThat(c4.positions()).containsExactly(1L, 2L, 3L);
    }

    /** The same, and c4 is marked: it gets what is owed with its own answer. */
    @Test
    void whatIsOwed_comesWithAMarkedConnectsOwnAnswer() {
        oweARepeat();
        assertThat(connect(4, true).positions()).containsExactly(1L, 2L);
    }

    /** The same, and c4 says that it has all by now: what is newer need not wait. */
    @Test
    void whatIsOwed_isOver_whenTheClientHasIt() {
        oweARepeat();
        Answer c4 = wire.connect(session, 4, false, Wire.named(2));
        settle();
        say("Three");
        Answer c5 = c4.isThere() ? wire.connect(session, 5, false, Wire.named(2)) : c4;
        settle();
        assertThat(c5.positions()).containsExactly(3L);
    }

    private void oweARepeat() {
        say("Two");
        wire.connect(session, 1, false, Wire.NOTHING);
        settle();
        wire.connect(session, 2, false, Wire.named(0));
        settle();
        wire.connect(session, 3, false, Wire.named(0));
        settle();
    }

    /** The first connect names what can't be: then the handshake's position counts. */
    @Test
    void firstConnectsName_thatCantBe_countsAsNotSent() {
        say("Two");
        wire.connect(session, 1, false, Wire.named(2));
        settle();
        wire.sweep(session);
        settle();
        session = wire.handshake("mia", Wire.named(1));
        Answer first = wire.connect(session, 1, false, Wire.named(999));
        settle();
        assertThat(first.positions()).containsExactly(2L);
    }

    /** Many rows wait for room in the next answer, which a connect that was overtaken would take: they come at once. */
    @Test
    void whatAnOvertakenReplyWouldHaveTaken_comesAtOnce_alsoIfItIsMuch() {
        wire.connect(session, 1, false, Wire.NOTHING);
        settle();
        for (int i = 0; i < 15; i++) {
            say("x".repeat(20_000));
        }
        SlowExtension slowly = new SlowExtension();
        wire.bayeux.addExtension(slowly);
        Answer c2 = wire.connect(session, 2, false, Wire.NOTHING);
        Answer c3 = wire.connect(session, 3, false, Wire.NOTHING);
        wire.bayeux.removeExtension(slowly);
        slowly.goOn();
        wire.time.advance(Duration.ofSeconds(1));
        assertThat(c2.positions()).isEmpty();
        assertThat(c3.positions()).startsWith(2L);
    }

    /** A client that acknowledges has all sent again that it has not acknowledged: it must not grow without end. */
    @Test
    void answersToAClientThatAcknowledgesNothing_stayBelow256KiB() {
        wire.bayeux.addExtension(new AcknowledgedMessagesExtension());
        for (int i = 0; i < 60; i++) {
            say("x".repeat(20_000));
        }
        session = wire.handshake("mia", Map.of("ack", true));
        for (int id = 1; id < 9; id++) {
            Answer lost = wire.connect(session, id, true, Map.of("ack", 0L));
            settle();
            assertThat(lost.messages().stream()
                            .mapToLong(message -> String.valueOf(message).length())
                            .sum())
                    .isLessThan(256 * 1024);
        }
        List<Long> read = new ArrayList<>();
        long ack = 0;
        for (int id = 9; id < 99 && !read.contains(61L); id++) {
            Answer answer = wire.connect(session, id, id == 9, Map.of("ack", ack, "transcriptPosition", read.size()));
            settle();
            ack = Long.parseLong(String.valueOf(answer.reply().getExt().get("ack")));
            read.addAll(answer.positions());
        }
        assertThat(read)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 61).boxed().toList());
    }

    /** A message on one WebSocket that names another session is none of that WebSocket's session. */
    @Test
    void connectWithAnotherSessionsId_makesNobodyOnline() {
        wire.time.advance(Duration.ofSeconds(11));
        List<Message> frames = new ArrayList<>();
        Wire.Line line = wire.new Line("mia", frames::addAll);
        line.handshake(Wire.NOTHING);
        settle();
        line.connect("some-older-session", 1, true, Wire.NOTHING);
        settle();
        assertThat(String.valueOf(frames.get(1).get(Message.ERROR_FIELD))).isEqualTo("402::session_unknown");
        assertThat(view().presence()).isEqualTo(Presence.AWAY);
    }

    /** No client decides when its silence is noticed, or how long its poll is held. */
    @Test
    void adviceOfAClient_onlyShortensAPoll() {
        connect(1, true);
        Answer held = wire.connect(session, 2, Map.of("timeout", 3_600_000L, "interval", 3_600_000L), Wire.NOTHING);
        wire.time.advance(Duration.ofSeconds(21));
        assertThat(held.isThere()).isTrue();
        ServerSession served = wire.bayeux.getSession(session.clientId());
        assertThat(((ServerSessionImpl) served).calculateInterval(0)).isZero();
        Answer shortened = wire.connect(session, 3, Map.of("timeout", 1_000L), Wire.NOTHING);
        wire.time.advance(Duration.ofSeconds(2));
        assertThat(shortened.isThere()).isTrue();
        int id = 4;
        for (Object strange : new Object[] {"soon", -1L, Long.MAX_VALUE}) {
            Answer answer = wire.connect(session, ++id, Map.of("timeout", strange), Wire.NOTHING);
            wire.time.advance(Duration.ofSeconds(19));
            assertThat(answer.isThere()).isFalse();
            wire.time.advance(Duration.ofSeconds(2));
            assertThat(answer.isThere()).isTrue();
        }
    }

    /** A connect that names 1 of chat A is under way while B's row 1 is queued: that is not confirmed by it. */
    @Test
    void nameOfTheChatBefore_isNoneOfWhatWaitsInTheQueue() {
        connect(1, true);
        ChatId later = wire.open("mia");
        settle();
        Answer answer = wire.connect(session, 2, false, Wire.named(1));
        settle();
        assertThat(answer.positions()).containsExactly(1L);
        assertThat(wire.view(later).seen()).isZero();
    }

    /** The same, where B's rows went with an answer that was lost: they come again. */
    @Test
    void nameOfTheChatBefore_beyondWhatWasTakenOfThisOne_repeatsThisOne() {
        say("Two");
        say("Three");
        connect(1, true);
        ChatId later = wire.open("mia");
        settle();
        wire.connect(session, 2, false, Wire.named(3));
        settle();
        Answer again = wire.connect(session, 3, false, Wire.named(3));
        settle();
        assertThat(again.positions()).containsExactly(1L);
        assertThat(wire.view(later).seen()).isZero();
    }

    /**
     * What CometD sends over a WebSocket beside a reply can overtake the reply. So rows go with replies alone, and the
     * next connect proves them.
     */
    @Test
    void overWebSocket_rowsGoWithReplies_andTheNextConnectProvesThem() {
        List<Message> frames = new ArrayList<>();
        Wire.Line line = wire.new Line("mia", frames::addAll);
        line.handshake(Wire.NOTHING);
        settle();
        String clientId = String.valueOf(frames.get(0).getClientId());
        line.connect(clientId, 1, true, Wire.NOTHING);
        settle();
        line.connect(clientId, 2, false, Wire.NOTHING);
        say("Two");
        say("Three");
        assertThat(Wire.positions(frames)).containsExactly(1L, 2L);
        assertThat(seen()).isEqualTo(1);
        line.connect(clientId, 3, false, Wire.NOTHING);
        settle();
        assertThat(Wire.positions(frames)).containsExactly(1L, 2L, 3L);
        assertThat(seen()).isEqualTo(2);
        line.connect(clientId, 4, false, Wire.NOTHING);
        assertThat(seen()).isEqualTo(3);
        assertThat(frames.get(frames.size() - 1).getChannel()).isEqualTo("/meta/connect");
    }

    /** A handshake alone changes nothing: nobody is online by it, and nobody is disturbed. */
    @Test
    void handshakeAlone_takesNothingOver() {
        connect(1, true);
        wire.handshake("mia", Wire.named(0));
        settle();
        say("Two");
        assertThat(connect(2, false).positions()).containsExactly(2L);
        assertThat(seen()).isEqualTo(1);
    }

    @Test
    void handshakeAlone_makesNobodyOnline() {
        wire.time.advance(Duration.ofSeconds(11));
        wire.handshake("mia", Wire.NOTHING);
        settle();
        assertThat(view().presence()).isEqualTo(Presence.AWAY);
        connect(1, true);
        assertThat(view().presence()).isEqualTo(Presence.ONLINE);
    }

    /** Whoever is taken over is told so, for ten minutes, whatever it sends. */
    @Test
    void whoIsTakenOver_isToldToStayAway_forTenMinutes() {
        connect(1, true);
        Session older = session;
        Answer held = wire.connect(older, 2, false, Wire.NOTHING);
        session = wire.handshake("mia", Wire.NOTHING);
        connect(1, true);
        assertThat(held.reply().getAdvice().get("reconnect")).isEqualTo("none");
        assertThat(held.messages()).extracting(Message::getChannel).contains("/meta/disconnect");
        for (int minutes = 0; minutes < 10; minutes += 3) {
            Answer answer = wire.connect(older, 9 + minutes, true, Wire.NOTHING);
            assertThat(answer.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_superseded");
            assertThat(answer.reply().getAdvice().get("reconnect")).isEqualTo("none");
            wire.time.advance(Duration.ofMinutes(3));
        }
        Answer forgotten = wire.connect(older, 99, true, Wire.NOTHING);
        assertThat(forgotten.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_unknown");
        assertThat(forgotten.reply().getAdvice().get("reconnect")).isEqualTo("handshake");
    }

    /** Whoever could not be served shakes hands again, which CometD tells nobody whose session it ends. */
    @Test
    void whoCouldNotBeServed_isToldToShakeHandsAgain() {
        wire.cluster.failures(1);
        Answer first = connect(1, true);
        assertThat(first.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_unknown");
        assertThat(first.reply().getAdvice().get("reconnect")).isEqualTo("handshake");
        wire.cluster.failures(0);
        session = wire.handshake("mia", Wire.NOTHING);
        assertThat(connect(1, true).positions()).containsExactly(1L);
    }

    /** The same while its poll is held: a new chat can't be served. */
    @Test
    void whoCantBeServedANewChat_isToldToShakeHandsAgain() {
        connect(1, true);
        Answer held = wire.connect(session, 2, false, Wire.NOTHING);
        slowDown();
        ChatId later = wire.open("mia");
        wire.cluster.failures(1);
        wire.time.advance(Duration.ofSeconds(3));
        wire.cluster.failures(0);
        assertThat(wire.isServed(session)).isFalse();
        settle();
        assertThat(held.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_unknown");
        assertThat(held.reply().getAdvice().get("reconnect")).isEqualTo("handshake");
        assertThat(held.messages()).extracting(Message::getChannel).doesNotContain("/meta/disconnect");
        session = wire.handshake("mia", Wire.NOTHING);
        assertThat(connect(1, true).positions()).contains(1L);
        assertThat(wire.view(later).presence()).isEqualTo(Presence.ONLINE);
    }

    @Test
    void whoIsTakenOver_isUnknownToStrangers() {
        connect(1, true);
        Session older = session;
        session = wire.handshake("mia", Wire.NOTHING);
        connect(1, true);
        Session stranger = wire.handshake("noa", Wire.NOTHING);
        Answer answer = wire.connect(
                new Session("noa", older.clientId(), older.cookie(), stranger.context()), 2, true, Wire.NOTHING);
        assertThat(answer.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_unknown");
    }

    /**
     * A client whose cookie is stripped shakes hands without end. It is told to wait longer and longer, and is not
     * online.
     */
    @Test
    void whoOnlyShakesHands_isSlowedDown() {
        wire.time.advance(Duration.ofSeconds(11));
        List<Long> intervals = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Session mine = wire.handshake("mia", Wire.NOTHING);
            Answer answer =
                    wire.connect(new Session("mia", mine.clientId(), "", mine.context()), 1, true, Wire.NOTHING);
            assertThat(answer.reply().get(Message.ERROR_FIELD)).isEqualTo("402::session_unknown");
            assertThat(answer.reply().getAdvice().get("reconnect")).isEqualTo("handshake");
            intervals.add(
                    Long.parseLong(String.valueOf(answer.reply().getAdvice().get("interval"))));
        }
        assertThat(intervals).containsExactly(0L, 0L, 0L, 1_000L, 2_000L, 3_000L, 4_000L, 5_000L, 5_000L, 5_000L);
        assertThat(view().presence()).isEqualTo(Presence.AWAY);
        session = wire.handshake("mia", Wire.NOTHING);
        Answer unmarked = connect(1, false);
        assertThat(unmarked.reply().isSuccessful()).isTrue();
        assertThat(unmarked.reply().getAdvice().get("interval"))
                .as("the end of waiting")
                .isEqualTo(0L);
    }

    /** Each way to the store and back takes its time from now on. */
    private void slowDown() {
        slow = true;
        wire.cluster.delay(Duration.ofMillis(300));
    }

    private Answer connect(int id, boolean marked) {
        Answer answer = wire.connect(session, id, marked, Wire.NOTHING);
        settle();
        return answer;
    }

    private void say(String text) {
        wire.say(chat, text);
        settle();
    }

    private void settle() {
        wire.time.advance(slow ? Duration.ofSeconds(5) : Duration.ofMillis(5));
    }

    private ChatView view() {
        return wire.view(chat);
    }

    private long seen() {
        return view().seen();
    }
}

package dev.halley.cometd;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.halley.ChatId;
import dev.halley.cometd.Wire.Answer;
import dev.halley.cometd.Wire.Session;
import dev.halley.fixtures.Cases;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random histories of clients, a network and proxies that lose, delay, double and swallow what travels, with CometD's
 * own server in between, in virtual time. Whatever happens in whatever order: no client ever meets a gap, nothing
 * counts as seen that has not arrived, and if an answer was followed by a connect, what it brought is not pushed to a
 * client that vanishes later.
 *
 * <p>{@code -Dhalley.histories=…} says how many are played; {@code -Dhalley.seed=…} plays one, and says what happened.
 */
class WireHistoriesTest {

    private static final int HISTORIES = Cases.histories() / 200;
    private static final long SEED = Long.getLong("halley.seed", -1);
    private static final int STEPS = 60;

    /** What a client does for its part. */
    enum Kind {
        MARKS(true, false),
        NAMES(false, true),
        MARKS_AND_NAMES(true, true),
        NEITHER(false, false);

        final boolean marks;
        final boolean names;

        Kind(boolean marks, boolean names) {
            this.marks = marks;
            this.names = names;
        }
    }

    @ParameterizedTest
    @EnumSource
    void longPolling(Kind kind) {
        play(kind, false);
    }

    @ParameterizedTest
    @EnumSource
    void webSocket(Kind kind) {
        play(kind, true);
    }

    private static void play(Kind kind, boolean webSocket) {
        long first = SEED >= 0 ? SEED : 0;
        for (long seed = first; seed < (SEED >= 0 ? SEED + 1 : HISTORIES); seed++) {
            try (History history = new History(seed, kind, webSocket)) {
                history.play();
            }
        }
    }

    private static final class History implements AutoCloseable {
        private final long seed;
        private final Kind kind;
        private final boolean webSocket;
        private final Random random;
        private final Wire wire;
        private final ChatId chat;
        private final List<String> trace = new ArrayList<>();
        private final Deque<Runnable> late = new ArrayDeque<>();
        private App app;
        private int said;

        /** What the phone shows, which survives its app. */
        private long position;

        /** The rows up to here must not be pushed any more, if the app vanishes now. */
        private long covered;

        History(long seed, Kind kind, boolean webSocket) {
            this.seed = seed;
            this.kind = kind;
            this.webSocket = webSocket;
            this.random = new Random(seed * 31 + kind.name().length() * 2L + (webSocket ? 1 : 0));
            this.wire = new Wire(seed);
            this.chat = wire.open("mia");
            if (random.nextInt(3) == 0) {
                wire.cluster.delay(Duration.ofMillis(random.nextInt(300)));
            }
            this.app = newApp();
        }

        private App newApp() {
            return webSocket ? new WebSocketApp() : new PollingApp();
        }

        void play() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            settle();
        }

        private void step() {
            int dice = random.nextInt(100);
            if (dice < 20) {
                say();
            } else if (dice < 75) {
                app.step(true);
            } else if (dice < 85) {
                pass(random.nextInt(2_000));
            } else if (dice < 90) {
                pass(random.nextInt(50));
            } else if (dice < 94 && !late.isEmpty()) {
                note("something late arrives");
                late.remove().run();
                pass(0);
            } else if (dice < 96) {
                leaveSilently();
            } else if (dice < 97) {
                note("the app says good-bye at %d", position);
                app.sayGoodBye();
                pass(random.nextInt(3_000));

                app = newApp();
            } else if (dice < 98) {
                note("the app is started anew, and the old one is not noticed to be gone");
                app.vanish();
                app = newApp();
            }
        }

        private void say() {
            said++;
            note("the agent says %d", said + 1);
            wire.say(chat, "Text " + said);
            pass(0);
        }

        private void pass(int millis) {
            wire.time.advance(Duration.ofMillis(millis));
        }

        /** Killed without a word, and noticed; then it is seen what was pushed, and it comes back. */
        private void leaveSilently() {
            note("the app vanishes with %d, of which %d are covered", position, covered);
            Set<String> before = new HashSet<>();
            wire.pushes.forEach(push -> before.add(push.key()));
            app.vanish();
            late.clear();
            long mustNotBePushed = covered;
            pass(2_000);
            app.sweep();
            for (int i = random.nextInt(3); i > 0; i--) {
                say();
            }
            pass(3_000);
            checkSeen();
            wire.pushes.stream()
                    .filter(push -> !before.contains(push.key()))
                    .forEach(push -> check(
                            push.positions().get(0) > mustNotBePushed,
                            "%s were pushed, of which %d were covered",
                            push.positions(),
                            mustNotBePushed));
            app = newApp();
        }

        private void checkSeen() {
            long seen = wire.view(chat).seen();
            check(seen <= position, "%d count as seen, and the phone shows %d", seen, position);
        }

        /** Without further trouble everything arrives. */
        private void settle() {
            late.clear();
            wire.cluster.delay(Duration.ZERO);
            if (kind == Kind.NEITHER) {
                note("a client that says nothing of a lost answer has it repeated when it comes back");
                app.vanish();
                app.sweep();
                app = newApp();
            }
            pass(1_000);
            say();
            for (int i = 0; i < 200 && position < said + 1; i++) {
                app.step(false);
                pass(500);
            }
            check(position == said + 1, "the phone shows %d of %d in the end", position, said + 1);
            checkSeen();
        }

        /** Rows arrive at the phone. */
        private void show(List<Long> rows) {
            for (long row : rows) {
                if (row > position + 1) {
                    check(kind == Kind.NEITHER, "row %d came after %d", row, position);
                    note("a gap before %d", row);
                    app.vanish();
                    app.sweep();
                    app = newApp();
                    return;
                }
                position = Math.max(position, row);
            }
        }

        @FormatMethod
        private void note(@FormatString String text, @Nullable Object... of) {
            trace.add(wire.time.instant() + " " + String.format(text, of));
        }

        @FormatMethod
        private void check(boolean holds, @FormatString String text, @Nullable Object... of) {
            if (!holds) {
                throw new AssertionError(String.format(text, of) + "\n-Dhalley.seed=" + seed + " " + kind
                        + (webSocket ? ", WebSocket\n" : ", long-polling\n") + String.join("\n", trace));
            }
        }

        @Override
        public void close() {
            wire.close();
            if (SEED >= 0) {
                trace.forEach(System.out::println);
            }
        }

        private Map<String, Object> ext() {
            return kind.names ? Wire.named(position) : Wire.NOTHING;
        }

        // Clients

        private interface App {
            /** Does something that a client may do next, or has the network do something to it. */
            void step(boolean trouble);

            void sayGoodBye();

            void vanish();

            void sweep();
        }

        /** As CometD's own clients poll, if it marks; others do it alike. */
        private final class PollingApp implements App {
            private @Nullable Session session;
            private int id = 1;
            private boolean failed = true;
            private boolean gone;

            /** The request that is under way; null if the client may send the next one. */
            private @Nullable Answer underWay;

            private boolean lost;
            private boolean neverArrived = true;

            /** What the last answer that was read has brought, and whether its request was doubled. */
            private long read;

            private boolean doubled;

            @Override
            public void step(boolean trouble) {
                if (gone) {
                    return;
                }
                if (session == null) {
                    note("handshake");
                    session = wire.handshake("mia", random.nextInt(3) == 0 ? Wire.named(position) : Wire.NOTHING);
                    pass(0);
                    return;
                }
                if (underWay == null && !lost) {
                    send(trouble ? random.nextInt(20) : 99);
                } else if (lost || (trouble && random.nextInt(5) == 0)) {
                    fail();
                } else if (underWay != null && underWay.failed()) {
                    fail();
                } else if (underWay != null && underWay.isThere()) {
                    if (trouble && random.nextInt(6) == 0) {
                        note("the answer with %s is lost", underWay.positions());
                        fail();
                    } else {
                        read(underWay);
                    }
                }
            }

            private void send(int dice) {
                Session to = requireNonNull(session);
                int number = ++id;
                boolean marked = kind.marks && failed;
                Map<String, Object> named = ext();
                note("connect %d%s%s, fate %d", number, marked ? "M" : "", named, dice);
                boolean proves = !failed && !doubled;
                doubled = false;
                long followed = kind.names ? position : kind.marks && proves ? read : 0;
                if (dice == 0) {
                    lost = true;
                } else if (dice <= 2) {
                    lost = true;
                    late.add(() -> wire.connect(to, number, marked, named));
                } else {
                    underWay = wire.connect(to, number, marked, named);
                    neverArrived = false;
                    pass(0);
                    covered = Math.max(covered, wire.isServed(to) ? followed : 0);
                    if (dice <= 4) {
                        note("connect %d is sent again on its way", number);
                        doubled = true;
                        Answer first = underWay;
                        pass(random.nextInt(2) * 300);
                        Answer second = wire.connect(to, number, marked, named);
                        pass(0);
                        underWay = random.nextBoolean() ? first : second;
                    } else if (dice == 5) {
                        doubled = true;
                        late.add(() -> wire.connect(to, number, marked, named));
                    }
                }
            }

            private void fail() {
                note("the client gives up");
                underWay = null;
                lost = false;
                failed = true;
            }

            private void read(Answer answer) {
                note("the client reads %s", answer.positions());
                Message reply = answer.reply();
                underWay = null;
                if (reply.isSuccessful()) {
                    failed = false;
                    read = answer.positions().stream()
                            .mapToLong(row -> row)
                            .max()
                            .orElse(0);
                    show(answer.positions());
                } else {
                    String advice = String.valueOf(new HashMap<>(reply.getAdvice()).get("reconnect"));
                    note("it is told %s", advice);
                    check(!"none".equals(advice), "the newest app was told to stay away");
                    session = null;
                    failed = true;
                }
            }

            @Override
            public void sayGoodBye() {
                if (session != null) {
                    wire.disconnect(session, position);
                    pass(0);
                    covered = id > 1 && !neverArrived ? position : covered;
                }
                gone = true;
            }

            @Override
            public void vanish() {
                gone = true;
            }

            @Override
            public void sweep() {
                if (session != null) {
                    wire.sweep(session);
                    pass(0);
                }
            }
        }

        /** A client over WebSocket: what arrives waits until it is read, and is lost when the line breaks. */
        private final class WebSocketApp implements App {
            private final Deque<Message.Mutable> arrived = new ArrayDeque<>();
            private Wire.Line line = newLine();
            private String clientId = "";
            private boolean shaking;
            private boolean connecting;
            private boolean first = true;
            private int id = 1;
            private boolean gone;

            /** What has come in this session, and by the last reply that was read. */
            private long come;

            private long read;

            private Wire.Line newLine() {
                return wire.new Line("mia", arrived::addAll);
            }

            @Override
            public void step(boolean trouble) {
                if (gone) {
                    return;
                }
                if (trouble && random.nextInt(25) == 0) {
                    note("the line breaks with %d unread", arrived.size());
                    line.breakOff();
                    pass(0);
                    anew();
                } else if (!shaking && clientId.isEmpty()) {
                    note("handshake");
                    shaking = true;
                    line.handshake(random.nextInt(3) == 0 ? Wire.named(position) : Wire.NOTHING);
                    pass(0);
                } else if (!arrived.isEmpty()) {
                    take(arrived.remove());
                } else if (!connecting && !clientId.isEmpty()) {
                    connecting = true;
                    note("connect %d%s%s", id + 1, kind.marks && first ? "M" : "", ext());
                    line.connect(clientId, ++id, kind.marks && first, ext());
                    pass(0);
                    covered = Math.max(covered, kind.names ? position : kind.marks && !first ? read : 0);
                    first = false;
                }
            }

            private void take(Message message) {
                if (Channel.META_HANDSHAKE.equals(message.getChannel())) {
                    shaking = false;
                    clientId = String.valueOf(message.getClientId());
                } else if (Channel.META_CONNECT.equals(message.getChannel())) {
                    note("the client reads a reply, successful %s", message.isSuccessful());
                    connecting = false;
                    if (!message.isSuccessful()) {
                        anew();
                    } else {
                        read = come;
                    }
                } else {
                    List<Long> rows = Wire.positions(List.of(message));
                    note("the client reads %s", rows);
                    come = Math.max(come, rows.get(rows.size() - 1));
                    show(rows);
                }
            }

            private void anew() {
                come = 0;
                read = 0;
                arrived.clear();
                line = newLine();
                clientId = "";
                shaking = false;
                connecting = false;
                first = true;
            }

            @Override
            public void sayGoodBye() {
                if (!clientId.isEmpty()) {
                    line.disconnect(clientId, position);
                    pass(0);
                    covered = first ? covered : position;
                }
                vanish();
            }

            @Override
            public void vanish() {
                gone = true;
                line.breakOff();
                pass(0);
            }

            @Override
            public void sweep() {
                if (!clientId.isEmpty()) {
                    wire.sweep(new Session(
                            "mia",
                            clientId,
                            "",
                            Proxies.of(org.cometd.bayeux.server.BayeuxContext.class, (method, arguments) -> null)));
                    pass(0);
                }
            }
        }
    }
}

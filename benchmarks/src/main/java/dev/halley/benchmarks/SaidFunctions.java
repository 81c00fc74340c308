package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.spi.ConnectionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Says an event in one of many chats. Public, because JMH extends it. */
public class SaidFunctions {

    private static final String TEXT = Marked.text(0);

    /** A stride that visits all chats; if there are many, each is elsewhere in memory. */
    private static final int STRIDE = 7_919_003;

    private SaidFunctions() {}

    /** Halley's chats. Public, because JMH extends it. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Halley {

        /** How many there are. */
        @Param("1000")
        int sessions;

        /** Where the customers are. */
        @Param("away")
        String customers = "away";

        /** How many events of a chat are kept. */
        @Param("100")
        int kept;

        /** How many events each chat has at first. */
        @Param("0")
        int events;

        private @Nullable ChatEngine made;
        private ChatEngine engine = ChatEngine.builder().build();
        private ChatId[] chats = new ChatId[0];
        private int next;

        /** Makes them. */
        @org.openjdk.jmh.annotations.Setup
        public void open() {
            made = ChatEngine.builder()
                    .settings(Settings.builder()
                            .maxChats(0)
                            .maxBytes(0)
                            .maxChatsPerUser(0)
                            .maxEvents(kept)
                            .attachWithin(Duration.ofMinutes(10))
                            .service(
                                    Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ofHours(1)))
                            .build())
                    .providers(NoPush.providers(notification -> {}))
                    .build();
            engine = Planted.around(made);
            chats = new ChatId[sessions];
            for (int i = 0; i < sessions; i++) {
                chats[i] = Crowd.open(engine, i, NoPush.TYPE);
                ConnectionId connection = Crowd.connect(engine, i);
                if (customers.equals("away")) {
                    Crowd.leave(engine, connection, 1);
                }
                for (int e = 0; e < events; e++) {
                    Crowd.say(engine, chats[i], TEXT);
                }
            }
        }

        /** Says something. */
        @Benchmark
        public Object said() {
            next = Math.floorMod(next + STRIDE, sessions);
            return engine.said(chats[next], ChatEvent.text(Party.AGENT, "Ann", TEXT));
        }

        /** Ends them. */
        @TearDown
        public void close() {
            if (made != null) {
                made.close();
            }
        }
    }

    /** Lists in a map. Public, because JMH extends it. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Lists {

        /** How many there are. */
        @Param("1000")
        int sessions;

        /** How many events of a chat are kept. */
        @Param("100")
        int kept;

        private final ConcurrentHashMap<ChatId, Deque<ChatEvent>> lists = new ConcurrentHashMap<>();
        private ChatId[] chats = new ChatId[0];
        private int next;

        /** Makes them. */
        @org.openjdk.jmh.annotations.Setup
        public void open() {
            chats = new ChatId[sessions];
            for (int i = 0; i < sessions; i++) {
                chats[i] = new ChatId("chat" + (100_000_000_000L + i));
                lists.put(chats[i], new ArrayDeque<>());
            }
        }

        /** Says something. */
        @Benchmark
        public Object said() {
            next = Math.floorMod(next + STRIDE, sessions);
            ChatEvent event = ChatEvent.text(Party.AGENT, "Ann", TEXT);
            return lists.computeIfPresent(chats[next], (chat, events) -> {
                if (events.size() == kept) {
                    events.removeFirst();
                }
                events.addLast(event);
                return events;
            });
        }
    }
}

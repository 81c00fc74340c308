package dev.halley.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.internal.session.Identity;
import dev.halley.internal.session.Policy;
import dev.halley.internal.session.Session;
import dev.halley.internal.session.SessionCodec;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.SessionStore;
import dev.halley.spi.SessionStore.Listener;
import dev.halley.spi.Step;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InMemorySessionStoreTest {

    private static final ChatId CHAT = new ChatId("chat");
    private static final UserId OWNER = new UserId("user");
    private static final Device DEVICE = Device.of("fcm", "token");
    private static final ConnectionId CONNECTION = new ConnectionId("connection");
    private static final NodeId NODE = new NodeId("node");
    private static final Policy POLICY = new Policy(
            Duration.ofSeconds(90),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofHours(24),
            300,
            Duration.ofHours(72),
            100,
            1_000_000);

    private final VirtualTime time = new VirtualTime();
    private final InMemorySessionStore store = new InMemorySessionStore(time, time);
    private final List<String> heard = new ArrayList<>();

    @BeforeEach
    void start() {
        store.start(new SessionCodec(), new Listener() {
            @Override
            public void due(ChatId chat) {
                heard.add("due " + chat);
            }

            @Override
            public void nudged(ChatId chat) {
                heard.add("nudged " + chat);
            }

            @Override
            public void announced(UserId owner) {
                heard.add("announced");
            }

            @Override
            public void orphaned(ChatId chat, ConnectionId connection) {
                heard.add("orphaned " + chat);
            }
        });
    }

    @Test
    void create_keepsASessionOnce() {
        assertThat(create("chat")).isTrue();
        say();
        assertThat(create("chat")).isFalse();
        assertThat(read(0, 10).state().head()).isEqualTo(2);
        assertThat(get(store.ofOwner(OWNER))).containsExactly(CHAT);
    }

    @Test
    void update_ofAnUnknownChat_isEmpty() {
        assertThat(get(store.update(CHAT, (state, now) -> {
                    throw new AssertionError("nothing to apply a rule to");
                })))
                .isEmpty();
        assertThat(get(store.read(CHAT, 0, 10))).isEmpty();
    }

    @Test
    void update_saysWhatWasBeforeAndAfter() {
        create("chat");
        Change change = say();
        assertThat(change.before().head()).isEqualTo(1);
        assertThat(change.after().orElseThrow().head()).isEqualTo(2);
        assertThat(change.appended()).extracting(Row::position).containsExactly(2L);
    }

    @Test
    void update_byARuleThatThrows_changesNothing() {
        create("chat");
        CompletionStage<Optional<Change>> failed = store.update(CHAT, (state, now) -> {
            throw new IllegalStateException("no");
        });
        assertThatThrownBy(() -> failed.toCompletableFuture().join()).hasRootCauseMessage("no");
        assertThat(read(0, 10).rows()).hasSize(1);
    }

    @Test
    void update_isAtomicUnderThreads() throws Exception {
        create("chat");
        int threads = 8;
        int each = 500;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(executor.submit(() -> {
                for (int n = 0; n < each; n++) {
                    Change change = said(100_000);
                    Row row = change.appended().get(0);
                    assertThat(row.position()).isEqualTo(change.before().head() + 1);
                    assertThat(read(0, Integer.MAX_VALUE).rows())
                            .extracting(Row::position)
                            .startsWith(1L)
                            .contains(row.position());
                }
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        executor.shutdown();

        assertThat(read(0, Integer.MAX_VALUE).rows())
                .extracting(Row::position)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1 + threads * each).boxed().toList());
    }

    @Test
    void read_returnsRowsAfterAPosition_atMostSoMany() {
        create("chat");
        for (int i = 0; i < 9; i++) {
            say();
        }
        assertThat(positions(0, 3)).containsExactly(1L, 2L, 3L);
        assertThat(positions(7, 10)).containsExactly(8L, 9L, 10L);
        assertThat(positions(10, 10)).isEmpty();
        assertThat(positions(Long.MAX_VALUE, 10)).isEmpty();
        assertThat(positions(0, 0)).isEmpty();
    }

    @Test
    void read_isOfOneInstant() {
        create("chat");
        Page before = read(0, 100);
        for (int i = 0; i < 50; i++) {
            say();
        }
        assertThat(before.rows()).hasSize(1);
        assertThat(before.state().head()).isEqualTo(1);
    }

    @Test
    void rowsThatAreOmitted_areDropped() {
        create("chat");
        for (int i = 1; i < 1_000; i++) {
            say();
            Page page = read(0, 10_000);
            assertThat(page.rows())
                    .hasSize((int) (page.state().head() - page.state().omitted()));
        }
        assertThat(positions(0, 1)).containsExactly(901L);
        assertThat(positions(950, 1)).containsExactly(951L);
    }

    @Test
    void all_isInTheOrderOfTheIds() {
        List.of("d", "a", "c", "b").forEach(this::create);
        assertThat(get(store.all("", 3))).extracting(ChatId::value).containsExactly("a", "b", "c");
        assertThat(get(store.all("c", 3))).extracting(ChatId::value).containsExactly("d");
        assertThat(get(store.all("d", 3))).isEmpty();
    }

    @Test
    void aChatThatIsRemoved_isGoneEverywhere() {
        create("chat");
        create("other");
        get(store.update(CHAT, (state, now) -> new Step(Optional.empty(), List.of())));
        assertThat(get(store.read(CHAT, 0, 10))).isEmpty();
        assertThat(get(store.all("", 10))).containsExactly(new ChatId("other"));
        assertThat(get(store.ofOwner(OWNER))).containsExactly(new ChatId("other"));
        time.advance(Duration.ofSeconds(60));
        assertThat(heard).doesNotContain("due chat").contains("due other");
    }

    @Test
    void due_isToldWhenItIsTime_andRepeatedUntilTheSessionMovesOn() {
        create("chat");
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(heard).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(heard).containsExactly("due chat");
        time.advance(Duration.ofSeconds(3));
        assertThat(heard).hasSize(4);

        join();
        time.advance(Duration.ofSeconds(60));
        assertThat(heard).hasSize(4);
    }

    @Test
    void due_isNotToldForATimeThatNoLongerHolds() {
        create("chat");
        join();
        time.advance(Duration.ofSeconds(60));
        assertThat(heard).isEmpty();
    }

    @Test
    void nudgesAndAnnouncements_comeLater_andOnlyHere() {
        create("chat");
        store.nudge(store.node(), CHAT);
        store.nudge(new NodeId("elsewhere"), CHAT);
        store.announce(OWNER);
        assertThat(heard).isEmpty();
        time.settle();
        assertThat(heard).containsExactly("nudged chat", "announced");
    }

    @Test
    void everyStore_isANodeOfItsOwn() {
        assertThat(store.node()).isEqualTo(store.node());
        assertThat(new InMemorySessionStore(time, time).node()).isNotEqualTo(store.node());
    }

    @Test
    void afterTheClose_nobodyIsWoken() {
        create("chat");
        store.close();
        time.advance(Duration.ofSeconds(60));
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hello, how are you?", "Ünï", "€", "한글 and more of it, for a while"})
    void roomForRows_isAboutWhatTheyTakeInMemory(String text) {
        long most = 20_000_000;
        // Other tests' threads may allocate or free something just then, but not each time.
        List<Long> measured = new ArrayList<>();
        while (measured.size() < 5 && measured.stream().noneMatch(size -> isAbout(most, size))) {
            measured.add(sizeOfAStoreWithRoomFor(most, text));
        }
        assertThat(measured).anyMatch(size -> isAbout(most, size));
    }

    private static boolean isAbout(long expected, long size) {
        return size > expected * 8 / 10 && size < expected * 12 / 10;
    }

    private static long sizeOfAStoreWithRoomFor(long most, String text) {
        Object[] kept = {filled(most, text)};
        long with = used();
        kept[0] = "nothing";
        return with - used();
    }

    private static InMemorySessionStore filled(long most, String text) {
        VirtualTime itsOwn = new VirtualTime();
        InMemorySessionStore bounded = new InMemorySessionStore(itsOwn, itsOwn, 0, most);
        bounded.start(new SessionCodec(), new NoListener());
        Policy policy = policy(1_000_000, 0);
        int chats = 0;
        while (bounded.hasRoomForRows()) {
            ChatId id = new ChatId("chat-" + chats++);
            create(bounded, id, policy, itsOwn.instant());
            for (int i = 0; i < 500; i++) {
                // Texts and names of their own, as a parser makes them.
                ChatEvent event = ChatEvent.text(Party.AGENT, "Ann" + i, text + i);
                get(bounded.update(id, (state, now) -> ((Session) state).said(event, true, policy, now)));
            }
        }
        assertThat(bounded.hasRoomForChats()).isFalse();
        return bounded;
    }

    @Test
    void roomForRows_comesBackWhenRowsAreDropped_orTheirChat() {
        InMemorySessionStore bounded = new InMemorySessionStore(time, time, 0, 100_000);
        bounded.start(new SessionCodec(), new NoListener());
        Policy policy = policy(1_000, 50_000);
        create(bounded, CHAT, policy, time.instant());
        for (int i = 0; i < 1_000; i++) {
            ChatEvent event = ChatEvent.text(Party.AGENT, "Ann", "x".repeat(1_000));
            get(bounded.update(CHAT, (state, now) -> ((Session) state).said(event, true, policy, now)));
            assertThat(bounded.hasRoomForRows()).as("row %d", i).isTrue();
        }
        ChatEvent large = ChatEvent.text(Party.AGENT, "Ann", "x".repeat(100_000));
        get(bounded.update(CHAT, (state, now) -> ((Session) state).said(large, true, policy, now)));
        assertThat(bounded.hasRoomForRows()).isFalse();
        get(bounded.update(CHAT, (state, now) -> new Step(Optional.empty(), List.of())));
        assertThat(bounded.hasRoomForRows()).isTrue();
    }

    @Test
    void all_hasPagesInOrder_withoutThoseThatAreGone() {
        for (String id : List.of("b", "d", "a", "c")) {
            create(id);
        }
        get(store.update(new ChatId("c"), (state, now) -> new Step(Optional.empty(), List.of())));
        assertThat(get(store.all("", 2))).extracting(ChatId::value).containsExactly("a", "b");
        assertThat(get(store.all("b", 2))).extracting(ChatId::value).containsExactly("d");
        assertThat(get(store.all("d", 2))).isEmpty();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static final class NoListener implements Listener {
        @Override
        public void due(ChatId chat) {}

        @Override
        public void nudged(ChatId chat) {}

        @Override
        public void announced(UserId owner) {}

        @Override
        public void orphaned(ChatId chat, ConnectionId connection) {}
    }

    private static void create(InMemorySessionStore in, ChatId id, Policy policy, Instant now) {
        Identity identity = new Identity(id, OWNER, "180-" + id.value(), "request-chat", "Joe", now, false, null);
        Step step = Session.opened(identity, DEVICE, ChatEvent.joined(Party.CLIENT, "Joe"), policy, now);
        assertThat(get(in.create(step.next().orElseThrow(), step.append()))).isTrue();
    }

    private static Policy policy(int maxEvents, long maxChatBytes) {
        return new Policy(
                POLICY.gracePeriod(),
                POLICY.attachWithin(),
                POLICY.lease(),
                POLICY.pushTimeToLive(),
                POLICY.pushAttempts(),
                POLICY.retention(),
                maxEvents,
                maxChatBytes);
    }

    private boolean create(String id) {
        Identity identity =
                new Identity(new ChatId(id), OWNER, "180-" + id, "request-chat", "Joe", time.instant(), false, null);
        Step step = Session.opened(identity, DEVICE, ChatEvent.joined(Party.CLIENT, "Joe"), POLICY, time.instant());
        return get(store.create(step.next().orElseThrow(), step.append()));
    }

    private Change say() {
        return said(POLICY.maxEvents());
    }

    private Change said(int maxEvents) {
        Policy policy = policy(maxEvents, POLICY.maxChatBytes());
        ChatEvent event = ChatEvent.text(Party.AGENT, "Ann", "Hello");
        return update((state, now) -> ((Session) state).said(event, true, policy, now));
    }

    private void join() {
        update((state, now) -> ((Session) state).joined(CONNECTION, NODE, OptionalLong.empty(), POLICY, now));
    }

    private Change update(SessionStore.Rule rule) {
        return get(store.update(CHAT, rule)).orElseThrow();
    }

    private Page read(long after, int max) {
        return get(store.read(CHAT, after, max)).orElseThrow();
    }

    private List<Long> positions(long after, int max) {
        return read(after, max).rows().stream().map(Row::position).toList();
    }

    private static <T> T get(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isCompleted();
        return stage.toCompletableFuture().join();
    }
}

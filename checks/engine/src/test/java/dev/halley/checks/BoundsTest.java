package dev.halley.checks;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.RefusedException;
import dev.halley.RefusedException.Reason;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.spi.Arrival;
import dev.halley.spi.Observer;
import dev.halley.spi.SessionStore;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.VirtualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one customer, and what all together, may take of the memory. */
class BoundsTest {

    private static final UserId MIA = new UserId("mia");
    private static final UserId NOA = new UserId("noa");

    private final VirtualTime time = new VirtualTime();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private final List<ChatEngine> engines = new ArrayList<>();

    @AfterEach
    void close() {
        engines.forEach(ChatEngine::close);
    }

    @Test
    void customer_hasOnlySoManyOpenChats_andOthersHaveTheirs() {
        ChatEngine engine = engine(Settings.builder().maxChatsPerUser(3));
        List<ChatView> open =
                IntStream.range(0, 3).mapToObj(i -> open(engine, MIA)).toList();

        refused(() -> engine.open(chat(MIA)), Reason.TOO_MANY_CHATS_OF_USER, "3 open chats", "max_chats_per_user");
        assertThat(refused).containsExactly("max_chats_per_user");
        open(engine, NOA);

        get(engine.end(open.get(0).id(), ChatEvent.left(Party.CLIENT, "Mia")));
        open(engine, MIA);
    }

    @Test
    void chatsThatHaveEnded_countTenfold_forTheyAreKept() {
        ChatEngine engine = engine(Settings.builder().maxChatsPerUser(2));
        for (int i = 0; i < 20; i++) {
            ChatView chat = open(engine, MIA);
            get(engine.end(chat.id(), ChatEvent.left(Party.CLIENT, "Mia")));
        }
        refused(() -> engine.open(chat(MIA)), Reason.TOO_MANY_CHATS_OF_USER, "with those that have ended");
    }

    @Test
    void chatThatIsThereAlready_isNotRefused() {
        ChatEngine engine = engine(Settings.builder().maxChatsPerUser(1).maxChats(1));
        ChatView chat = get(engine.open(chat(MIA).withServiceId("180-1")));
        assertThat(get(engine.open(chat(MIA).withServiceId("180-1"))).id()).isEqualTo(chat.id());

        ChatEngine unbounded = engine(Settings.builder().maxChatsPerUser(0).maxChats(1));
        ChatView other = get(unbounded.open(chat(MIA).withServiceId("180-1")));
        assertThat(get(unbounded.open(chat(MIA).withServiceId("180-1"))).id()).isEqualTo(other.id());
        refused(() -> unbounded.open(chat(NOA)), Reason.NO_ROOM_FOR_CHATS, "max_chats");
    }

    @Test
    void chatsThatAreOpenedAtOnce_areCountedToo() {
        // Replies of this store come later: each chat is asked for before another one is known to be there.
        ChatEngine engine = kept(ChatEngine.builder()
                .settings(Settings.builder().maxChatsPerUser(5).build())
                .store(late(new InMemorySessionStore(time, time)))
                .clock(time)
                .scheduler(time)
                .build());
        List<CompletableFuture<ChatView>> asked = IntStream.range(0, 50)
                .mapToObj(i -> engine.open(chat(MIA)).toCompletableFuture())
                .toList();
        time.advance(Duration.ofSeconds(1));
        assertThat(asked).allMatch(CompletableFuture::isDone);
        assertThat(asked.stream().filter(one -> !one.isCompletedExceptionally()))
                .hasSizeBetween(1, 5);
    }

    @Test
    void store_takesOnlySoManyChats_andTheOnesThereGoOn() {
        ChatEngine engine = engine(Settings.builder().maxChats(2));
        ChatView chat = open(engine, MIA);
        open(engine, NOA);
        refused(() -> engine.open(chat(NOA)), Reason.NO_ROOM_FOR_CHATS, "max_chats");
        assertThat(refused).containsExactly("max_chats");
        assertThat(say(engine, chat.id(), "Hello")).hasValue(2);
    }

    @Test
    void store_takesOnlySoManyBytes_untilChatsAreGone_andTheEndIsNeverRefused() {
        ChatEngine engine = engine(Settings.builder().maxBytes(50_000));
        ChatView chat = open(engine, MIA);
        for (int i = 0; i < 3; i++) {
            assertThat(say(engine, chat.id(), "x".repeat(20_000))).isPresent();
        }
        refused(
                () -> engine.said(chat.id(), ChatEvent.text(Party.AGENT, "Ann", "?")),
                Reason.NO_ROOM_FOR_EVENTS,
                "max_bytes");
        refused(() -> engine.open(chat(NOA)), Reason.NO_ROOM_FOR_CHATS, "max_bytes");
        assertThat(refused).containsExactly("max_bytes", "max_bytes");

        assertThat(get(engine.end(chat.id(), ChatEvent.left(Party.CLIENT, "Mia"))))
                .isPresent();
        time.advance(Settings.builder().build().retention());
        ChatView next = open(engine, NOA);
        assertThat(say(engine, next.id(), "Hello")).hasValue(2);
    }

    @Test
    void storeThatCannotSayWhetherItHasRoom_isWrittenTo() {
        SessionStore inner = new InMemorySessionStore(time, time);
        SessionStore store = (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().startsWith("hasRoom")) {
                        throw new IllegalStateException("down");
                    }
                    return method.invoke(inner, arguments);
                });
        ChatEngine engine = kept(
                ChatEngine.builder().store(store).clock(time).scheduler(time).build());
        assertThat(say(engine, open(engine, MIA).id(), "Hello")).hasValue(2);
    }

    @Test
    void chat_keepsOnlySoManyBytes_andSaysHowManyRowsAreGone() {
        ChatEngine engine = engine(Settings.builder().maxChatBytes(100_000));
        ChatView chat = open(engine, MIA);
        for (int i = 0; i < 20; i++) {
            say(engine, chat.id(), "x".repeat(10_000));
        }
        var transcript = get(engine.transcript(chat.id(), 0, 100)).orElseThrow();
        assertThat(transcript.chat().position()).isEqualTo(21);
        assertThat(transcript.chat().omitted()).isBetween(11L, 12L);
        assertThat(transcript.rows().get(0).position())
                .isEqualTo(transcript.chat().omitted() + 1);
    }

    @Test
    void newChats_costOneLookForAllOfTheirOwnersConnections() {
        AtomicInteger looks = new AtomicInteger();
        ChatEngine engine = kept(ChatEngine.builder()
                .settings(Settings.builder()
                        .maxChatsPerUser(0)
                        .maxSessionsPerUser(0)
                        .build())
                .store(counting(new InMemorySessionStore(time, time), looks))
                .clock(time)
                .scheduler(time)
                .build());
        for (int i = 0; i < 200; i++) {
            engine.connections()
                    .attach(
                            new Arrival(MIA, "180-none-" + i, null, OptionalLong.empty()),
                            new RecordingLink("link-" + i));
        }
        time.settle();
        looks.set(0);
        for (int i = 0; i < 10; i++) {
            open(engine, MIA);
        }
        time.settle();
        assertThat(looks.get()).isEqualTo(10);
    }

    /** Counts how often a customer's chats are looked up. */
    private static SessionStore counting(SessionStore store, AtomicInteger looks) {
        return (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("ofOwner")) {
                        looks.incrementAndGet();
                    }
                    return method.invoke(store, arguments);
                });
    }

    /** Says a second later which chats a customer had. */
    private SessionStore late(SessionStore store) {
        return (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    Object now = method.invoke(store, arguments);
                    if (!method.getName().equals("ofOwner")) {
                        return now;
                    }
                    Object chats =
                            ((CompletionStage<?>) now).toCompletableFuture().join();
                    CompletableFuture<Object> later = new CompletableFuture<>();
                    time.schedule(Duration.ofSeconds(1), () -> later.complete(chats));
                    return later;
                });
    }

    private ChatEngine engine(Settings.Builder settings) {
        return kept(ChatEngine.builder()
                .settings(settings.build())
                .clock(time)
                .scheduler(time)
                .agentLink((chat, absence, text) -> completedFuture(null))
                .observer(new Observer() {
                    @Override
                    public void refused(String bound) {
                        refused.add(bound);
                    }
                })
                .build());
    }

    private ChatEngine kept(ChatEngine engine) {
        engines.add(engine);
        return engine;
    }

    private static NewChat chat(UserId owner) {
        return new NewChat(Settings.REQUEST_CHAT, owner, null);
    }

    private static ChatView open(ChatEngine engine, UserId owner) {
        return get(engine.open(chat(owner)));
    }

    private static OptionalLong say(ChatEngine engine, ChatId chat, String text) {
        return get(engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text)))
                .orElseThrow()
                .position();
    }

    private static void refused(Supplier<CompletionStage<?>> call, Reason reason, String... words) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> call.get().toCompletableFuture().join())
                .havingCause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e).message().contains(words));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}

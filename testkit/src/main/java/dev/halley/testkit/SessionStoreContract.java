package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.SessionStore.Rule;
import dev.halley.spi.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SessionStore} must do. Extend it, say how to open your store and how its time passes, and run it:
 *
 * <pre>{@code
 * class MyStoreTest extends SessionStoreContract {
 *     private final VirtualTime time = new VirtualTime();
 *
 *     @Override
 *     protected SessionStore open() {
 *         return new MyStore(time, time);
 *     }
 *
 *     @Override
 *     protected void pass(Duration duration) {
 *         time.advance(duration);
 *     }
 *     }
 *     }</pre>
 *
 * <p>Tests named {@code required_} hold for every store. Those named {@code optional_} are about several nodes, crashes
 * and lost answers; they are skipped unless the method that they need is overridden.
 */
public abstract class SessionStoreContract {

    private static final Duration STEP = Duration.ofMillis(10);
    private static final int THREADS = 8;
    private static final UserId ANN = new UserId("Ann, the \u00c4lteste: 1|2,3");
    private static final UserId BOB = new UserId("bob");
    private static final ChatId CHAT = new ChatId("chat_1");
    private static final Rule COUNT = (state, now) -> keep(((CounterState) state).counting());
    private static final Rule SLEEP = (state, now) -> keep(((CounterState) state).asleep());

    private final List<Node> started = new ArrayList<>();

    /**
     * Returns a new store that is not started yet. In each test it begins without data; where stores can share data,
     * all stores of one test do.
     *
     * @return the store
     */
    protected abstract SessionStore open();

    /**
     * Lets time pass: moves a virtual clock and runs what is due, or waits.
     *
     * @param time how much
     */
    protected abstract void pass(Duration time);

    /** {@return whether stores share their data, as nodes of a cluster do} Default: false. */
    protected boolean shared() {
        return false;
    }

    /**
     * Ends a store as the crash of its process does. Default: skips the test.
     *
     * @param store the store
     */
    protected void kill(SessionStore store) {
        Assumptions.abort("This store can't be killed");
    }

    /** Loses the reply to the next commit, which is made nevertheless. Default: skips the test. */
    protected void loseNextReply() {
        Assumptions.abort("This store can't lose a reply");
    }

    /** {@return how long to wait for anything that should happen} Default: 10 seconds. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** Closes all that the test has opened. */
    @AfterEach
    protected void closeStores() {
        started.forEach(node -> node.store.close());
    }

    // Sessions and rows

    @Test
    void required_node_isAnotherForEachStore() {
        assertThat(start().store.node()).isNotEqualTo(start().store.node()).isNotNull();
    }

    @Test
    void required_create_keepsTheSessionAndItsRows() {
        SessionStore store = start().store;
        CounterState opened = CounterState.of(CHAT, ANN).counting().head(2);

        assertThat(await(store.create(opened, rows(1, 2)))).isTrue();

        assertThat(page(store, CHAT)).isEqualTo(new Page(opened, rows(1, 2)));
    }

    @Test
    void required_create_ofAChatThatIsThere_changesNothing() {
        SessionStore store = start().store;
        CounterState opened = CounterState.of(CHAT, ANN).head(1);
        await(store.create(opened, rows(1, 1)));

        assertThat(await(store.create(CounterState.of(CHAT, BOB).head(3), rows(1, 3))))
                .isFalse();

        assertThat(page(store, CHAT)).isEqualTo(new Page(opened, rows(1, 1)));
        assertThat(await(store.ofOwner(BOB))).isEmpty();
    }

    @Test
    void required_create_ofManyThreads_succeedsForOne() throws InterruptedException {
        List<Node> nodes = twoNodes();

        List<Boolean> created = inThreads(20, i -> {
            ChatId chat = new ChatId("chat_" + i / 8);
            return nodes.get(i % 2).store.create(CounterState.of(chat, ANN), List.of());
        });

        assertThat(created).filteredOn(is -> is).hasSize(THREADS * 20 / 8);
    }

    @Test
    void required_update_saysWhatWasAndWhatIs() {
        SessionStore store = start().store;
        CounterState opened = CounterState.of(CHAT, ANN).head(1);
        await(store.create(opened, rows(1, 1)));

        Change change = change(store, CHAT, say(2));

        CounterState after = opened.counting().head(3);
        assertThat(change).isEqualTo(new Change(opened, Optional.of(after), rows(2, 3)));
        assertThat(page(store, CHAT)).isEqualTo(new Page(after, rows(1, 3)));
    }

    @Test
    void required_update_ofAnUnknownChat_isEmpty() {
        AtomicBoolean asked = new AtomicBoolean();

        assertThat(await(start().store.update(CHAT, (state, now) -> {
                    asked.set(true);
                    return keep(state);
                })))
                .isEmpty();
        assertThat(asked).isFalse();
    }

    @Test
    void required_update_toNothing_removesTheSessionAndItsRows() {
        SessionStore store = start().store;
        CounterState opened = CounterState.of(CHAT, ANN).head(3);
        await(store.create(opened, rows(1, 3)));

        Change change = change(store, CHAT, (state, now) -> new Step(Optional.empty(), List.of()));

        assertThat(change).isEqualTo(new Change(opened, Optional.empty(), List.of()));
        assertThat(await(store.read(CHAT, 0, 10))).isEmpty();
        assertThat(await(store.update(CHAT, COUNT))).isEmpty();
        assertThat(await(store.ofOwner(ANN))).isEmpty();
        assertThat(await(store.all("", 10))).isEmpty();
    }

    @Test
    void required_create_afterRemoval_beginsAnew() {
        List<Node> nodes = twoNodes();
        SessionStore store = nodes.get(0).store;
        await(store.create(CounterState.of(CHAT, ANN).head(3), rows(1, 3)));
        change(nodes.get(1).store, CHAT, say(1));
        change(store, CHAT, (state, now) -> new Step(Optional.empty(), List.of()));

        assertThat(await(store.create(CounterState.of(CHAT, BOB), List.of()))).isTrue();

        Change change = change(nodes.get(1).store, CHAT, COUNT);
        assertThat(change.before()).isEqualTo(CounterState.of(CHAT, BOB));
        assertThat(page(store, CHAT).rows()).isEmpty();
    }

    @Test
    void required_update_thatChangesNothing_saysSo() {
        SessionStore store = start().store;
        CounterState opened = CounterState.of(CHAT, ANN).head(1);
        await(store.create(opened, rows(1, 1)));

        Change change = change(store, CHAT, (state, now) -> keep(state));

        assertThat(change.after()).containsSame(change.before());
        assertThat(change.before()).isEqualTo(opened);
        assertThat(change.appended()).isEmpty();
        assertThat(page(store, CHAT)).isEqualTo(new Page(opened, rows(1, 1)));
    }

    @Test
    void required_update_thatChangesNothing_hasSeenWhatWasCommittedBefore() {
        List<Node> nodes = twoNodes();
        SessionStore store = nodes.get(0).store;
        SessionStore other = nodes.get(1).store;
        await(store.create(CounterState.of(CHAT, ANN), List.of()));
        change(store, CHAT, COUNT);

        for (int count = 2; count < 20; count++) {
            change(other, CHAT, COUNT);
            Change seen = change(store, CHAT, (state, now) -> keep(state));
            assertThat(counter(seen.before()).count()).isEqualTo(count);
        }
    }

    @Test
    void required_update_ofManyThreads_isAtomic() throws InterruptedException {
        List<Node> nodes = twoNodes();
        await(nodes.get(0).store.create(CounterState.of(CHAT, ANN), List.of()));
        int each = 50;
        int all = THREADS * each;

        List<Optional<Change>> changes =
                inThreads(each, i -> nodes.get(i % 2).store.update(CHAT, say(1)));

        assertThat(changes)
                .extracting(change -> counter(change.orElseThrow().before()).count())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, all).boxed().toList());
        assertThat(changes).allSatisfy(changed -> {
            Change change = changed.orElseThrow();
            CounterState before = counter(change.before());
            assertThat(change.after()).contains(before.counting().head(before.head() + 1));
            assertThat(change.appended()).isEqualTo(rows(before.head() + 1, before.head() + 1));
        });
        assertThat(await(nodes.get(1).store.read(CHAT, 0, all + 1))).contains(new Page(state(all, all), rows(1, all)));
    }

    @Test
    void required_update_ofManyChats_keepsThemApart() throws InterruptedException {
        List<Node> nodes = twoNodes();
        int chats = 30;
        for (int i = 0; i < chats; i++) {
            await(nodes.get(0).store.create(CounterState.of(new ChatId("chat_" + i), ANN), List.of()));
        }

        inThreads(chats, i -> nodes.get(i % 2).store.update(new ChatId("chat_" + i % chats), say(1)));

        for (int i = 0; i < chats; i++) {
            Page page = page(nodes.get(0).store, new ChatId("chat_" + i));
            assertThat(counter(page.state()).count()).isEqualTo(THREADS);
            assertThat(page.rows()).isEqualTo(rows(1, THREADS));
        }
    }

    @Test
    void required_update_byARuleThatThrows_changesNothing() {
        SessionStore store = start().store;
        await(store.create(CounterState.of(CHAT, ANN), List.of()));

        assertThatCode(() -> await(store.update(CHAT, (state, now) -> {
                    throw new IllegalStateException("a fault of the rule");
                })))
                .hasStackTraceContaining("a fault of the rule");

        change(store, CHAT, COUNT);
        assertThat(page(store, CHAT).state()).isEqualTo(state(1, 0));
    }

    @Test
    void required_read_givesRowsAboveAPosition_atMostSoMany() {
        SessionStore store = start().store;
        await(store.create(CounterState.of(CHAT, ANN).head(5), rows(1, 5)));

        assertThat(await(store.read(CHAT, 0, 2)).orElseThrow().rows()).isEqualTo(rows(1, 2));
        assertThat(await(store.read(CHAT, 2, 2)).orElseThrow().rows()).isEqualTo(rows(3, 4));
        assertThat(await(store.read(CHAT, 4, 2)).orElseThrow().rows()).isEqualTo(rows(5, 5));
        assertThat(await(store.read(CHAT, 0, Integer.MAX_VALUE)).orElseThrow().rows())
                .isEqualTo(rows(1, 5));
        assertThat(await(store.read(CHAT, 0, 0)).orElseThrow().rows()).isEmpty();
        assertThat(await(store.read(CHAT, 5, 2)).orElseThrow().rows()).isEmpty();
        assertThat(await(store.read(CHAT, Long.MAX_VALUE, 2)).orElseThrow().rows())
                .isEmpty();
    }

    @Test
    void required_read_ofAnUnknownChat_isEmpty() {
        assertThat(await(start().store.read(CHAT, 0, 10))).isEmpty();
    }

    @Test
    void required_read_isNeverFromACache() {
        List<Node> nodes = twoNodes();
        await(nodes.get(0).store.create(CounterState.of(CHAT, ANN), List.of()));

        for (int i = 1; i < 20; i++) {
            change(nodes.get(i % 2).store, CHAT, say(1));
            assertThat(page(nodes.get(0).store, CHAT)).isEqualTo(new Page(state(i, i), rows(1, i)));
        }
    }

    @Test
    void required_read_isOfOneInstant() throws InterruptedException {
        List<Node> nodes = twoNodes();
        await(nodes.get(0).store.create(CounterState.of(CHAT, ANN), List.of()));
        Rule sayAndOmit = (state, now) -> {
            Step step = say(2).apply(state, now);
            CounterState next = counter(step.next().orElseThrow());
            return new Step(Optional.of(next.omitting(next.head() - 10)), step.append());
        };

        List<Page> pages = inThreads(
                50,
                i -> i % 2 == 0
                        ? nodes.get(0)
                                .store
                                .update(CHAT, sayAndOmit)
                                .thenApply(change -> new Page(state(0, 0), List.of()))
                        : nodes.get(1).store.read(CHAT, 0, 1_000).thenApply(Optional::orElseThrow));

        assertThat(pages)
                .allSatisfy(page -> assertThat(page.rows())
                        .isEqualTo(rows(
                                Math.max(0, page.state().omitted()) + 1,
                                page.state().head())));
    }

    @Test
    void required_rows_upToOmitted_areDropped() {
        SessionStore store = start().store;
        await(store.create(CounterState.of(CHAT, ANN).head(5), rows(1, 5)));

        change(store, CHAT, (state, now) -> keep(counter(state).omitting(3)));
        assertThat(page(store, CHAT).rows()).isEqualTo(rows(4, 5));

        Change change = change(
                store,
                CHAT,
                (state, now) -> new Step(Optional.of(counter(state).head(8).omitting(7)), rows(6, 8)));
        assertThat(change.appended()).isEqualTo(rows(6, 8));
        assertThat(page(store, CHAT).rows()).isEqualTo(rows(8, 8));
    }

    @Test
    void required_rows_comeBackAsTheyWere() {
        SessionStore store = start().store;
        List<Row> rows = List.of(
                row(1, true, ChatEvent.text(Party.AGENT, "", "")),
                row(2, false, ChatEvent.typing(Party.CLIENT, "Zo\u00eb", true)),
                row(
                        3,
                        true,
                        ChatEvent.of(
                                "Own.Type-1_x", Party.EXTERNAL, "a:b|c,d", " 1:2\n\r\t\u0000\u001f\u007f\"'\\{} ")),
                row(
                        4,
                        true,
                        ChatEvent.text(
                                Party.SUPERVISOR,
                                "\u202eBob",
                                "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u05e9\u05dc\u05d5\u05dd")),
                row(5, true, ChatEvent.text(Party.AGENT, "Ann", "x".repeat(24 * 1024))));

        await(store.create(CounterState.of(CHAT, ANN).head(2), rows.subList(0, 2)));
        change(store, CHAT, (state, now) -> new Step(Optional.of(counter(state).head(5)), rows.subList(2, 5)));

        assertThat(page(store, CHAT).rows()).isEqualTo(rows);
    }

    @Test
    void required_rows_manyAtOnce() {
        SessionStore store = start().store;
        await(store.create(CounterState.of(CHAT, ANN), List.of()));

        change(store, CHAT, say(10_000));

        assertThat(await(store.read(CHAT, 0, 20_000)).orElseThrow().rows()).isEqualTo(rows(1, 10_000));
    }

    @Test
    void required_ofOwner_givesTheChatsOfACustomer() {
        List<Node> nodes = twoNodes();
        List<ChatId> chats = List.of(new ChatId("a"), new ChatId("b"), new ChatId("c"));
        await(nodes.get(0).store.create(CounterState.of(chats.get(0), ANN), List.of()));
        await(nodes.get(0).store.create(CounterState.of(chats.get(1), BOB), List.of()));
        await(nodes.get(1).store.create(CounterState.of(chats.get(2), ANN), List.of()));

        assertThat(await(nodes.get(0).store.ofOwner(ANN))).containsExactlyInAnyOrder(chats.get(0), chats.get(2));
        assertThat(await(nodes.get(1).store.ofOwner(BOB))).containsExactly(chats.get(1));
        assertThat(await(nodes.get(1).store.ofOwner(new UserId("nobody")))).isEmpty();

        change(nodes.get(1).store, chats.get(0), (state, now) -> new Step(Optional.empty(), List.of()));
        assertThat(await(nodes.get(0).store.ofOwner(ANN))).containsExactly(chats.get(2));
    }

    @Test
    void required_all_isInOrderAndInPages() {
        SessionStore store = start().store;
        List<ChatId> chats = List.of("-", "0", "00", "9", "A", "Z", "_", "a", "aa", "b", "b-", "bA", "b_", "z").stream()
                .map(ChatId::new)
                .toList();
        List<ChatId> shuffled = new ArrayList<>(chats);
        Collections.rotate(shuffled, 5);
        Collections.swap(shuffled, 2, 9);
        shuffled.forEach(chat -> await(store.create(CounterState.of(chat, ANN), List.of())));

        List<ChatId> paged = new ArrayList<>();
        for (List<ChatId> page = await(store.all("", 3)); !page.isEmpty() && paged.size() < 20; ) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            paged.addAll(page);
            page = await(store.all(page.get(page.size() - 1).value(), 3));
        }

        assertThat(paged).isEqualTo(chats);
        assertThat(await(store.all("", 100))).isEqualTo(chats);
        assertThat(await(store.all("Zz", 2))).isEqualTo(chats.subList(6, 8));
    }

    // Time

    @Test
    void required_clock_goesForwardWithTime() {
        List<Node> nodes = twoNodes();
        await(nodes.get(0).store.create(CounterState.of(CHAT, ANN), List.of()));

        Instant first = now(nodes.get(0), CHAT);
        Instant second = now(nodes.get(1), CHAT);
        pass(Duration.ofSeconds(1));
        Instant third = now(nodes.get(0), CHAT);

        assertThat(second).isAfterOrEqualTo(first);
        assertThat(third).isAfterOrEqualTo(second.plus(Duration.ofSeconds(1)));
    }

    @Test
    void required_due_isToldWhenItsTimeHasCome_andNotBefore() {
        Node node = start();
        List<Instant> toldAt = new CopyOnWriteArrayList<>();
        node.whenDue(chat -> node.store.update(chat, noting(toldAt)));
        await(node.store.create(CounterState.of(CHAT, ANN), List.of()));

        List<Instant> committedAt = new ArrayList<>();
        change(node.store, CHAT, (state, now) -> {
            committedAt.add(now);
            return wakeIn(Duration.ofSeconds(2)).apply(state, now);
        });

        Instant wakeAt = committedAt.get(committedAt.size() - 1).plusSeconds(2);
        eventually("told", () -> !toldAt.isEmpty());
        assertThat(toldAt).first().satisfies(first -> assertThat(first).isAfterOrEqualTo(wakeAt));
    }

    @Test
    void required_due_isRepeatedUntilItHasMovedOn() {
        Node node = start();
        await(node.store.create(CounterState.of(CHAT, ANN).waking(Instant.EPOCH), List.of()));

        eventually("told three times", () -> node.due.size() >= 3);
        change(node.store, CHAT, COUNT);
        int before = node.due.size();
        eventually("told again, for it is still due", () -> node.due.size() >= before + 2);

        change(node.store, CHAT, SLEEP);
        assertSilent(node.due);
    }

    @Test
    void required_due_followsWhenItIsMoved() {
        Node node = start();
        ChatId later = new ChatId("later");
        ChatId sooner = new ChatId("sooner");
        await(node.store.create(CounterState.of(later, ANN), List.of()));
        await(node.store.create(CounterState.of(sooner, ANN), List.of()));
        change(node.store, later, wakeIn(Duration.ofSeconds(2)));
        change(node.store, sooner, wakeIn(Duration.ofHours(1)));

        change(node.store, later, wakeIn(Duration.ofHours(1)));
        change(node.store, sooner, wakeIn(Duration.ofMillis(500)));

        eventually("told of the sooner", () -> node.due.contains(sooner));
        change(node.store, sooner, SLEEP);
        assertSilent(node.due);
        assertThat(node.due).doesNotContain(later);
    }

    @Test
    void required_due_isNotToldOfARemovedSession() {
        Node node = start();
        await(node.store.create(CounterState.of(CHAT, ANN), List.of()));
        change(node.store, CHAT, wakeIn(Duration.ofSeconds(1)));

        change(node.store, CHAT, (state, now) -> new Step(Optional.empty(), List.of()));

        pass(Duration.ofSeconds(1));
        assertSilent(node.due);
        assertThat(node.due).isEmpty();
    }

    @Test
    void required_due_listenerMayUseTheStore() {
        Node node = start();
        node.whenDue(chat -> node.store.update(chat, SLEEP));

        await(node.store.create(CounterState.of(CHAT, ANN).waking(Instant.EPOCH), List.of()));

        eventually("moved on", () -> page(node.store, CHAT).state().wakeAt().isEmpty());
    }

    @Test
    void required_due_isToldAgainToAListenerThatThrew_andOfTheOthers() {
        Node node = start();
        ChatId other = new ChatId("other");
        await(node.store.create(CounterState.of(CHAT, ANN), List.of()));
        await(node.store.create(CounterState.of(other, ANN), List.of()));
        change(node.store, CHAT, wakeIn(Duration.ofMillis(500)));
        change(node.store, other, wakeIn(Duration.ofMillis(500)));
        node.whenDue(chat -> {
            node.whenDue(next -> {});
            throw new IllegalStateException("a fault of the listener");
        });

        try {
            pass(Duration.ofSeconds(1));
        } catch (AssertionError thrown) {
            assertThat(thrown).hasStackTraceContaining("a fault of the listener");
        }

        eventually(
                "told of both, and again",
                () -> Collections.frequency(node.due, CHAT) > 1 && Collections.frequency(node.due, other) > 1);
    }

    @Test
    void required_due_ofManySessions_missesNone() {
        Node node = start();
        List<ChatId> chats =
                IntStream.range(0, 200).mapToObj(i -> new ChatId("chat_" + i)).toList();
        chats.forEach(chat -> await(node.store.create(CounterState.of(chat, ANN), List.of())));

        chats.forEach(chat -> await(node.store.update(chat, wakeIn(Duration.ofSeconds(1)))));

        eventually("all told", () -> node.due.containsAll(chats));
    }

    // Nudges may be lost, so they may be needed more than once

    @Test
    void required_nudge_reachesItsNode() {
        List<Node> nodes = twoNodes();

        eventually("nudged", () -> {
            nodes.get(0).store.nudge(nodes.get(1).store.node(), CHAT);
            return nodes.get(1).nudged.contains(CHAT);
        });
        if (shared()) {
            assertThat(nodes.get(0).nudged).isEmpty();
        }
    }

    @Test
    void required_nudge_ofAnUnknownNode_isIgnored() {
        Node node = start();

        assertThatCode(() -> node.store.nudge(new NodeId("gone"), CHAT)).doesNotThrowAnyException();
        assertSilent(node.nudged);
    }

    @Test
    void required_announce_reachesEveryNode() {
        List<Node> nodes = twoNodes();

        eventually("announced", () -> {
            nodes.get(0).store.announce(ANN);
            return nodes.stream().allMatch(node -> node.announced.contains(ANN));
        });
    }

    // Crashes and lost replies

    @Test
    void required_orphaned_isNotToldOfANodeThatLives() {
        List<Node> nodes = twoNodes();
        CounterState opened =
                CounterState.of(CHAT, ANN).connected(nodes.get(0).store.node(), new ConnectionId("connection"));

        await(nodes.get(0).store.create(opened, List.of()));

        nodes.forEach(node -> assertSilent(node.orphaned));
    }

    @Test
    void optional_orphaned_isRepeatedUntilTheSessionHasNoConnection() {
        List<Node> nodes = nodesOfWhichTheFirstIsKilled(new ConnectionId("connection"));
        Node survivor = nodes.get(1);

        Orphan orphan = new Orphan(CHAT, new ConnectionId("connection"));
        eventually("told three times", () -> Collections.frequency(survivor.orphaned, orphan) >= 3);
        change(survivor.store, CHAT, COUNT);
        int before = survivor.orphaned.size();
        eventually("told again, for it is still there", () -> survivor.orphaned.size() >= before + 2);

        change(survivor.store, CHAT, (state, now) -> keep(counter(state).disconnected()));
        assertSilent(survivor.orphaned);
        assertThat(survivor.orphaned).containsOnly(orphan);
    }

    @Test
    void optional_orphaned_isRepeatedUntilTheSessionHasAnotherConnection() {
        List<Node> nodes = nodesOfWhichTheFirstIsKilled(new ConnectionId("connection"));
        Node survivor = nodes.get(1);
        eventually("told", () -> !survivor.orphaned.isEmpty());

        change(
                survivor.store,
                CHAT,
                (state, now) -> keep(counter(state).connected(survivor.store.node(), new ConnectionId("another"))));

        assertSilent(survivor.orphaned);
    }

    @Test
    void optional_due_isToldToANodeThatLives() {
        List<Node> nodes = nodesOfWhichTheFirstIsKilled(new ConnectionId("connection"));
        Node survivor = nodes.get(1);

        change(survivor.store, CHAT, wakeIn(Duration.ofSeconds(1)));

        eventually("told", () -> survivor.due.contains(CHAT));
        assertThat(nodes.get(0).due).isEmpty();
    }

    @Test
    void optional_sessions_outliveTheLastNode() {
        Node node = start();
        CounterState opened = CounterState.of(CHAT, ANN)
                .connected(node.store.node(), new ConnectionId("connection"))
                .head(3);
        await(node.store.create(opened.waking(Instant.EPOCH), rows(1, 3)));

        kill(node.store);
        Node next = start();

        assertThat(page(next.store, CHAT)).isEqualTo(new Page(opened.waking(Instant.EPOCH), rows(1, 3)));
        eventually("told what is due", () -> next.due.contains(CHAT) && !next.orphaned.isEmpty());
    }

    @Test
    void optional_update_whoseReplyIsLost_wasMadeOnce() {
        SessionStore store = start().store;
        await(store.create(CounterState.of(CHAT, ANN), List.of()));
        change(store, CHAT, say(1));

        loseNextReply();
        settle(store.update(CHAT, say(1)));

        assertThat(page(store, CHAT)).isEqualTo(new Page(state(2, 2), rows(1, 2)));
        Change again = change(store, CHAT, (state, now) -> state.head() < 2 ? say(1).apply(state, now) : keep(state));
        assertThat(again.after()).containsSame(again.before());
        assertThat(again.before()).isEqualTo(state(2, 2));
    }

    @Test
    void optional_create_whoseReplyIsLost_wasMadeOnce() {
        SessionStore store = start().store;

        loseNextReply();
        settle(store.create(CounterState.of(CHAT, ANN).head(1), rows(1, 1)));

        assertThat(await(store.create(CounterState.of(CHAT, ANN).head(1), rows(1, 1))))
                .isFalse();
        assertThat(page(store, CHAT))
                .isEqualTo(new Page(CounterState.of(CHAT, ANN).head(1), rows(1, 1)));
    }

    private List<Node> nodesOfWhichTheFirstIsKilled(ConnectionId connection) {
        Assumptions.assumeTrue(shared(), "This store has one node");
        List<Node> nodes = twoNodes();
        CounterState opened =
                CounterState.of(CHAT, ANN).connected(nodes.get(0).store.node(), connection);
        await(nodes.get(0).store.create(opened, List.of()));
        kill(nodes.get(0).store);
        return nodes;
    }

    private Node start() {
        Node node = new Node(open());
        started.add(node);
        node.store.start(CounterState.CODEC, node);
        return node;
    }

    /** Returns two nodes if there can be two, else the same one twice. */
    private List<Node> twoNodes() {
        Node first = start();
        return List.of(first, shared() ? start() : first);
    }

    private Change change(SessionStore store, ChatId chat, Rule rule) {
        return await(store.update(chat, rule)).orElseThrow();
    }

    private Page page(SessionStore store, ChatId chat) {
        return await(store.read(chat, 0, 1_000)).orElseThrow();
    }

    private Instant now(Node node, ChatId chat) {
        List<Instant> seen = new CopyOnWriteArrayList<>();
        change(node.store, chat, noting(seen));
        return seen.get(seen.size() - 1);
    }

    private static Rule noting(List<Instant> times) {
        return (state, now) -> {
            times.add(now);
            return keep(state);
        };
    }

    private <T> T await(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        settle(future);
        return future.join();
    }

    /** Waits for the reply, whatever it is: a store may find out that its commit was made, or fail. */
    private void settle(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        eventually("the store has answered", future::isDone);
    }

    private void eventually(String what, BooleanSupplier condition) {
        for (Duration waited = Duration.ZERO; !condition.getAsBoolean(); waited = waited.plus(STEP)) {
            if (waited.compareTo(patience()) > 0) {
                fail("Not within " + patience() + ": " + what);
            }
            pass(STEP);
        }
    }

    /** Checks that no signal comes, except those that were already on their way. */
    private void assertSilent(List<?> signals) {
        pass(Duration.ofMillis(1_500));
        int before = signals.size();
        pass(Duration.ofMillis(2_500));
        assertThat(signals).hasSize(before);
    }

    /** Calls from several threads at once, this many times each; returns the results of all stages. */
    private <T> List<T> inThreads(int times, IntFunction<CompletionStage<T>> call) throws InterruptedException {
        List<CompletionStage<T>> stages = Collections.synchronizedList(new ArrayList<>());
        Phaser start = new Phaser(THREADS);
        List<Thread> threads = IntStream.range(0, THREADS)
                .mapToObj(thread -> new Thread(() -> {
                    start.arriveAndAwaitAdvance();
                    for (int i = 0; i < times; i++) {
                        stages.add(call.apply(i * THREADS + thread));
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(stages).hasSize(THREADS * times);
        return stages.stream().map(this::await).toList();
    }

    private static Step keep(SessionState next) {
        return new Step(Optional.of(next), List.of());
    }

    private static Rule say(int rows) {
        return (state, now) -> new Step(
                Optional.of(counter(state).counting().head(state.head() + rows)),
                rows(state.head() + 1, state.head() + rows));
    }

    private static Rule wakeIn(Duration time) {
        return (state, now) -> keep(counter(state).waking(now.plus(time)));
    }

    private static CounterState counter(SessionState state) {
        return (CounterState) state;
    }

    private static CounterState state(long count, long head) {
        CounterState state = CounterState.of(CHAT, ANN).head(head);
        for (long i = 0; i < count; i++) {
            state = state.counting();
        }
        return state;
    }

    private static List<Row> rows(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(i -> row(i, true, ChatEvent.text(Party.AGENT, "Ann", "Text " + i)))
                .toList();
    }

    private static Row row(long position, boolean pushable, ChatEvent event) {
        Instant at = Instant.parse("2015-03-03T20:36:12.123456789Z").plusSeconds(position);
        return new Row(position, pushable, at, event.withId("event-" + position));
    }

    private record Orphan(ChatId chat, ConnectionId connection) {}

    /** A started store, and what its listener was told. */
    private static final class Node implements SessionStore.Listener {
        final SessionStore store;
        final List<ChatId> due = new CopyOnWriteArrayList<>();
        final List<ChatId> nudged = new CopyOnWriteArrayList<>();
        final List<UserId> announced = new CopyOnWriteArrayList<>();
        final List<Orphan> orphaned = new CopyOnWriteArrayList<>();
        private volatile Consumer<ChatId> whenDue = chat -> {};

        Node(SessionStore store) {
            this.store = store;
        }

        void whenDue(Consumer<ChatId> reaction) {
            whenDue = reaction;
        }

        @Override
        public void due(ChatId chat) {
            due.add(chat);
            whenDue.accept(chat);
        }

        @Override
        public void nudged(ChatId chat) {
            nudged.add(chat);
        }

        @Override
        public void announced(UserId owner) {
            announced.add(owner);
        }

        @Override
        public void orphaned(ChatId chat, ConnectionId connection) {
            orphaned.add(new Orphan(chat, connection));
        }
    }
}

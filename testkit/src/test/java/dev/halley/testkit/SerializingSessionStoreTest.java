package dev.halley.testkit;

import static dev.halley.testkit.Samples.CHAT;
import static dev.halley.testkit.Samples.OWNER;
import static dev.halley.testkit.Samples.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.SessionStore.Rule;
import dev.halley.spi.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerializingSessionStoreTest {

    private static final Rule COUNT =
            (state, now) -> new Step(Optional.of(((CounterState) state).counting()), List.of());
    private static final CounterState OPENED = CounterState.of(CHAT, OWNER);

    private final VirtualTime time = new VirtualTime();
    private final SerializingSessionStore.Cluster cluster = new SerializingSessionStore.Cluster(time);
    private final List<String> told = new ArrayList<>();
    private final SerializingSessionStore one = start("one");
    private final SerializingSessionStore two = start("two");

    @Test
    void noObject_comesOutAsItWentIn() {
        CounterState opened = OPENED.head(1);
        List<Row> rows = rows(1, 2);
        now(one.create(opened, rows.subList(0, 1)));

        CounterState next = opened.head(2);
        Change change = changed(one, (state, now) -> new Step(Optional.of(next), rows.subList(1, 2)));

        assertThat(change.before()).isEqualTo(opened).isNotSameAs(opened);
        assertThat(change.after().orElseThrow()).isEqualTo(next).isNotSameAs(next);
        assertThat(change.appended().get(0)).isEqualTo(rows.get(1)).isNotSameAs(rows.get(1));
        assertThat(now(one.read(CHAT, 0, 1)).orElseThrow().rows().get(0)).isNotSameAs(rows.get(0));
    }

    @Test
    void conflict_appliesTheRuleAgain_toWhatTheOtherHasCommitted() {
        now(one.create(OPENED, List.of()));
        changed(one, COUNT);
        AtomicInteger tried = new AtomicInteger();

        Change change = changed(one, (state, now) -> {
            if (tried.getAndIncrement() == 0) {
                changed(two, COUNT);
            }
            return COUNT.apply(state, now);
        });

        assertThat(tried).hasValue(2);
        assertThat(change.before()).isEqualTo(OPENED.counting().counting());
        assertThat(change.after()).contains(OPENED.counting().counting().counting());
    }

    @Test
    void conflictsByChance_triesMoreOftenThanItCommits() {
        now(one.create(OPENED, List.of()));
        cluster.conflicts(0.5);
        AtomicInteger tried = new AtomicInteger();

        for (int i = 0; i < 100; i++) {
            changed(one, (state, now) -> {
                tried.incrementAndGet();
                return COUNT.apply(state, now);
            });
        }

        assertThat(tried).hasValueBetween(150, 300);
        assertThat(((CounterState) state()).count()).isEqualTo(100);
    }

    @Test
    void staleNoOp_isTriedAgain() {
        now(one.create(OPENED, List.of()));
        changed(one, COUNT);
        changed(two, COUNT);
        List<Long> seen = new ArrayList<>();

        changed(one, (state, now) -> {
            seen.add(((CounterState) state).count());
            return new Step(Optional.of(state), List.of());
        });

        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void lostReply_failsTheCallButNotTheCommit() {
        now(one.create(OPENED, List.of()));

        cluster.lostReplies(1);
        assertThat(one.update(CHAT, COUNT).toCompletableFuture()).isCompletedExceptionally();

        assertThat(state()).isEqualTo(OPENED.counting());
    }

    @Test
    void failure_failsTheCallAndDoesNothing() {
        now(one.create(OPENED, List.of()));

        cluster.failures(1);
        assertThat(one.update(CHAT, COUNT).toCompletableFuture()).isCompletedExceptionally();
        assertThat(one.read(CHAT, 0, 0).toCompletableFuture()).isCompletedExceptionally();
        cluster.failures(0);

        assertThat(state()).isEqualTo(OPENED);
    }

    @Test
    void signals_areLostOrDoubledByChance() {
        cluster.lostSignals(1);
        one.nudge(two.node(), CHAT);
        time.settle();
        assertThat(told).isEmpty();

        cluster.lostSignals(0).doubledSignals(1);
        one.nudge(two.node(), CHAT);
        time.settle();
        assertThat(told).containsExactly("two nudged", "two nudged");
    }

    @Test
    void announcement_reachesEachNode() {
        one.announce(OWNER);
        time.settle();

        assertThat(told).containsExactlyInAnyOrder("one announced", "two announced");
    }

    @Test
    void delay_completesLater_andNotInTheOrderOfTheCalls() {
        now(one.create(OPENED, List.of()));
        cluster.delay(Duration.ofSeconds(1));

        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int call = i;
            (i % 2 == 0 ? one : two).update(CHAT, COUNT).thenRun(() -> order.add(call));
        }
        assertThat(order).isEmpty();
        time.advance(Duration.ofMinutes(5));

        assertThat(order).hasSize(20).isNotEqualTo(order.stream().sorted().toList());
        cluster.delay(Duration.ZERO);
        assertThat(((CounterState) state()).count()).isEqualTo(20);
    }

    @Test
    void due_isToldToOneNode_eachSecondUntilItMoves() {
        now(one.create(OPENED.waking(time.instant().plusSeconds(10)), List.of()));

        time.advance(Duration.ofMillis(9_999));
        assertThat(told).isEmpty();
        time.advance(Duration.ofMillis(1));
        assertThat(told).containsExactly("one due");
        time.advance(Duration.ofSeconds(2));
        assertThat(told).containsExactly("one due", "two due", "one due");

        changed(one, (state, now) -> new Step(Optional.of(OPENED), List.of()));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).hasSize(3);
    }

    @Test
    void killed_leavesItsConnectionsToTheOthers() {
        now(one.create(OPENED.connected(one.node(), new ConnectionId("c1")), List.of()));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).isEmpty();

        cluster.kill(one.node());
        time.advance(Duration.ofSeconds(2));
        assertThat(told).containsExactly("two orphaned c1", "two orphaned c1", "two orphaned c1");

        changed(
                two,
                (state, now) -> new Step(
                        Optional.of(((CounterState) state).connected(two.node(), new ConnectionId("c2"))), List.of()));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).hasSize(3);
    }

    @Test
    void killed_getsNoAnswerAndTellsNothing() {
        now(one.create(OPENED, List.of()));
        cluster.delay(Duration.ofSeconds(1));
        CompletableFuture<Optional<Change>> underWay = one.update(CHAT, COUNT).toCompletableFuture();

        cluster.kill(one.node());
        CompletableFuture<Optional<Change>> after = one.update(CHAT, COUNT).toCompletableFuture();
        one.nudge(two.node(), CHAT);
        time.advance(Duration.ofMinutes(1));

        assertThat(underWay).isNotDone();
        assertThat(after).isNotDone();
        assertThat(told).isEmpty();
    }

    @Test
    void commitThatWasUnderWay_isMadeAfterTheCrash() {
        now(one.create(OPENED, List.of()));
        changed(one, COUNT);
        cluster.delay(Duration.ofSeconds(1));
        CompletableFuture<Optional<Change>> underWay = one.update(CHAT, COUNT).toCompletableFuture();

        cluster.kill(one.node());
        time.advance(Duration.ofMinutes(1));
        cluster.delay(Duration.ZERO);

        assertThat(underWay).isNotDone();
        assertThat(((CounterState) state()).count()).isEqualTo(2);
    }

    @Test
    void closed_refusesAndLeavesItsConnectionsToTheOthers() {
        now(one.create(OPENED.connected(one.node(), new ConnectionId("c1")), List.of()));

        one.close();
        time.settle();

        assertThat(told).containsExactly("two orphaned c1");
        assertThat(one.update(CHAT, COUNT).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void rowsThatDoNotFollow_areRefused() {
        now(one.create(OPENED.head(2), rows(1, 2)));

        assertThat(refuses(OPENED.head(4), rows(4, 4))).isTrue();
        assertThat(refuses(OPENED.head(5), rows(3, 4))).isTrue();
        assertThat(refuses(OPENED.head(3), List.of())).isTrue();
        assertThat(refuses(OPENED.head(3), rows(3, 3))).isFalse();
    }

    @Test
    void withoutStart_nothingGoes() {
        assertThatIllegalStateException().isThrownBy(() -> cluster.node().create(OPENED, List.of()));
    }

    private boolean refuses(CounterState next, List<Row> rows) {
        return one.update(CHAT, (state, now) -> new Step(Optional.of(next), rows))
                .toCompletableFuture()
                .isCompletedExceptionally();
    }

    private SessionState state() {
        return now(two.read(CHAT, 0, 0)).orElseThrow().state();
    }

    private static Change changed(SessionStore store, Rule rule) {
        return now(store.update(CHAT, rule)).orElseThrow();
    }

    private static <T> T now(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private SerializingSessionStore start(String name) {
        SerializingSessionStore store = cluster.node();
        store.start(CounterState.CODEC, new SessionStore.Listener() {
            @Override
            public void due(ChatId chat) {
                told.add(name + " due");
            }

            @Override
            public void nudged(ChatId chat) {
                told.add(name + " nudged");
            }

            @Override
            public void announced(UserId owner) {
                told.add(name + " announced");
            }

            @Override
            public void orphaned(ChatId chat, ConnectionId connection) {
                told.add(name + " orphaned " + connection.value());
            }
        });
        return store;
    }
}

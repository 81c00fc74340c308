package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract finds stores that break it: each of these has one fault. */
class SessionStoreContractTest {

    private static final Instant LONG_AGO = Instant.EPOCH;

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void fault_isFound(String fault, String test, BiFunction<SessionStore, VirtualTime, SessionStore> faulty)
            throws ReflectiveOperationException {
        Method finder = SessionStoreContract.class.getDeclaredMethod(test);

        assertThat(passes(finder, (store, time) -> new Delegating(store))).isTrue();
        assertThat(passes(finder, faulty)).isFalse();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "every node has the same name",
                        "required_node_isAnotherForEachStore",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public NodeId node() {
                                return new NodeId("node");
                            }
                        }),
                fault(
                        "create always says that it has created",
                        "required_create_ofAChatThatIsThere_changesNothing",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Boolean> create(SessionState opened, List<Row> rows) {
                                return super.create(opened, rows).thenApply(created -> true);
                            }
                        }),
                fault("texts are trimmed", "required_rows_comeBackAsTheyWere", (store, time) -> new Delegating(store) {
                    @Override
                    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
                        return super.read(chat, after, max)
                                .thenApply(page -> page.map(found -> new Page(
                                        found.state(),
                                        found.rows().stream()
                                                .map(SessionStoreContractTest::stripped)
                                                .toList())));
                    }
                }),
                fault(
                        "an update reads and writes in two steps",
                        "required_update_ofManyThreads_isAtomic",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                return read(chat, 0, 0).thenCompose(page -> {
                                    Optional<Step> step = page.map(found -> rule.apply(found.state(), time.instant()));
                                    return super.update(chat, (state, now) -> step.orElseThrow());
                                });
                            }
                        }),
                fault(
                        "an update is made twice",
                        "required_update_saysWhatWasAndWhatIs",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                return super.update(chat, rule).thenCompose(change -> super.update(chat, rule));
                            }
                        }),
                fault(
                        "an update is repeated when its reply is lost",
                        "optional_update_whoseReplyIsLost_wasMadeOnce",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                return super.update(chat, rule)
                                        .exceptionallyCompose(failure -> super.update(chat, rule));
                            }
                        }),
                fault(
                        "nothing is removed",
                        "required_update_toNothing_removesTheSessionAndItsRows",
                        (store, time) -> new Altering(store) {
                            @Override
                            Step altered(SessionState state, Step step) {
                                return step.next().isPresent() ? step : new Step(Optional.of(state), List.of());
                            }
                        }),
                fault(
                        "a no-op looks like a change",
                        "required_update_thatChangesNothing_saysSo",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                return super.update(chat, rule)
                                        .thenApply(change -> change.map(made -> new Change(
                                                made.before(),
                                                made.after().map(SessionStoreContractTest::copy),
                                                made.appended())));
                            }
                        }),
                fault(
                        "a no-op is decided on what was seen last",
                        "required_update_thatChangesNothing_hasSeenWhatWasCommittedBefore",
                        (store, time) -> new Delegating(store) {
                            private final Map<ChatId, SessionState> seen = new ConcurrentHashMap<>();

                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                SessionState last = seen.get(chat);
                                if (last != null
                                        && rule.apply(last, time.instant())
                                                        .next()
                                                        .orElse(null)
                                                == last) {
                                    return CompletableFuture.completedFuture(
                                            Optional.of(new Change(last, Optional.of(last), List.of())));
                                }
                                return super.update(chat, rule).thenApply(change -> {
                                    change.flatMap(Change::after).ifPresent(after -> seen.put(chat, after));
                                    return change;
                                });
                            }
                        }),
                fault(
                        "rows that are no longer needed stay",
                        "required_rows_upToOmitted_areDropped",
                        (store, time) -> new Altering(store) {
                            @Override
                            Step altered(SessionState state, Step step) {
                                return new Step(
                                        step.next().map(next -> ((CounterState) next).omitting(0)), step.append());
                            }
                        }),
                fault("reads are cached", "required_read_isNeverFromACache", (store, time) -> new Delegating(store) {
                    private final Map<ChatId, CompletionStage<Optional<Page>>> pages = new ConcurrentHashMap<>();

                    @Override
                    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
                        return pages.computeIfAbsent(chat, id -> super.read(chat, after, max));
                    }
                }),
                fault(
                        "state and rows are read one after the other",
                        "required_read_isOfOneInstant",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
                                return super.read(chat, 0, 0)
                                        .thenCombine(
                                                super.read(chat, after, max),
                                                (state, rows) -> state.flatMap(first ->
                                                        rows.map(second -> new Page(first.state(), second.rows()))));
                            }
                        }),
                fault(
                        "a read gives everything",
                        "required_read_givesRowsAboveAPosition_atMostSoMany",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
                                return super.read(chat, after, Integer.MAX_VALUE);
                            }
                        }),
                fault(
                        "everybody owns every chat",
                        "required_ofOwner_givesTheChatsOfACustomer",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
                                return all("", Integer.MAX_VALUE);
                            }
                        }),
                fault(
                        "chats are in no order",
                        "required_all_isInOrderAndInPages",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<List<ChatId>> all(String after, int limit) {
                                return super.all(after, limit).thenApply(chats -> {
                                    List<ChatId> reversed = new ArrayList<>(chats);
                                    Collections.reverse(reversed);
                                    return reversed;
                                });
                            }
                        }),
                fault(
                        "a page begins with the last of the one before",
                        "required_all_isInOrderAndInPages",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<List<ChatId>> all(String after, int limit) {
                                return super.all("", Integer.MAX_VALUE)
                                        .thenApply(chats -> chats.stream()
                                                .filter(chat -> chat.value().compareTo(after) >= 0)
                                                .limit(limit)
                                                .toList());
                            }
                        }),
                fault(
                        "the clock stands still",
                        "required_clock_goesForwardWithTime",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
                                return super.update(chat, (state, now) -> rule.apply(state, LONG_AGO));
                            }
                        }),
                fault(
                        "timers are early",
                        "required_due_isToldWhenItsTimeHasCome_andNotBefore",
                        (store, time) -> new Altering(store) {
                            @Override
                            Step altered(SessionState state, Step step) {
                                return new Step(
                                        step.next()
                                                .map(next -> next.wakeAt()
                                                        .<SessionState>map(
                                                                at -> ((CounterState) next).waking(at.minusMillis(100)))
                                                        .orElse(next)),
                                        step.append());
                            }
                        }),
                fault(
                        "what is due is told once",
                        "required_due_isRepeatedUntilItHasMovedOn",
                        (store, time) -> new Telling(store) {
                            private final Set<ChatId> told = new HashSet<>();

                            @Override
                            void due(Listener listener, ChatId chat) {
                                if (told.add(chat)) {
                                    listener.due(chat);
                                }
                            }
                        }),
                fault(
                        "what was due is told again later",
                        "required_due_isRepeatedUntilItHasMovedOn",
                        (store, time) -> new Telling(store) {
                            @Override
                            void due(Listener listener, ChatId chat) {
                                listener.due(chat);
                                time.schedule(Duration.ofSeconds(3), () -> listener.due(chat));
                            }
                        }),
                fault(
                        "orphans are told of once",
                        "optional_orphaned_isRepeatedUntilTheSessionHasNoConnection",
                        (store, time) -> new Telling(store) {
                            private final Set<ChatId> told = new HashSet<>();

                            @Override
                            void orphaned(Listener listener, ChatId chat, ConnectionId connection) {
                                if (told.add(chat)) {
                                    listener.orphaned(chat, connection);
                                }
                            }
                        }),
                fault(
                        "orphans are not told of",
                        "optional_orphaned_isRepeatedUntilTheSessionHasAnotherConnection",
                        (store, time) -> new Telling(store) {
                            @Override
                            void orphaned(Listener listener, ChatId chat, ConnectionId connection) {}
                        }),
                fault("nudges come back", "required_nudge_reachesItsNode", (store, time) -> new Delegating(store) {
                    @Override
                    public void nudge(NodeId target, ChatId chat) {
                        super.nudge(node(), chat);
                    }
                }),
                fault(
                        "nothing is announced",
                        "required_announce_reachesEveryNode",
                        (store, time) -> new Delegating(store) {
                            @Override
                            public void announce(UserId owner) {}
                        }));
    }

    private static Arguments fault(
            String name, String foundBy, BiFunction<SessionStore, VirtualTime, SessionStore> faulty) {
        return Arguments.of(name, foundBy, faulty);
    }

    private static boolean passes(Method test, BiFunction<SessionStore, VirtualTime, SessionStore> stores)
            throws ReflectiveOperationException {
        Contract contract = new Contract(stores);
        try {
            test.invoke(contract);
            return true;
        } catch (InvocationTargetException failure) {
            return false;
        } finally {
            contract.closeStores();
        }
    }

    private static final class Contract extends SessionStoreContract {

        private final VirtualTime time = new VirtualTime();
        private final SerializingSessionStore.Cluster cluster =
                new SerializingSessionStore.Cluster(time).delay(Duration.ofMillis(5));
        private final BiFunction<SessionStore, VirtualTime, SessionStore> faulty;

        Contract(BiFunction<SessionStore, VirtualTime, SessionStore> faulty) {
            this.faulty = faulty;
        }

        @Override
        protected SessionStore open() {
            return faulty.apply(cluster.node(), time);
        }

        @Override
        protected void pass(Duration duration) {
            time.advance(duration);
        }

        @Override
        protected boolean shared() {
            return true;
        }

        @Override
        protected void kill(SessionStore store) {
            cluster.kill(((Delegating) store).store.node());
        }

        @Override
        protected void loseNextReply() {
            cluster.loseNextReply();
        }
    }

    private static Row stripped(Row row) {
        ChatEvent event = row.event();
        ChatEvent stripped = new ChatEvent(
                event.id(),
                event.type(),
                event.party(),
                event.nickname(),
                event.text().strip());
        return new Row(row.position(), row.pushable(), row.at(), stripped);
    }

    private static SessionState copy(SessionState state) {
        return CounterState.CODEC.decode(CounterState.CODEC.encode(state));
    }

    private static class Delegating implements SessionStore {
        private final SessionStore store;

        Delegating(SessionStore store) {
            this.store = store;
        }

        @Override
        public NodeId node() {
            return store.node();
        }

        @Override
        public void start(Codec codec, Listener listener) {
            store.start(codec, listener);
        }

        @Override
        public CompletionStage<Boolean> create(SessionState opened, List<Row> rows) {
            return store.create(opened, rows);
        }

        @Override
        public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
            return store.update(chat, rule);
        }

        @Override
        public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
            return store.read(chat, after, max);
        }

        @Override
        public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
            return store.ofOwner(owner);
        }

        @Override
        public CompletionStage<List<ChatId>> all(String after, int limit) {
            return store.all(after, limit);
        }

        @Override
        public void nudge(NodeId node, ChatId chat) {
            store.nudge(node, chat);
        }

        @Override
        public void announce(UserId owner) {
            store.announce(owner);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Commits something else than what was decided. */
    private abstract static class Altering extends Delegating {
        Altering(SessionStore store) {
            super(store);
        }

        abstract Step altered(SessionState state, Step step);

        @Override
        public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
            return super.update(chat, (state, now) -> altered(state, rule.apply(state, now)));
        }
    }

    /** Tells something else than what there is to tell. */
    private abstract static class Telling extends Delegating {
        Telling(SessionStore store) {
            super(store);
        }

        void due(Listener listener, ChatId chat) {
            listener.due(chat);
        }

        void orphaned(Listener listener, ChatId chat, ConnectionId connection) {
            listener.orphaned(chat, connection);
        }

        @Override
        public void start(Codec codec, Listener listener) {
            super.start(codec, new Listener() {
                @Override
                public void due(ChatId chat) {
                    Telling.this.due(listener, chat);
                }

                @Override
                public void nudged(ChatId chat) {
                    listener.nudged(chat);
                }

                @Override
                public void announced(UserId owner) {
                    listener.announced(owner);
                }

                @Override
                public void orphaned(ChatId chat, ConnectionId connection) {
                    Telling.this.orphaned(listener, chat, connection);
                }
            });
        }
    }
}

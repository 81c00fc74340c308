package dev.halley.testkit;

import static java.util.Objects.requireNonNull;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that behaves like one across the network. Several nodes share a {@link Cluster}, which keeps only
 * text and changes it only by compare-and-set. A node applies a rule to the state that it knows, and again after a
 * conflict. No object that goes in ever comes out again.
 *
 * <p>It is fast and never fails unless its cluster is told otherwise.
 *
 * <p>This class is thread-safe.
 */
public final class SerializingSessionStore implements SessionStore {

    private static final int MOST_KNOWN = 16;

    private final Cluster cluster;
    private final NodeId node;
    private final Map<ChatId, Known> known = Collections.synchronizedMap(new Recent());
    private volatile @Nullable Codec codec;
    private volatile @Nullable Listener listener;
    private volatile boolean killed;
    private volatile boolean closed;

    private SerializingSessionStore(Cluster cluster, NodeId node) {
        this.cluster = cluster;
        this.node = node;
    }

    @Override
    public NodeId node() {
        return node;
    }

    @Override
    public void start(Codec codec, Listener listener) {
        this.codec = requireNonNull(codec, "codec");
        this.listener = requireNonNull(listener, "listener");
        cluster.join(this);
    }

    @Override
    public CompletionStage<Boolean> create(SessionState opened, List<Row> rows) {
        Write write = Write.of(codec(), opened, rows);
        return cluster.commit(this, () -> cluster.insert(write), created -> created);
    }

    @Override
    public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
        Known cached = known.get(chat);
        return (cached != null ? CompletableFuture.completedFuture(Optional.of(cached)) : fetch(chat))
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : attempt(chat, rule, found.get()));
    }

    private CompletableFuture<Optional<Known>> fetch(ChatId chat) {
        return cluster.ask(this, () -> cluster.find(chat, 0, 0))
                .thenApply(found -> found.map(entry -> remember(chat, entry.version(), entry.state())));
    }

    private CompletionStage<Optional<Change>> attempt(ChatId chat, Rule rule, Known current) {
        Step step = rule.apply(current.state(), cluster.clock.instant());
        if (step.next().filter(next -> next == current.state()).isPresent()
                && step.append().isEmpty()) {
            Change none = new Change(current.state(), step.next(), List.of());
            return cluster.ask(this, () -> cluster.isCurrent(chat, current.version()))
                    .thenCompose(is -> is ? CompletableFuture.completedFuture(Optional.of(none)) : again(chat, rule));
        }
        Optional<Write> write = step.next().map(next -> Write.of(codec(), next, step.append()));
        return cluster.commit(this, () -> cluster.compareAndSet(chat, current.version(), write), Optional::isPresent)
                .thenCompose(version -> version.isEmpty()
                        ? again(chat, rule)
                        : CompletableFuture.completedFuture(
                                Optional.of(committed(chat, current, version.get(), write))));
    }

    private CompletionStage<Optional<Change>> again(ChatId chat, Rule rule) {
        known.remove(chat);
        return update(chat, rule);
    }

    private Change committed(ChatId chat, Known before, long version, Optional<Write> write) {
        if (write.isEmpty()) {
            known.remove(chat);
            return new Change(before.state(), Optional.empty(), List.of());
        }
        SessionState after = remember(chat, version, write.get().state()).state();
        List<Row> rows =
                write.get().rows().stream().map(SerializingSessionStore::row).toList();
        return new Change(before.state(), Optional.of(after), rows);
    }

    private Known remember(ChatId chat, long version, String text) {
        Known now = new Known(version, codec().decode(text));
        known.put(chat, now);
        return now;
    }

    @Override
    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
        return cluster.ask(this, () -> cluster.find(chat, after, max))
                .thenApply(found -> found.map(entry -> new Page(
                        codec().decode(entry.state()),
                        entry.rows().stream().map(SerializingSessionStore::row).toList())));
    }

    @Override
    public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
        return cluster.ask(this, () -> cluster.ofOwner(owner));
    }

    @Override
    public CompletionStage<List<ChatId>> all(String after, int limit) {
        return cluster.ask(this, () -> cluster.all(after, limit));
    }

    @Override
    public void nudge(NodeId target, ChatId chat) {
        signal(to -> to.node.equals(target), listener -> listener.nudged(chat));
    }

    @Override
    public void announce(UserId owner) {
        signal(to -> true, listener -> listener.announced(owner));
    }

    private void signal(Predicate<SerializingSessionStore> whom, Consumer<Listener> signal) {
        if (!killed) {
            cluster.nodes().stream().filter(whom).forEach(to -> cluster.tell(to, signal));
        }
    }

    @Override
    public void close() {
        closed = true;
        cluster.leave(this);
    }

    @Override
    public String toString() {
        return "SerializingSessionStore[" + node.value() + "]";
    }

    private Codec codec() {
        return requireStarted(codec);
    }

    private Listener listener() {
        return requireStarted(listener);
    }

    private static <T> T requireStarted(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("The store was not started");
        }
        return part;
    }

    private static String text(Row row) {
        ChatEvent event = row.event();
        return Fields.join(
                row.position(),
                row.pushable(),
                row.at(),
                event.id(),
                event.type(),
                event.party(),
                event.nickname(),
                event.text());
    }

    private static Row row(String text) {
        List<String> fields = Fields.split(text);
        return new Row(
                Long.parseLong(fields.get(0)),
                Boolean.parseBoolean(fields.get(1)),
                Instant.parse(fields.get(2)),
                new ChatEvent(
                        fields.get(3), fields.get(4), Party.valueOf(fields.get(5)), fields.get(6), fields.get(7)));
    }

    /** A state as a node last saw it. */
    private record Known(long version, SessionState state) {}

    /** The sessions that a node knows: only a few, so that others must be read again. */
    private static final class Recent extends LinkedHashMap<ChatId, Known> {
        private static final long serialVersionUID = 1;

        Recent() {
            super(MOST_KNOWN, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<ChatId, Known> eldest) {
            return size() > MOST_KNOWN;
        }
    }

    /** A write to the cluster: text, and beside it the facts that the cluster itself needs. */
    private record Write(
            String state,
            List<String> rows,
            ChatId chat,
            UserId owner,
            long head,
            long omitted,
            Optional<Instant> wakeAt,
            Optional<NodeId> node,
            Optional<ConnectionId> connection) {

        static Write of(Codec codec, SessionState state, List<Row> rows) {
            long first = state.head() - rows.size() + 1;
            for (int i = 0; i < rows.size(); i++) {
                if (rows.get(i).position() != first + i) {
                    throw new IllegalArgumentException("Row " + rows.get(i).position() + " was written in place of "
                            + (first + i) + ", up to the head " + state.head());
                }
            }
            return new Write(
                    codec.encode(state),
                    rows.stream().map(SerializingSessionStore::text).toList(),
                    state.id(),
                    state.owner(),
                    state.head(),
                    state.omitted(),
                    state.wakeAt(),
                    state.node(),
                    state.connection());
        }

        @Override
        public String toString() {
            return "Write[" + chat + ", " + head + "]";
        }
    }

    /** The cluster's answer to a read. */
    private record Found(long version, String state, List<String> rows) {
        @Override
        public String toString() {
            return "Found[" + version + "]";
        }
    }

    /**
     * What several {@link SerializingSessionStore} share: the sessions, the clock, the timers, and the troubles. It
     * outlives its nodes, as a database does.
     *
     * <p>One seed decides everything that happens by chance. Probabilities are from 0 to 1; all are 0 by default and
     * may be changed at any time.
     *
     * <p>This class is thread-safe.
     */
    public static final class Cluster {

        private static final Duration REPEAT = Duration.ofSeconds(1);

        private final InstantSource clock;
        private final Scheduler scheduler;
        private final Random random;
        private final NavigableMap<String, Entry> entries = new TreeMap<>();
        private final Map<NodeId, SerializingSessionStore> nodes = new LinkedHashMap<>();
        private int nodesMade;
        private long versions;
        private long turns;

        private final AtomicBoolean loseNextReply = new AtomicBoolean();
        private volatile double conflicts;
        private volatile double failures;
        private volatile double lostReplies;
        private volatile double lostSignals;
        private volatile double doubledSignals;
        private volatile Duration delay = Duration.ZERO;
        private volatile BiConsumer<ChatId, @Nullable String> watcher = (chat, state) -> {};

        /**
         * Creates an empty cluster.
         *
         * @param clock the store's clock
         * @param scheduler runs timers, tells listeners, and delays calls
         * @param seed decides everything that happens by chance
         */
        public Cluster(InstantSource clock, Scheduler scheduler, long seed) {
            this.clock = requireNonNull(clock, "clock");
            this.scheduler = requireNonNull(scheduler, "scheduler");
            this.random = new Random(seed);
        }

        /**
         * Creates an empty cluster in virtual time, with the seed 0.
         *
         * @param time its clock and scheduler
         */
        public Cluster(VirtualTime time) {
            this(time, time, 0);
        }

        /** {@return a new node, which is not started yet} */
        public synchronized SerializingSessionStore node() {
            return new SerializingSessionStore(this, new NodeId("node-" + ++nodesMade));
        }

        /**
         * Refuses some commits although nobody else has changed the session.
         *
         * @param probability the probability of that
         * @return this cluster
         */
        public Cluster conflicts(double probability) {
            conflicts = probability;
            return this;
        }

        /**
         * Makes some calls fail before they have done anything.
         *
         * @param probability the probability of that
         * @return this cluster
         */
        public Cluster failures(double probability) {
            failures = probability;
            return this;
        }

        /**
         * Reports some commits as failed although they were made.
         *
         * @param probability the probability of that
         * @return this cluster
         */
        public Cluster lostReplies(double probability) {
            lostReplies = probability;
            return this;
        }

        /**
         * Reports the next commit as failed although it is made.
         *
         * @return this cluster
         */
        public Cluster loseNextReply() {
            loseNextReply.set(true);
            return this;
        }

        /**
         * Loses some signals to listeners: nudges, announcements, wake-ups and orphans.
         *
         * @param probability the probability of that
         * @return this cluster
         */
        public Cluster lostSignals(double probability) {
            lostSignals = probability;
            return this;
        }

        /**
         * Sends some signals to listeners twice.
         *
         * @param probability the probability that a signal which is not lost is sent twice
         * @return this cluster
         */
        public Cluster doubledSignals(double probability) {
            doubledSignals = probability;
            return this;
        }

        /**
         * Delays each request, reply and signal by a random time of its own. Default: zero, and all happens within the
         * call.
         *
         * @param longest the longest delay
         * @return this cluster
         */
        public Cluster delay(Duration longest) {
            delay = longest;
            return this;
        }

        /**
         * Reports each commit at the moment when it is made, whether or not its caller hears of it.
         *
         * @param told is given the chat and the text that the caller's codec made; null for a removal
         */
        public void onCommit(BiConsumer<ChatId, @Nullable String> told) {
            watcher = told;
        }

        /**
         * Ends a node as a crash does. What it has sent off may still be carried out, but it gets no more answers and
         * is told nothing. The other nodes are told of its connections.
         *
         * @param node the node, which need not exist
         */
        public void kill(NodeId node) {
            SerializingSessionStore store;
            synchronized (this) {
                store = nodes.get(node);
            }
            if (store != null) {
                store.killed = true;
                leave(store);
            }
        }

        private synchronized void join(SerializingSessionStore store) {
            nodes.put(store.node, store);
        }

        private void leave(SerializingSessionStore store) {
            List<ChatId> orphans;
            synchronized (this) {
                nodes.remove(store.node);
                orphans = entries.values().stream()
                        .filter(entry -> entry.write.node().equals(Optional.of(store.node)))
                        .map(entry -> entry.write.chat())
                        .toList();
            }
            orphans.forEach(this::watch);
        }

        private synchronized List<SerializingSessionStore> nodes() {
            return List.copyOf(nodes.values());
        }

        // The network: all that nodes and cluster tell each other goes through commit or tell.

        private <T> CompletableFuture<T> ask(SerializingSessionStore caller, Supplier<T> question) {
            return commit(caller, question, answer -> false);
        }

        private <T> CompletableFuture<T> commit(
                SerializingSessionStore caller, Supplier<T> change, Predicate<T> wasMade) {
            CompletableFuture<T> reply = new CompletableFuture<>();
            if (caller.closed) {
                reply.completeExceptionally(new IllegalStateException("The store is closed"));
            } else if (!caller.killed) {
                travel(() -> {
                    Runnable answer = happens(failures)
                            ? () -> reply.completeExceptionally(new IOException("The store could not be reached"))
                            : carryOut(change, wasMade, reply);
                    travel(() -> {
                        if (!caller.killed) {
                            answer.run();
                        }
                    });
                });
            }
            return reply;
        }

        /** Makes the change and returns what tells the caller about it. */
        private <T> Runnable carryOut(Supplier<T> change, Predicate<T> wasMade, CompletableFuture<T> reply) {
            try {
                T result = change.get();
                return wasMade.test(result) && (loseNextReply.getAndSet(false) || happens(lostReplies))
                        ? () -> reply.completeExceptionally(new IOException("The store's reply was lost"))
                        : () -> reply.complete(result);
            } catch (RuntimeException failure) {
                return () -> reply.completeExceptionally(failure);
            }
        }

        private void tell(SerializingSessionStore node, Consumer<Listener> signal) {
            if (happens(lostSignals)) {
                return;
            }
            for (int times = happens(doubledSignals) ? 2 : 1; times > 0; times--) {
                scheduler.schedule(way(), () -> {
                    if (!node.killed && !node.closed) {
                        signal.accept(node.listener());
                    }
                });
            }
        }

        private void tellOne(Consumer<Listener> signal) {
            List<SerializingSessionStore> all = nodes();
            if (!all.isEmpty()) {
                tell(all.get((int) (nextTurn() % all.size())), signal);
            }
        }

        private synchronized long nextTurn() {
            return turns++;
        }

        private void travel(Runnable arrival) {
            if (delay.isZero()) {
                arrival.run();
            } else {
                scheduler.schedule(way(), arrival);
            }
        }

        private Duration way() {
            return delay.isZero() ? Duration.ZERO : Duration.ofNanos((long) (random.nextDouble() * delay.toNanos()));
        }

        private boolean happens(double probability) {
            return probability > 0 && random.nextDouble() < probability;
        }

        // The database.

        private boolean insert(Write write) {
            synchronized (this) {
                Entry entry = new Entry(++versions, write);
                if (entries.putIfAbsent(write.chat().value(), entry) != null) {
                    return false;
                }
                entry.append(write);
                watcher.accept(write.chat(), write.state());
            }
            watch(write.chat());
            return true;
        }

        /** Returns the new version; empty if the session does not have the expected one. */
        private Optional<Long> compareAndSet(ChatId chat, long expected, Optional<Write> write) {
            Optional<Long> version = set(chat, expected, write);
            if (version.isPresent()) {
                watch(chat);
            }
            return version;
        }

        private synchronized Optional<Long> set(ChatId chat, long expected, Optional<Write> write) {
            Entry entry = entries.get(chat.value());
            if (entry == null || entry.version != expected || happens(conflicts)) {
                return Optional.empty();
            }
            if (write.isEmpty()) {
                entries.remove(chat.value());
            } else {
                entry.replace(write.get());
                entry.version = ++versions;
            }
            watcher.accept(chat, write.map(Write::state).orElse(null));
            return Optional.of(entry.version);
        }

        private synchronized boolean isCurrent(ChatId chat, long version) {
            Entry entry = entries.get(chat.value());
            return entry != null && entry.version == version && !happens(conflicts);
        }

        private synchronized Optional<Found> find(ChatId chat, long after, int max) {
            return Optional.ofNullable(entries.get(chat.value()))
                    .map(entry -> new Found(entry.version, entry.write.state(), entry.rows(after, max)));
        }

        private synchronized List<ChatId> ofOwner(UserId owner) {
            return entries.values().stream()
                    .map(entry -> entry.write)
                    .filter(write -> write.owner().equals(owner))
                    .map(Write::chat)
                    .toList();
        }

        private synchronized List<ChatId> all(String after, int limit) {
            return entries.tailMap(after, false).values().stream()
                    .limit(limit)
                    .map(entry -> entry.write.chat())
                    .toList();
        }

        // The timers.

        private void watch(ChatId chat) {
            Watch watch;
            synchronized (this) {
                Entry entry = entries.get(chat.value());
                if (entry == null) {
                    return;
                }
                watch = new Watch(entry.write);
                entry.watch = watch;
            }
            watch.begin();
        }

        /**
         * Tells what is due of a session in its present state. When that changes or its node is gone, another watch
         * begins.
         */
        private final class Watch {
            private final Write session;

            Watch(Write session) {
                this.session = session;
            }

            void begin() {
                lookIn(isOrphan() ? Optional.of(Duration.ZERO) : untilDue());
            }

            private void lookIn(Optional<Duration> time) {
                time.ifPresent(delay -> scheduler.schedule(delay, this::look));
            }

            private void look() {
                if (!isCurrent()) {
                    return;
                }
                boolean due = untilDue().filter(Duration::isZero).isPresent();
                boolean orphan = isOrphan();
                if (due) {
                    tellOne(listener -> listener.due(session.chat()));
                }
                if (orphan) {
                    ConnectionId connection = session.connection().orElseThrow();
                    tellOne(listener -> listener.orphaned(session.chat(), connection));
                }
                lookIn(due || orphan ? Optional.of(REPEAT) : untilDue());
            }

            private Optional<Duration> untilDue() {
                Instant now = clock.instant();
                return session.wakeAt().map(at -> at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO);
            }

            private boolean isCurrent() {
                synchronized (Cluster.this) {
                    Entry entry = entries.get(session.chat().value());
                    return entry != null && entry.watch == this;
                }
            }

            private boolean isOrphan() {
                synchronized (Cluster.this) {
                    return session.connection().isPresent()
                            && session.node().filter(nodes::containsKey).isEmpty();
                }
            }
        }

        @Override
        public synchronized String toString() {
            return "Cluster[" + nodes.size() + " nodes, " + entries.size() + " sessions]";
        }

        /** A session in the database; guarded by its cluster. */
        private static final class Entry {
            private final NavigableMap<Long, String> rows = new TreeMap<>();
            private long version;
            private Write write;
            private @Nullable Watch watch;

            Entry(long version, Write write) {
                this.version = version;
                this.write = write;
            }

            void replace(Write next) {
                if (next.head() != write.head() + next.rows().size()) {
                    throw new IllegalArgumentException("The head went from " + write.head() + " to " + next.head()
                            + " with " + next.rows().size() + " rows");
                }
                write = next;
                append(next);
            }

            void append(Write from) {
                long position = from.head() - from.rows().size();
                for (String row : from.rows()) {
                    rows.put(++position, row);
                }
                rows.headMap(from.omitted(), true).clear();
            }

            List<String> rows(long after, int max) {
                return rows.tailMap(after, false).values().stream().limit(max).toList();
            }
        }
    }
}

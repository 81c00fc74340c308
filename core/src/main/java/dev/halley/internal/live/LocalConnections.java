package dev.halley.internal.live;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.halley.ChatId;
import dev.halley.UserId;
import dev.halley.internal.Sessions;
import dev.halley.internal.Sessions.Commit;
import dev.halley.internal.session.Session;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ClientLink.Cause;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import dev.halley.spi.Observer;
import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The customers who are connected to this node.
 *
 * <p>This class is thread-safe.
 */
public final class LocalConnections implements Connections {

    /** How often every connection looks at its chat without a nudge, for nudges can get lost. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    /** For how long the first connect of an earlier handshake can't take over a chat that a later one has served. */
    private static final Duration LATE = Duration.ofMinutes(10);

    private static final long MOST_ORDERS = 100_000;

    private final Sessions sessions;
    private final Scheduler scheduler;
    private final Observer observer;
    private final ConcurrentHashMap<ConnectionId, Connection> byId = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<UserId, List<Connection>> byUser = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ChatId, List<LiveReader>> readers = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    /** The latest handshake of the connections that have served a chat and are gone. */
    private final Cache<ChatId, Long> lastOrders;

    /** Departures that the store has failed to commit. */
    private final Queue<Supplier<CompletionStage<Void>>> undone = new ConcurrentLinkedQueue<>();

    private volatile boolean closed;

    public LocalConnections(Sessions sessions, Scheduler scheduler, InstantSource clock, Observer observer) {
        this.sessions = sessions;
        this.scheduler = scheduler;
        this.observer = observer;
        this.lastOrders = CacheBuilder.newBuilder()
                .expireAfterWrite(LATE)
                .maximumSize(MOST_ORDERS)
                .concurrencyLevel(1)
                .ticker(new Ticker() {
                    @Override
                    public long read() {
                        return TimeUnit.MILLISECONDS.toNanos(clock.millis());
                    }
                })
                .build();
    }

    /** Follows all later commits, and begins to look at chats without nudges. */
    public void start() {
        sessions.follow(this::follow);
        scheduler.schedule(LOOK, this::look);
    }

    public void close() {
        closed = true;
        byId.values().forEach(connection -> retire(connection.serve(null)));
    }

    @Override
    public void refused(String bound) {
        observer.refused(bound);
    }

    @Override
    public CompletionStage<Boolean> admits(Arrival arrival) {
        return sessions.requireKeys()
                ? candidates(arrival).thenApply(chats -> !chats.isEmpty())
                : completedFuture(true);
    }

    @Override
    public CompletionStage<Void> attach(Arrival arrival, ClientLink link) {
        Connection connection = new Connection(arrival, link, numbers.incrementAndGet());
        Connection known = byId.putIfAbsent(link.id(), connection);
        if (known != null) {
            return known.then(() -> serveLatest(known, true));
        }
        List<Connection> all =
                requireNonNull(byUser.compute(arrival.user(), (user, connections) -> with(connections, connection)));
        // One after the other: only among connections that already serve is it known who shook hands last.
        CompletionStage<Void> before = all.stream()
                .takeWhile(other -> other != connection)
                .map(Connection::settled)
                .reduce(completedFuture(null), (one, other) -> one.thenCombine(other, (a, b) -> null));
        return connection.then(() -> before.thenCompose(nothing -> serveLatest(connection, true)));
    }

    @Override
    public CompletionStage<Void> left(ConnectionId id, OptionalLong position) {
        Connection connection = byId.get(id);
        if (connection == null) {
            return completedFuture(null);
        }
        CompletionStage<Void> leaving = connection.then(() -> {
            connection.leave();
            LiveReader reader = connection.serve(null);
            if (reader != null) {
                lastOrders.asMap().merge(reader.chat(), connection.arrival.order(), Math::max);
                return leave(reader, id, position);
            }
            // As far as is known here it serves no chat, but the store's reply that it does may have been lost.
            return surely(() -> leaveAny(connection.arrival, id, position, 0));
        });
        // It stays among the user's connections until then, so that the next one waits for it.
        return leaving.whenComplete((nothing, failure) -> forget(connection));
    }

    @Override
    public CompletionStage<Void> leftLate(Arrival arrival, ConnectionId id) {
        Connection connection = byId.get(id);
        if (connection != null && connection.arrival.user().equals(arrival.user())) {
            return connection.then(() -> {
                LiveReader reader = connection.reader();
                return leaveAny(arrival, id, arrival.position(), reader == null ? 0 : reader.confirmed());
            });
        }
        return leaveAny(arrival, id, arrival.position(), 0);
    }

    @Override
    public void confirmed(ConnectionId id, ChatId chat, long position) {
        Connection connection = byId.get(id);
        LiveReader reader = connection == null ? null : connection.reader();
        if (reader != null && reader.chat().equals(chat) && reader.confirmed(position)) {
            sessions.update(chat, "confirmed", (session, policy, now) -> session.confirmed(id, position, policy, now));
        }
    }

    @Override
    public CompletionStage<Void> repeat(ConnectionId id, ChatId chat, long after, Duration delay) {
        Connection connection = byId.get(id);
        LiveReader reader = connection == null ? null : connection.reader();
        return reader != null && reader.chat().equals(chat) ? reader.rewind(after, delay) : completedFuture(null);
    }

    /** Nudges the connection that serves a chat, here or on another node: there are rows, or it was replaced. */
    private void follow(Commit commit) {
        Session before = commit.before();
        Session after = commit.after();
        if (after == null || !before.connection().equals(after.connection())) {
            nudge(before);
        }
        if (after != null && !commit.appended().isEmpty()) {
            nudge(after);
        }
    }

    private void nudge(Session session) {
        session.node().ifPresent(node -> {
            if (node.equals(sessions.node())) {
                nudge(session.id());
            } else {
                sessions.nudge(node, session.id());
            }
        });
    }

    /** Nudges the connections that serve a chat here. */
    public void nudge(ChatId chat) {
        List<LiveReader> all = readers.get(chat);
        if (all != null) {
            all.forEach(LiveReader::nudge);
        }
    }

    /**
     * A customer has a new chat: connections that named it serve it, and the newest of those that named none. The
     * customer's chats are read once for all of them.
     */
    public void announced(UserId user) {
        List<Connection> all = byUser.getOrDefault(user, List.of());
        Optional<Connection> newest = all.stream()
                .filter(connection -> connection.arrival.serviceId() == null && !connection.isGone())
                .max(Connection.BY_ARRIVAL);
        List<Connection> waiting = all.stream()
                .filter(connection -> connection.arrival.serviceId() == null
                        ? newest.filter(one -> one == connection).isPresent()
                        : !connection.isServing())
                .toList();
        if (!waiting.isEmpty()) {
            CompletionStage<List<Session>> known = sessions.ofOwner(user);
            waiting.forEach(connection -> connection.then(() -> orGiveUp(
                    connection,
                    known.thenCompose(chats -> serve(connection, open(chats, connection.arrival), false)))));
        }
    }

    private void look() {
        if (!closed) {
            scheduler.schedule(LOOK, this::look);
            readers.values().forEach(all -> all.forEach(LiveReader::nudge));
            List<Supplier<CompletionStage<Void>>> departures = List.copyOf(undone);
            undone.removeAll(departures);
            departures.forEach(this::surely);
        }
    }

    /**
     * Makes a connection serve the chat that it named, or else the latest one, unless it does so already.
     *
     * @param arrives whether the connection has just come, so that the position it named is about this chat
     */
    private CompletionStage<Void> serveLatest(Connection connection, boolean arrives) {
        return orGiveUp(
                connection, candidates(connection.arrival).thenCompose(chats -> serve(connection, chats, arrives)));
    }

    /** Makes a connection serve the latest of these chats. */
    private CompletionStage<Void> serve(Connection connection, List<Session> chats, boolean arrives) {
        if (chats.isEmpty() || connection.isGone()) {
            return completedFuture(null);
        }
        Session latest = chats.stream().max(LATEST).orElseThrow();
        LiveReader now = connection.reader();
        if (now == null) {
            return join(connection, latest.id(), arrives);
        }
        if (!now.isOver()
                && (now.chat().equals(latest.id())
                        || chats.stream().noneMatch(chat -> chat.id().equals(now.chat())))) {
            return completedFuture(null); // already served, or a later one, of which these chats do not know yet
        }
        LiveReader before = connection.serve(null);
        CompletionStage<Void> left = before == null ? completedFuture(null) : move(before, connection.link.id());
        return left.thenCompose(nothing -> join(connection, latest.id(), arrives));
    }

    /** Closes a connection if the store fails, for it may or may not serve its chat now: its client comes back. */
    private static CompletionStage<Void> orGiveUp(Connection connection, CompletionStage<Void> serving) {
        return serving.whenComplete((nothing, failure) -> {
            if (failure != null) {
                connection.leave();
                LiveReader.close(connection.link, Cause.FAILED);
            }
        });
    }

    private static final Comparator<Session> LATEST = Comparator.comparing(
                    (Session session) -> session.endedBy() == null)
            .thenComparing(session -> session.identity().startedAt())
            .thenComparing(session -> session.id().value());

    /** Returns the chats that a connection may serve. */
    private CompletionStage<List<Session>> candidates(Arrival arrival) {
        return sessions.ofOwner(arrival.user()).thenApply(all -> open(all, arrival));
    }

    /** Returns those of a customer's chats that are open to a connection. */
    private List<Session> open(List<Session> chats, Arrival arrival) {
        return chats.stream()
                .filter(session -> !session.identity().polled()
                        && (arrival.serviceId() == null
                                || arrival.serviceId().equals(session.identity().serviceId()))
                        && sessions.opens(session, arrival.secureKey()))
                .toList();
    }

    private CompletionStage<Void> join(Connection connection, ChatId chat, boolean arrives) {
        ConnectionId id = connection.link.id();
        if (hasComeBeforeAnother(connection, chat)) {
            connection.leave();
            LiveReader.close(connection.link, Cause.TAKEN_OVER);
            return completedFuture(null);
        }
        return sessions.update(
                        chat,
                        "joined",
                        (session, policy, now) -> session.joined(
                                id,
                                sessions.node(),
                                arrives ? positionOf(connection.arrival, session) : OptionalLong.empty(),
                                policy,
                                now))
                .thenCompose(commit -> {
                    Session before = commit.map(Commit::before).orElse(null);
                    Session after = commit.map(Commit::after).orElse(null);
                    if (before == null || after == null) {
                        return completedFuture(null);
                    }
                    if (!before.equals(after)) {
                        observer.customerOnline(after.identity().serviceName());
                        if (before.connection().isPresent()) {
                            observer.customerTookOver(after.identity().serviceName());
                        }
                    }
                    LiveReader reader = new LiveReader(
                            sessions, scheduler, chat, connection.link, after.seen(), connection.taken());
                    readers.compute(chat, (key, all) -> with(all, reader));
                    connection.serve(reader);
                    return reader.start();
                });
    }

    /** Returns whether a connection with a later handshake serves the chat or did so lately: connects can be late. */
    private boolean hasComeBeforeAnother(Connection connection, ChatId chat) {
        long order = connection.arrival.order();
        Long gone = lastOrders.getIfPresent(chat);
        return (gone != null && gone > order)
                || byUser.getOrDefault(connection.arrival.user(), List.of()).stream()
                        .anyMatch(other -> other.arrival.order() > order && other.serves(chat));
    }

    /** Returns the position that the client named last, or else the one before, if it is possible in this chat. */
    private static OptionalLong positionOf(Arrival arrival, Session session) {
        OptionalLong said = session.possible(arrival.position());
        return said.isPresent() ? said : session.possible(arrival.earlier());
    }

    private CompletionStage<Void> leave(LiveReader reader, ConnectionId id, OptionalLong position) {
        retire(reader);
        return surely(() -> sessions.update(
                        reader.chat(),
                        "left",
                        (session, policy, now) -> session.left(id, position, reader.confirmed(), policy, now))
                .thenApply(change -> null));
    }

    /** Leaves a chat for another one: positions that the client names from now on are not of this chat. */
    private CompletionStage<Void> move(LiveReader reader, ConnectionId id) {
        retire(reader);
        return surely(() -> sessions.update(
                        reader.chat(),
                        "moved",
                        (session, policy, now) -> session.moved(id, reader.confirmed(), policy, now))
                .thenApply(change -> null));
    }

    /** Repeats a departure for as long as the store fails: nobody else knows that the connection is gone. */
    private CompletionStage<Void> surely(Supplier<CompletionStage<Void>> departure) {
        return departure.get().whenComplete((nothing, failure) -> {
            if (failure != null) {
                undone.add(departure);
            }
        });
    }

    /** Leaves every chat that a connection was the last one to serve. */
    private CompletionStage<Void> leaveAny(Arrival arrival, ConnectionId id, OptionalLong position, long confirmed) {
        return candidates(arrival).thenCompose(chats -> {
            CompletionStage<Void> done = completedFuture(null);
            for (Session chat : chats) {
                done = done.thenCompose(nothing -> sessions.update(
                                chat.id(),
                                "left",
                                (session, policy, now) -> session.left(id, position, confirmed, policy, now))
                        .thenApply(change -> null));
            }
            return done;
        });
    }

    private void forget(Connection connection) {
        byId.remove(connection.link.id(), connection);
        byUser.computeIfPresent(connection.arrival.user(), (user, connections) -> without(connections, connection));
    }

    private void retire(@Nullable LiveReader reader) {
        if (reader != null) {
            reader.stop();
            readers.computeIfPresent(reader.chat(), (chat, all) -> without(all, reader));
        }
    }

    // There are as many of these lists as connections, most with one element: immutable lists are the smallest.

    private static <T> List<T> with(@Nullable List<T> all, T one) {
        return all == null
                ? List.of(one)
                : Stream.concat(all.stream(), Stream.of(one)).toList();
    }

    private static <T> @Nullable List<T> without(List<T> all, T one) {
        List<T> rest = all.stream().filter(other -> other != one).toList();
        return rest.isEmpty() ? null : rest;
    }
}

package dev.halley.internal.store;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions in this process, for one node; they are lost when it ends. Every stage is complete on return.
 *
 * <p>This class is thread-safe.
 */
public final class InMemorySessionStore implements SessionStore {

    /** How long until a chat is woken again if waking it has changed nothing. */
    private static final Duration WAKE_AGAIN = Duration.ofSeconds(1);

    /** Chats with fewer rows get no spare room in their array: most have few, and few are quickly copied. */
    private static final int FEW = 4;

    /**
     * What a row takes in memory beside its texts: the objects for row, event, id, time and texts, and its place in an
     * array. Measured by {@code InMemorySessionStoreTest}.
     */
    private static final int ROW = 250;

    private final NodeId node = new NodeId(UUID.randomUUID().toString());
    private final ConcurrentHashMap<ChatId, Entry> entries = new ConcurrentHashMap<>();

    /** The ids in order, so that a page of all chats costs what it shows. */
    private final ConcurrentSkipListSet<String> ids = new ConcurrentSkipListSet<>();

    /** A customer's chat, or a list of several: most customers have one, and a list would take more memory. */
    private final ConcurrentHashMap<UserId, Object> byOwner = new ConcurrentHashMap<>();

    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Timers timers;
    private final long maxChats;
    private final long maxBytes;

    /** The bytes of all rows. */
    private final AtomicLong bytes = new AtomicLong();

    private volatile @Nullable Listener listener;
    private volatile boolean closed;

    /** Creates an empty store that takes as much as the heap has. */
    public InMemorySessionStore(InstantSource clock, Scheduler scheduler) {
        this(clock, scheduler, 0, 0);
    }

    /**
     * Creates an empty store.
     *
     * @param maxChats how many chats there is room for; 0 for no bound
     * @param maxBytes how many bytes of rows there is room for; 0 for no bound
     */
    public InMemorySessionStore(InstantSource clock, Scheduler scheduler, long maxChats, long maxBytes) {
        this.maxChats = maxChats;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.scheduler = scheduler;
        this.timers = new Timers(clock, scheduler, this::wake);
    }

    @Override
    public NodeId node() {
        return node;
    }

    @Override
    public void start(Codec codec, Listener newListener) {
        listener = requireNonNull(newListener);
    }

    @Override
    public CompletionStage<Boolean> create(SessionState opened, List<Row> rows) {
        Entry entry = new Entry(opened, rows.toArray(Row[]::new), null).armed();
        if (entries.putIfAbsent(opened.id(), entry) != null) {
            return completedFuture(false);
        }
        ids.add(opened.id().value());
        bytes.addAndGet(entry.bytes);
        byOwner.merge(
                opened.owner(),
                opened.id(),
                (a, b) ->
                        Stream.concat(chatsOf(a).stream(), chatsOf(b).stream()).toList());
        arm(null, entry);
        return completedFuture(true);
    }

    @Override
    public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
        Update update = new Update(rule);
        try {
            entries.computeIfPresent(chat, (id, entry) -> update.apply(entry));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        Change change = update.change;
        if (change == null) {
            return completedFuture(Optional.empty());
        }
        bytes.addAndGet(update.grown);
        if (change.after().isEmpty()) {
            ids.remove(chat.value());
            byOwner.computeIfPresent(change.before().owner(), (owner, chats) -> {
                List<ChatId> rest =
                        chatsOf(chats).stream().filter(c -> !c.equals(chat)).toList();
                return rest.isEmpty() ? null : rest.size() == 1 ? rest.get(0) : rest;
            });
        } else if (update.after != null) {
            arm(update.before, update.after);
        }
        return completedFuture(Optional.of(change));
    }

    @Override
    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
        Entry entry = entries.get(chat);
        return completedFuture(
                entry == null
                        ? Optional.empty()
                        : Optional.of(new Page(entry.state, entry.read(Math.max(after, entry.state.omitted()), max))));
    }

    @Override
    public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
        return completedFuture(chatsOf(byOwner.getOrDefault(owner, List.of())));
    }

    @SuppressWarnings("unchecked") // Nothing else is put there.
    private static List<ChatId> chatsOf(Object chats) {
        return chats instanceof ChatId one ? List.of(one) : (List<ChatId>) chats;
    }

    @Override
    public CompletionStage<List<ChatId>> all(String after, int limit) {
        return completedFuture(
                ids.tailSet(after, false).stream().limit(limit).map(ChatId::new).toList());
    }

    @Override
    public boolean hasRoomForChats() {
        return (maxChats == 0 || entries.mappingCount() < maxChats) && hasRoomForRows();
    }

    @Override
    public boolean hasRoomForRows() {
        return maxBytes == 0 || bytes.get() < maxBytes;
    }

    @Override
    public void nudge(NodeId to, ChatId chat) {
        Listener told = listener;
        if (to.equals(node) && told != null) {
            scheduler.execute(() -> told.nudged(chat));
        }
    }

    @Override
    public void announce(UserId owner) {
        Listener told = listener;
        if (told != null) {
            scheduler.execute(() -> told.announced(owner));
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Adds a timer if the chat has none that is early enough. */
    private void arm(@Nullable Entry before, Entry after) {
        Instant at = after.armedAt;
        if (at != null && !at.equals(before == null ? null : before.armedAt)) {
            timers.add(after.state.id(), at);
        }
    }

    private void wake(ChatId chat, Instant at) {
        Listener told = listener;
        if (closed || told == null) {
            return;
        }
        Entry woken =
                entries.computeIfPresent(chat, (id, entry) -> at.equals(entry.armedAt) ? entry.disarmed() : entry);
        if (woken == null || woken.armedAt != null) {
            return; // the chat is gone, or has another timer
        }
        Instant wakeAt = woken.state.wakeAt().orElse(null);
        try {
            if (wakeAt != null && !wakeAt.isAfter(clock.instant())) {
                told.due(chat);
            }
        } finally {
            rearm(chat);
        }
    }

    /** Adds a timer for a chat that was woken, unless its update has added one. */
    private void rearm(ChatId chat) {
        Instant again = clock.instant().plus(WAKE_AGAIN);
        AtomicReference<@Nullable Instant> armed = new AtomicReference<>();
        entries.computeIfPresent(chat, (id, entry) -> {
            if (entry.armedAt != null) {
                return entry;
            }
            Entry rearmed = entry.armedAfter(again);
            armed.set(rearmed.armedAt);
            return rearmed;
        });
        Instant next = armed.get();
        if (next != null) {
            timers.add(chat, next);
        }
    }

    /** Applies a rule once, while the map has locked the session. */
    private final class Update {
        private final Rule rule;
        private @Nullable Change change;
        private @Nullable Entry before;
        private @Nullable Entry after;
        private long grown;

        Update(Rule rule) {
            this.rule = rule;
        }

        @Nullable
        Entry apply(Entry entry) {
            Step step = rule.apply(entry.state, clock.instant());
            SessionState next = step.next().orElse(null);
            change = new Change(entry.state, step.next(), step.append());
            if (next == null) {
                grown = -entry.bytes;
                return null;
            }
            if (next == entry.state && step.append().isEmpty()) {
                return entry;
            }
            before = entry;
            Entry following = entry.next(next, step.append()).armed();
            after = following;
            grown = following.bytes - entry.bytes;
            return following;
        }
    }

    /**
     * A session, its rows and its timer, in one object, because there can be a million of them. The rows are a part of
     * an array that is shared with earlier versions, which never look beyond their own end.
     */
    private static final class Entry {

        private final SessionState state;
        private final Row[] rows;

        /** The position of the first row in the array. The last row of this version is the session's head. */
        private final long first;

        /** The time of the chat's earliest timer; null if it has none. */
        private final @Nullable Instant armedAt;

        /** What the rows of this version take in memory. */
        private final long bytes;

        Entry(SessionState state, Row[] rows, @Nullable Instant armedAt) {
            this(state, rows, 1, bytesOf(List.of(rows)), armedAt);
        }

        private Entry(SessionState state, Row[] rows, long first, long bytes, @Nullable Instant armedAt) {
            this.state = state;
            this.rows = rows;
            this.first = first;
            this.bytes = bytes;
            this.armedAt = armedAt;
        }

        Entry armed() {
            Instant wakeAt = state.wakeAt().orElse(null);
            return wakeAt != null && (armedAt == null || wakeAt.isBefore(armedAt)) ? armedAt(wakeAt) : this;
        }

        Entry armedAfter(Instant least) {
            Instant wakeAt = state.wakeAt().orElse(null);
            return wakeAt == null ? this : armedAt(wakeAt.isBefore(least) ? least : wakeAt);
        }

        Entry disarmed() {
            return armedAt(null);
        }

        private Entry armedAt(@Nullable Instant at) {
            return new Entry(state, rows, first, bytes, at);
        }

        /** Returns the next version, with more rows and without those that the session has dropped. */
        Entry next(SessionState next, List<Row> more) {
            int count = count();
            int size = count + more.size();
            Row[] target = size <= rows.length ? rows : Arrays.copyOf(rows, size + (size < FEW ? 0 : size / 2));
            for (int i = 0; i < more.size(); i++) {
                target[count + i] = more.get(i);
            }
            long dropped = next.omitted() - first + 1;
            long moreBytes = bytes + bytesOf(more);
            // Rows are removed only once they are a part of the array, so that a new row always costs the same.
            if (dropped <= Math.max(16, size / 16)) {
                return new Entry(next, target, first, moreBytes, armedAt);
            }
            Row[] rest = Arrays.copyOfRange(target, (int) dropped, size);
            long gone = bytesOf(Arrays.asList(target).subList(0, (int) dropped));
            return new Entry(next, rest, next.omitted() + 1, moreBytes - gone, armedAt);
        }

        private static long bytesOf(List<Row> rows) {
            long sum = 0;
            for (Row row : rows) {
                sum += ROW + bytesOf(row.event().text()) + bytesOf(row.event().nickname());
            }
            return sum;
        }

        /** Java keeps a text as a byte for each character, or as two if one of them needs it. */
        private static long bytesOf(String text) {
            int length = text.length();
            for (int i = 0; i < length; i++) {
                if (text.charAt(i) > 0xFF) {
                    return 2L * length;
                }
            }
            return length;
        }

        private int count() {
            return (int) (state.head() - first + 1);
        }

        List<Row> read(long after, int max) {
            int from = (int) Math.max(0, Math.min(count(), after - first + 1));
            int to = (int) Math.min(count(), (long) from + max);
            return List.of(Arrays.copyOfRange(rows, from, to));
        }
    }
}

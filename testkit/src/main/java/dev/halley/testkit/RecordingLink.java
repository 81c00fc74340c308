package dev.halley.testkit;

import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Row;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A customer's connection that records what it is given, and checks that it is given as {@link ClientLink} promises:
 * one call at a time, contiguous, nothing twice. If not, the test fails when it asks for what has arrived.
 *
 * <p>This class is thread-safe.
 */
public final class RecordingLink implements ClientLink {

    private final ConnectionId id;
    private final List<Delivery> deliveries = new ArrayList<>();
    private final Map<ChatId, Long> last = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);
    private boolean slow;
    private boolean broken;
    private boolean closed;
    private boolean mayRepeat;
    private @Nullable Cause closedBecause;

    /**
     * A call of {@link ClientLink#deliver}.
     *
     * @param chat the chat at that time
     * @param rows the rows that were delivered
     */
    public record Delivery(ChatView chat, List<Row> rows) {
        /**
         * Copies the rows.
         *
         * @param chat the chat at that time
         * @param rows the rows that were delivered
         */
        public Delivery {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Creates a link that takes rows at once.
     *
     * @param id the id of the connection
     */
    public RecordingLink(String id) {
        this.id = new ConnectionId(id);
    }

    /**
     * Keeps each call waiting from now on, until {@link #take}.
     *
     * @return this link
     */
    public synchronized RecordingLink slow() {
        slow = true;
        return this;
    }

    /**
     * Completes the call that waits: the link can take more rows.
     *
     * @return false if no call was waiting
     */
    public boolean take() {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            waiting = taken;
        }
        return waiting.complete(null);
    }

    /** Breaks the connection: the call that waits fails, and so does every later one. */
    public void breakOff() {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            broken = true;
            waiting = taken;
        }
        waiting.completeExceptionally(gone());
    }

    /** {@return whether the engine has closed the connection} */
    public synchronized boolean closed() {
        return closed;
    }

    /** {@return why the engine has closed the connection; empty if it has not} */
    public synchronized Optional<Cause> closedBecause() {
        return Optional.ofNullable(closedBecause);
    }

    /** {@return each call, in order} */
    public synchronized List<Delivery> deliveries() {
        if (!faults.isEmpty()) {
            throw new AssertionError(String.join("; ", faults));
        }
        return List.copyOf(deliveries);
    }

    /** {@return all rows, in the order in which they came} */
    public List<Row> rows() {
        return deliveries().stream().flatMap(call -> call.rows().stream()).toList();
    }

    /** {@return the positions of all rows, in the order in which they came} */
    public List<Long> positions() {
        return rows().stream().map(Row::position).toList();
    }

    /** {@return the texts of all rows, in the order in which they came} */
    public List<String> texts() {
        return rows().stream().map(row -> row.event().text()).toList();
    }

    @Override
    public ConnectionId id() {
        return id;
    }

    @Override
    public synchronized void begin() {
        mayRepeat = true;
    }

    @Override
    public synchronized CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
        if (closed || broken) {
            return CompletableFuture.failedFuture(gone());
        }
        if (!taken.isDone()) {
            faults.add("Rows came before those of the call before were taken");
        }
        check(chat, rows);
        deliveries.add(new Delivery(chat, rows));
        taken = slow ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
        return taken;
    }

    private void check(ChatView chat, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        long first = rows.get(0).position();
        long before = last.getOrDefault(chat.id(), first - 1);
        boolean follows = first == before + 1;
        boolean repeats = mayRepeat && first <= before;
        boolean skipsDropped = first > before && first == chat.omitted() + 1;
        if (!follows && !repeats && !skipsDropped) {
            faults.add("Position " + first + " came after " + before);
        }
        mayRepeat = false;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).position() != first + i) {
                faults.add("Position " + rows.get(i).position() + " came where " + (first + i) + " belongs");
            }
        }
        long end = rows.get(rows.size() - 1).position();
        if (end > chat.position()) {
            faults.add("Position " + end + " came with a chat that ends at " + chat.position());
        }
        last.put(chat.id(), end);
    }

    @Override
    public synchronized void close(Cause cause) {
        if (!closed) {
            closedBecause = cause;
        }
        closed = true;
    }

    private static IOException gone() {
        return new IOException("The connection is gone");
    }

    @Override
    public synchronized String toString() {
        return "RecordingLink[" + id + ", " + deliveries.size() + " deliveries]";
    }
}

package dev.halley.internal.live;

import dev.halley.ChatId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A customer's connection to this node: what its client said on arrival, and the chat that it serves, if any. */
final class Connection {

    /** Orders connections by their handshakes; those that do not tell are ordered by when they were attached. */
    static final Comparator<Connection> BY_ARRIVAL = Comparator.comparingLong(
                    (Connection connection) -> connection.arrival.order())
            .thenComparingLong(connection -> connection.number);

    final Arrival arrival;
    final ClientLink link;

    private final long number;

    private @Nullable LiveReader reader;

    /** The reader before this one. The link may still be taking rows from it. */
    private @Nullable LiveReader last;

    private CompletionStage<Void> tail = CompletableFuture.completedFuture(null);
    private boolean gone;

    Connection(Arrival arrival, ClientLink link, long number) {
        this.arrival = arrival;
        this.link = link;
        this.number = number;
    }

    /** Runs a task after all earlier tasks of this connection, whether they failed or not. */
    CompletionStage<Void> then(Supplier<CompletionStage<Void>> task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletionStage<Void> before;
        synchronized (this) {
            before = tail;
            tail = done;
        }
        before.whenComplete((ignored, failure) -> {
            try {
                task.get().whenComplete((nothing, problem) -> {
                    if (problem == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(problem);
                    }
                });
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Completes when all earlier tasks of this connection are over; always normally. */
    synchronized CompletionStage<Void> settled() {
        return tail.handle((nothing, failure) -> null);
    }

    synchronized @Nullable LiveReader reader() {
        return reader;
    }

    synchronized boolean serves(ChatId chat) {
        return reader != null && reader.chat().equals(chat);
    }

    synchronized boolean isServing() {
        return reader != null && !reader.isOver();
    }

    /** Replaces the reader, by null to serve no chat. Returns the reader before. */
    synchronized @Nullable LiveReader serve(@Nullable LiveReader next) {
        LiveReader before = reader;
        if (before != null) {
            last = before;
        }
        reader = next;
        return before;
    }

    /** Completes when the link has taken the rows of the chat before: it takes one call at a time. */
    synchronized CompletionStage<Void> taken() {
        return last == null ? CompletableFuture.completedFuture(null) : last.taken();
    }

    synchronized boolean isGone() {
        return gone;
    }

    synchronized void leave() {
        gone = true;
    }
}

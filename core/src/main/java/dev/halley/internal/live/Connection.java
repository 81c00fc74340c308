package dev.halley.internal.live;

import dev.halley.ChatId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A customer's connection to this node: what it said when it came, and the chat that it serves, if there is one. */
final class Connection {

    /** By when they shook hands, and of those that say nothing of it by when they were attached. */
    static final Comparator<Connection> BY_ARRIVAL = Comparator.comparingLong(
                    (Connection connection) -> connection.arrival.order())
            .thenComparingLong(connection -> connection.number);

    final Arrival arrival;
    final ClientLink link;

    private final long number;

    private @Nullable LiveReader reader;

    /** The one before, from which the link may still have to take something. */
    private @Nullable LiveReader last;

    private CompletionStage<Void> tail = CompletableFuture.completedFuture(null);
    private boolean gone;

    Connection(Arrival arrival, ClientLink link, long number) {
        this.arrival = arrival;
        this.link = link;
        this.number = number;
    }

    /** Does something after all that was asked of this connection before, whether that failed or not. */
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

    /** Completes, well in any case, when all is done that was asked of this connection so far. */
    synchronized CompletionStage<Void> settled() {
        return tail.handle((nothing, failure) -> null);
    }

    synchronized @Nullable LiveReader reader() {
        return reader;
    }

    synchronized boolean serves(ChatId chat) {
        return reader != null && reader.chat().equals(chat);
    }

    /** Serves another chat from now on; null for none. Returns the reader of the one before. */
    synchronized @Nullable LiveReader serve(@Nullable LiveReader next) {
        LiveReader before = reader;
        if (before != null) {
            last = before;
        }
        reader = next;
        return before;
    }

    /** Completes when the link has taken what it was given for chats before: it takes one call at a time. */
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

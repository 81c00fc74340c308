package dev.halley.internal.store;

import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Change;
import dev.halley.spi.NodeId;
import dev.halley.spi.Page;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wraps an application's store: an exception that it throws becomes a stage that completes exceptionally. */
public final class SafeSessionStore implements SessionStore {

    private static final Logger LOGGER = LoggerFactory.getLogger(SafeSessionStore.class);

    private final SessionStore store;

    public SafeSessionStore(SessionStore store) {
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
        return safely(() -> store.create(opened, rows));
    }

    @Override
    public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
        return safely(() -> store.update(chat, rule));
    }

    @Override
    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
        return safely(() -> store.read(chat, after, max));
    }

    @Override
    public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
        return safely(() -> store.ofOwner(owner));
    }

    @Override
    public CompletionStage<List<ChatId>> all(String after, int limit) {
        return safely(() -> store.all(after, limit));
    }

    @Override
    public void nudge(NodeId node, ChatId chat) {
        try {
            store.nudge(node, chat);
        } catch (RuntimeException e) {
            notTold(e); // the other node looks by itself in a while
        }
    }

    @Override
    public void announce(UserId owner) {
        try {
            store.announce(owner);
        } catch (RuntimeException e) {
            notTold(e);
        }
    }

    @Override
    public boolean hasRoomForChats() {
        return hasRoom(store::hasRoomForChats);
    }

    @Override
    public boolean hasRoomForRows() {
        return hasRoom(store::hasRoomForRows);
    }

    @Override
    public void close() {
        store.close();
    }

    private static <T> CompletionStage<T> safely(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A store that can't say has room: whatever is wrong shows when it is to be written to. */
    private static boolean hasRoom(BooleanSupplier call) {
        try {
            return call.getAsBoolean();
        } catch (RuntimeException e) {
            LOGGER.debug(
                    "The store could not say whether it has room: {}",
                    e.getClass().getSimpleName());
            return true;
        }
    }

    private static void notTold(RuntimeException failure) {
        LOGGER.debug("The store could not tell a node: {}", failure.getClass().getSimpleName());
    }
}

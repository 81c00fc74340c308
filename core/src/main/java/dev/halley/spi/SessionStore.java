package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps sessions and their rows. A session and its rows change together, atomically, by pure rules; what follows from a
 * change is the engine's. Life cycle: {@link #start} once, before any other call; then any call from any thread;
 * {@link #close} once, at the end.
 *
 * <p>Implementations are thread-safe. A stage completes exceptionally only if the store fails; the change may then have
 * been committed or not.
 */
public interface SessionStore extends AutoCloseable {

    /** Returns this process's identity, a new one after every start. */
    NodeId node();

    /**
     * Begins to serve.
     *
     * @param codec turns states into text and back, for stores that keep text
     * @param listener is told what is due; called without any lock held
     */
    void start(Codec codec, Listener listener);

    /**
     * Keeps a new session with its first rows.
     *
     * @return false if the chat is there already; nothing is changed then
     */
    CompletionStage<Boolean> create(SessionState opened, List<Row> rows);

    /**
     * Applies a rule to the current state exactly once, atomically; rules may be tried more often than they are committed.
     * A rule that changes nothing was applied to the current version, too, never to a stale copy.
     *
     * @return completes after the commit; empty if there is no such session
     */
    CompletionStage<Optional<Change>> update(ChatId chat, Rule rule);

    /**
     * Reads a session and its rows of one instant, never from a cache.
     *
     * @param after rows above this position
     * @param max at most so many rows; 0 for the state alone
     * @return empty if there is no such session
     */
    CompletionStage<Optional<Page>> read(ChatId chat, long after, int max);

    /** Returns the chats of a customer, in any order. */
    CompletionStage<List<ChatId>> ofOwner(UserId owner);

    /**
     * Returns chats in the order of their ids.
     *
     * @param after those above this id; empty for the first
     * @param limit at most so many
     */
    CompletionStage<List<ChatId>> all(String after, int limit);

    /** Asks a node to look at a session, best effort: {@link Listener#nudged} there. */
    void nudge(NodeId node, ChatId chat);

    /** Tells every node that a customer has a new chat, best effort: {@link Listener#announced} there. */
    void announce(UserId owner);

    @Override
    void close();

    /** A pure decision. */
    @FunctionalInterface
    interface Rule {
        /**
         * Returns what becomes of a session.
         *
         * @param now by the store's clock
         */
        Step apply(SessionState current, Instant now);
    }

    /** Turns states into text and back. */
    interface Codec {
        /** Returns the state as text. */
        String encode(SessionState state);

        /** Returns the state of a text that {@link #encode} made. */
        SessionState decode(String text);
    }

    /** What a store tells its engine. */
    interface Listener {
        /** The session's {@link SessionState#wakeAt} has come; repeated until it has moved on. */
        void due(ChatId chat);

        /** Somebody asks to look at this session. */
        void nudged(ChatId chat);

        /** A customer has a new chat. */
        void announced(UserId owner);

        /** A node is gone that held this connection; repeated until the session has another one or none. */
        void orphaned(ChatId chat, ConnectionId connection);
    }
}

package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps sessions and their rows. Pure rules change a session and its rows together, atomically; the engine does what
 * follows from a change. Life cycle: {@link #start} once, before any other call; then any call from any thread; then
 * {@link #close} once.
 *
 * <p>Implementations are thread-safe. A stage completes exceptionally only if the store fails; the change may then have
 * been committed or not.
 */
public interface SessionStore extends AutoCloseable {

    /** {@return this process's identity, which is new after every start} */
    NodeId node();

    /**
     * Starts the store.
     *
     * @param codec turns states into text and back, for stores that keep text
     * @param listener is told what is due; called while no lock is held
     */
    void start(Codec codec, Listener listener);

    /**
     * Adds a new session with its first rows.
     *
     * @param opened the session
     * @param rows its rows, up to its head, in order
     * @return false if the chat exists already, in which case nothing changes
     */
    CompletionStage<Boolean> create(SessionState opened, List<Row> rows);

    /**
     * Applies a rule to the current state and commits the result exactly once, atomically. A rule may be tried more
     * often than that. Even if it changes nothing, it was applied to the current state and not to a stale copy.
     *
     * @param chat the chat
     * @param rule the rule
     * @return completes after the commit; empty if there is no such session
     */
    CompletionStage<Optional<Change>> update(ChatId chat, Rule rule);

    /**
     * Reads a session and rows of it, as of one instant and never from a cache.
     *
     * @param chat the chat
     * @param after the position after which rows are read
     * @param max how many rows at most; 0 for only the state
     * @return the session; empty if there is no such session
     */
    CompletionStage<Optional<Page>> read(ChatId chat, long after, int max);

    /**
     * Returns the chats of a customer, in any order.
     *
     * @param owner the customer
     * @return their ids
     */
    CompletionStage<List<ChatId>> ofOwner(UserId owner);

    /**
     * Returns a page of all chats, in the order of their ids.
     *
     * @param after the id after which the page begins; empty for the first page
     * @param limit how many chats at most
     * @return their ids
     */
    CompletionStage<List<ChatId>> all(String after, int limit);

    /**
     * Asks a node to look at a session, by {@link Listener#nudged}. This may be lost.
     *
     * @param node the node
     * @param chat the session's chat
     */
    void nudge(NodeId node, ChatId chat);

    /**
     * Tells every node that a customer has a new chat, by {@link Listener#announced}. This may be lost.
     *
     * @param owner the customer
     */
    void announce(UserId owner);

    /**
     * Says whether there is room for another chat. If not, the engine refuses to open one. Must not block; may be a
     * little late.
     *
     * @return false if chats are to be refused for now; by default there is always room
     */
    default boolean hasRoomForChats() {
        return true;
    }

    /**
     * Says whether there is room for more rows. If not, the engine refuses what is said. Must not block; may be a
     * little late. The store takes rows all the same: the end of a chat is never refused.
     *
     * @return false if events are to be refused for now; by default there is always room
     */
    default boolean hasRoomForRows() {
        return true;
    }

    /** Stops the store and closes what it opened. */
    @Override
    void close();

    /** A pure decision. */
    @FunctionalInterface
    interface Rule {
        /**
         * Returns what becomes of a session.
         *
         * @param current its state
         * @param now the time by the store's clock
         * @return the decision
         */
        Step apply(SessionState current, Instant now);
    }

    /** Turns states into text and back. */
    interface Codec {
        /**
         * Returns a state as text.
         *
         * @param state the state
         * @return a text for {@link #decode}
         */
        String encode(SessionState state);

        /**
         * Returns the state that a text stands for.
         *
         * @param text what {@link #encode} returned, perhaps in another process
         * @return the state
         */
        SessionState decode(String text);
    }

    /** What a store tells its engine. */
    interface Listener {
        /**
         * The session's {@link SessionState#wakeAt} has come. Repeated until that changes.
         *
         * @param chat the session's chat
         */
        void due(ChatId chat);

        /**
         * Another node asks to look at a session.
         *
         * @param chat the session's chat
         */
        void nudged(ChatId chat);

        /**
         * A customer has a new chat.
         *
         * @param owner the customer
         */
        void announced(UserId owner);

        /**
         * The node that held a connection is gone. Repeated until the session has another connection or none.
         *
         * @param chat the session's chat
         * @param connection the connection
         */
        void orphaned(ChatId chat, ConnectionId connection);
    }
}

package dev.halley.spi;

import dev.halley.ChatView;
import dev.halley.Row;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A way to one connected customer. One call at a time, in the order of the rows.
 *
 * <p>Implementations must not block.
 */
public interface ClientLink {

    /** Returns the connection's identity, the same on every call. */
    ConnectionId id();

    /**
     * What is delivered next does not continue what was delivered before. Called before the first rows of a chat, and before
     * those of {@link Connections#repeat}, also if there are none. By default nothing is done.
     */
    default void begin() {}

    /**
     * Takes rows on their way. That they arrived is not implied; {@link Connections#confirmed} says so.
     *
     * @param chat the chat, of the same instant as the rows
     * @param rows contiguous, after those of the call before; at most 256, and about 100 KiB as JSON
     * @return completes when the link can take more; exceptionally if it is broken
     */
    CompletionStage<Void> deliver(ChatView chat, List<Row> rows);

    /** Ends the connection. */
    void close(Cause cause);

    /** Why a connection is ended. */
    enum Cause {
        /** A newer connection serves the chat. This one's client should not come back by itself, or both do so for ever. */
        TAKEN_OVER,
        /** The customer has said good-bye to this connection by another one. */
        LEFT,
        /** It could not be served. Its client should connect anew. */
        FAILED
    }
}

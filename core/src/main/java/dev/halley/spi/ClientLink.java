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
     * What is delivered next does not continue what was delivered before: it begins after what is confirmed. Called before the
     * first rows of a chat, and before the first ones after {@link Connections#repeat}. By default nothing is done.
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

    /** Ends the connection: somebody newer has taken over, the customer has said good-bye elsewhere, or the chat is gone. */
    void close();
}

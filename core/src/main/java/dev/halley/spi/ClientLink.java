package dev.halley.spi;

import dev.halley.ChatView;
import dev.halley.Row;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A way to one connected customer. It is called once at a time, in the order of the rows.
 *
 * <p>Implementations must not block.
 */
public interface ClientLink {

    /** {@return the connection's identity, which never changes} */
    ConnectionId id();

    /**
     * Says that the next rows do not continue those delivered before. Called before the first rows of a chat, and
     * before those of {@link Connections#repeat}, even if there are none. Does nothing by default.
     */
    default void begin() {}

    /**
     * Sends rows to the customer. Whether they arrived is for {@link Connections#confirmed} to say.
     *
     * @param chat the chat, as of the same instant as the rows
     * @param rows contiguous, after those of the call before; at most 256, and about 100 KiB as JSON
     * @return completes when the link can take more; exceptionally if it is broken
     */
    CompletionStage<Void> deliver(ChatView chat, List<Row> rows);

    /**
     * Ends the connection.
     *
     * @param cause why
     */
    void close(Cause cause);

    /** Why a connection is ended. */
    enum Cause {
        /**
         * A newer connection serves the chat. The client must not come back by itself, or the two take turns for ever.
         */
        TAKEN_OVER,
        /** The customer has said through another connection that this one is gone. */
        LEFT,
        /** The connection could not be served. The client should connect again. */
        FAILED
    }
}

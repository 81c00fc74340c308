package dev.halley.spi;

import dev.halley.ChatId;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * What an adapter calls when customers come, go and confirm. No call blocks. For one connection: {@link #admits},
 * {@link #attach}, then any of the others, and at last {@link #left}, which waits for the attach.
 *
 * <p>This class is thread-safe.
 */
public interface Connections {

    /** Completes with whether this customer may connect: false if a key is required and none of the chats has it. */
    CompletionStage<Boolean> admits(Arrival arrival);

    /**
     * Serves a new connection: the chat that the arrival names, else the customer's latest. Without one it waits for a chat
     * to be opened. Whoever was connected to that chat before is closed.
     *
     * @return completes when the missed rows, or the first of many, were handed to the link
     */
    CompletionStage<Void> attach(Arrival arrival, ClientLink link);

    /**
     * A connection of this node is gone: closed, timed out, or sent to the background.
     *
     * @param position what the customer named; empty for silence
     * @return completes when it is committed
     */
    CompletionStage<Void> left(ConnectionId connection, OptionalLong position);

    /**
     * A customer says of an earlier connection that it is gone. Counts only for the chat whose last connection it was.
     *
     * @return completes when it is committed
     */
    CompletionStage<Void> leftLate(Arrival arrival, ConnectionId connection);

    /**
     * A connection has received everything of a chat up to this position; may be written later. Ignored if it serves another
     * chat by now.
     */
    void confirmed(ConnectionId connection, ChatId chat, long position);

    /**
     * The last answer may not have been read: what is not confirmed is delivered again, after {@link ClientLink#begin}. What is
     * delivered until then continues as before.
     */
    void repeat(ConnectionId connection);
}

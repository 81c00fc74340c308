package dev.halley.spi;

import dev.halley.ChatId;
import java.time.Duration;
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
     * Serves a new connection, from whose beginning on its customer is online: the chat that the arrival names, else the
     * customer's latest. Without one it waits for a chat to be opened. Whoever was connected to that chat before is closed;
     * if that one has arrived later ({@link Arrival#order}), the new one is.
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
     * Rows may have been lost on their way: what comes after a position is delivered again, after {@link ClientLink#begin};
     * nothing newer is delivered before. Replaces a repeat that was asked for and has not begun. Ignored if the connection
     * serves another chat by now.
     *
     * @param after the position, also one below what is confirmed
     * @param delay from now; zero begins in the caller's thread where it can, anything else in another one
     * @return completes when the first rows were handed over or there are none; at once if there is a delay
     */
    CompletionStage<Void> repeat(ConnectionId connection, ChatId chat, long after, Duration delay);
}

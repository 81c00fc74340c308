package dev.halley.spi;

import dev.halley.ChatId;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * What an adapter calls when customers come, go and confirm. No call blocks. Life cycle of a connection:
 * {@link #admits}, {@link #attach}, then any of the others, and at last {@link #left}, which waits for the attach.
 *
 * <p>This class is thread-safe.
 */
public interface Connections {

    /**
     * Counts something that the adapter has refused because a bound was reached, by {@link Observer#refused}.
     *
     * @param bound the option that sets the bound, such as {@code max_sessions_per_user}
     */
    void refused(String bound);

    /**
     * Says whether this customer may connect.
     *
     * @param arrival what the customer says
     * @return false if a key is required and none of the customer's chats has it
     */
    CompletionStage<Boolean> admits(Arrival arrival);

    /**
     * Serves a new connection; its customer is online from now on. It serves the chat that the arrival names, else the
     * customer's latest, else the next one that is opened. Any other connection to that chat is closed; but if that
     * one's {@link Arrival#order} is higher, the new one is closed.
     *
     * @param arrival what the customer says
     * @param link the way to the customer
     * @return completes when the missed rows, or the first of many, have been handed to the link
     */
    CompletionStage<Void> attach(Arrival arrival, ClientLink link);

    /**
     * Says that a connection of this node is gone: closed, timed out, or sent to the background.
     *
     * @param connection the connection
     * @param position the position that the customer named; empty for none
     * @return completes when this is committed
     */
    CompletionStage<Void> left(ConnectionId connection, OptionalLong position);

    /**
     * Says that a customer has reported an earlier connection as gone. Counts only for a chat whose last connection it
     * was.
     *
     * @param arrival what the customer says
     * @param connection the earlier connection
     * @return completes when this is committed
     */
    CompletionStage<Void> leftLate(Arrival arrival, ConnectionId connection);

    /**
     * Says that everything up to a position has arrived. This may be committed later. Ignored if the connection serves
     * another chat by now.
     *
     * @param connection the connection
     * @param chat the chat to which the position belongs
     * @param position the position
     */
    void confirmed(ConnectionId connection, ChatId chat, long position);

    /**
     * Delivers the rows after a position again, as they may have been lost. First calls {@link ClientLink#begin}; no
     * newer row is delivered before. Replaces a repeat that has not begun yet. Ignored if the connection serves another
     * chat by now.
     *
     * @param connection the connection
     * @param chat the chat to which the position belongs
     * @param after the position, which may be below what is confirmed
     * @param delay from now; zero begins in the caller's thread if possible, anything else in another thread
     * @return completes when the first rows were handed over or there are none; at once if there is a delay
     */
    CompletionStage<Void> repeat(ConnectionId connection, ChatId chat, long after, Duration delay);
}

package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.UserId;
import java.time.Instant;
import java.util.Optional;

/** What a store needs to know of a session; the rest is the engine's, and travels through a {@link SessionStore.Codec}. */
public interface SessionState {

    /** Returns the chat. */
    ChatId id();

    /** Returns the customer. */
    UserId owner();

    /** Returns the position of the last row. */
    long head();

    /** Returns how many of the first rows are no longer needed; a store drops them. */
    long omitted();

    /** Returns when the session wants {@link SessionStore.Listener#due} next, empty for never. */
    Optional<Instant> wakeAt();

    /** Returns the node that holds the customer's connection, empty while there is none. */
    Optional<NodeId> node();

    /** Returns the customer's connection, empty while there is none. */
    Optional<ConnectionId> connection();
}

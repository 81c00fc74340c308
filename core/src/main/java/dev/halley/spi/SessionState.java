package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.UserId;
import java.time.Instant;
import java.util.Optional;

/** What a store needs to know about a session. A {@link SessionStore.Codec} turns all of it into text. */
public interface SessionState {

    /** {@return the chat} */
    ChatId id();

    /** {@return the customer} */
    UserId owner();

    /** {@return the position of the last row} */
    long head();

    /** {@return how many of the first rows are no longer needed} A store drops them. */
    long omitted();

    /** {@return when to call {@link SessionStore.Listener#due} next; empty for never} */
    Optional<Instant> wakeAt();

    /** {@return the node that holds the customer's connection; empty while there is none} */
    Optional<NodeId> node();

    /** {@return the customer's connection; empty while there is none} */
    Optional<ConnectionId> connection();
}

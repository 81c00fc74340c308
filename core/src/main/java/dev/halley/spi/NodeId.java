package dev.halley.spi;

import dev.halley.internal.Checks;

/**
 * A process that serves chats; another one after every start.
 *
 * @param value 1 to 64 of {@code A-Z a-z 0-9 _ -}
 */
public record NodeId(String value) {

    /** @throws IllegalArgumentException if {@code value} has another form */
    public NodeId {
        Checks.identifier("node id", value);
    }
}

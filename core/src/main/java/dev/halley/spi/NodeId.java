package dev.halley.spi;

import dev.halley.internal.Checks;

/**
 * Identifies a process that serves chats. Each start has a new one.
 *
 * @param value 1 to 64 of {@code A-Z a-z 0-9 _ -}
 */
public record NodeId(String value) {

    /**
     * Checks the components.
     *
     * @param value {@link #value()}
     * @throws IllegalArgumentException if {@code value} has another form
     */
    public NodeId {
        Checks.identifier("node id", value);
    }
}

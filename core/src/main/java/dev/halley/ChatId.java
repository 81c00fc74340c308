package dev.halley;

import dev.halley.internal.Checks;

/**
 * The identity of a chat, {@code chatSessionId} on the wire: 1 to 64 of {@code A-Z a-z 0-9 _ -}.
 *
 * @param value the identifier
 */
public record ChatId(String value) {

    /**
     * Checks the components.
     *
     * @param value {@link #value()}
     * @throws IllegalArgumentException if {@code value} has another form
     */
    public ChatId {
        Checks.identifier("chat id", value);
    }

    @Override
    public String toString() {
        return value;
    }
}

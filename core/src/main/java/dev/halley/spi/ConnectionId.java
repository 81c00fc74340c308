package dev.halley.spi;

import dev.halley.internal.Checks;

/**
 * A customer's connection, {@code clientId} in CometD: 1 to 64 of {@code A-Z a-z 0-9 _ -}.
 *
 * @param value the identifier; never printed whole, for together with the session's cookie it gives access to the
 *     session
 */
public record ConnectionId(String value) {

    /**
     * Checks the components.
     *
     * @param value {@link #value()}
     * @throws IllegalArgumentException if {@code value} has another form
     */
    public ConnectionId {
        Checks.identifier("connection id", value);
    }

    @Override
    public String toString() {
        return "ConnectionId[" + Integer.toHexString(value.hashCode()) + "]";
    }
}

package dev.halley;

import static java.util.Objects.requireNonNull;

/**
 * Who a customer is, {@code gms_user} on the wire: 1 to 256 characters, none of them a control character.
 *
 * @param value the name; never printed by {@link #toString()}
 */
public record UserId(String value) {

    /**
     * Checks the components.
     *
     * @param value {@link #value()}
     * @throws IllegalArgumentException if {@code value} is empty, too long or has control characters
     */
    public UserId {
        requireNonNull(value, "value");
        if (value.isBlank() || value.length() > 256 || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A user has 1 to 256 characters, none of them a control character");
        }
    }

    @Override
    public String toString() {
        return "UserId[…]";
    }
}

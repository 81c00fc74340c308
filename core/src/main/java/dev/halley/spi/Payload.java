package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * A push in the form of its platform. Immutable.
 *
 * @param key the push's identity, the same for each attempt
 * @param body what is sent; never printed
 * @param attributes what else the provider's {@code send} needs, such as a URL or a priority; never printed
 */
public record Payload(String key, String body, Map<String, String> attributes) {

    /**
     * Copies the attributes.
     *
     * @param key {@link #key()}
     * @param body {@link #body()}
     * @param attributes {@link #attributes()}
     */
    public Payload {
        requireNonNull(key, "key");
        requireNonNull(body, "body");
        attributes = Map.copyOf(attributes);
    }

    @Override
    public String toString() {
        return "Payload[" + key + ", " + body.length() + " characters]";
    }
}

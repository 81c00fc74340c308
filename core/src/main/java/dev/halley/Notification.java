package dev.halley;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A push before it has the form of any platform. Immutable.
 *
 * @param key identifies the push, the same for each of its attempts: {@code <chat>_<absence>_<last position>}; it has no dot
 * @param tag the kind of push, {@value #NEW_AGENT_MESSAGE}
 * @param message the sentence to show, {@code _client_timeout_notification_message}
 * @param serviceId the instance of the service
 * @param language of the device, or empty
 * @param rows what happened, pushable rows only, in order, at least one
 * @param unseen how many pushable rows the customer has not seen, for a badge; at least the number of rows
 * @param options option to value, resolved for this device and tag
 */
public record Notification(
        String key,
        String tag,
        String message,
        String serviceId,
        String language,
        List<Row> rows,
        long unseen,
        Map<String, String> options) {

    /** The tag of a push that tells of news in a chat. */
    public static final String NEW_AGENT_MESSAGE = "chat.newagentmessage";

    /** Copies the rows and options. */
    public Notification {
        requireNonNull(key, "key");
        requireNonNull(tag, "tag");
        requireNonNull(message, "message");
        requireNonNull(serviceId, "serviceId");
        requireNonNull(language, "language");
        rows = List.copyOf(rows);
        options = Map.copyOf(options);
    }

    /** Returns the value of an option for this device and tag. */
    public Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    @Override
    public String toString() {
        return "Notification[" + key + ", " + rows.size() + " rows]";
    }
}

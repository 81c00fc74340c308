package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Checks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
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
 * @param at the time of this attempt
 * @param expires when the push is worth nothing any more: the service is not to deliver it after that
 * @param options option to value, resolved for this device and tag; {@code title} and {@code body} in the device's language
 *     if the file {@code texts} has them
 */
public record Notification(
        String key,
        String tag,
        String message,
        String serviceId,
        String language,
        List<Row> rows,
        long unseen,
        Instant at,
        Instant expires,
        Map<String, String> options) {

    /** The tag of a push that tells of news in a chat. */
    public static final String NEW_AGENT_MESSAGE = "chat.newagentmessage";

    /** What a push shows of the chat: the option {@code content}. */
    public enum Content {
        /** The texts. */
        FULL,
        /** That there is news, and no text of the chat. */
        NONE,
        /** Nothing: the app is woken silently, and asks by itself. */
        BACKGROUND
    }

    /** Copies the rows and options. */
    public Notification {
        requireNonNull(key, "key");
        requireNonNull(tag, "tag");
        message = Checks.wellFormed(requireNonNull(message, "message"));
        requireNonNull(serviceId, "serviceId");
        requireNonNull(language, "language");
        requireNonNull(at, "at");
        requireNonNull(expires, "expires");
        rows = List.copyOf(rows);
        options = Map.copyOf(options);
    }

    /** Returns the value of an option for this device and tag. */
    public Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** Returns what the push shows of the chat. Default {@link Content#FULL}. */
    public Content content() {
        return Content.valueOf(option(EngineOptions.CONTENT).orElse("full").toUpperCase(Locale.ROOT));
    }

    /** Returns the rows to show: none unless the content is {@link Content#FULL}. */
    public List<Row> shown() {
        return content() == Content.FULL ? rows : List.of();
    }

    /** Returns whether the pushes of a chat replace each other, so that one of them is visible. Default false. */
    public boolean collapse() {
        return option(EngineOptions.COLLAPSE).map(Boolean::valueOf).orElse(false);
    }

    /** Returns the title in the device's language, else the value of an option of the provider. */
    public Optional<String> title(String option) {
        return option("title").or(() -> option(option));
    }

    /** Returns the body in the device's language, else the value of an option of the provider. */
    public Optional<String> body(String option) {
        return option("body").or(() -> option(option));
    }

    /** Returns for how long the push is worth something, from this attempt on; at least zero. */
    public Duration timeToLive() {
        return expires.isAfter(at) ? Duration.between(at, expires) : Duration.ZERO;
    }

    @Override
    public String toString() {
        return "Notification[" + key + ", " + rows.size() + " rows]";
    }
}

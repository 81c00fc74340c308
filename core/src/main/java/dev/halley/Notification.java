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
 * A push that does not yet have the form of any platform. Immutable.
 *
 * @param key identifies the push, the same for each of its attempts: {@code <chat>_<absence>_<last position>}; has no
 *     dot
 * @param tag the kind of push, {@value #NEW_AGENT_MESSAGE}
 * @param message the sentence to show, {@code _client_timeout_notification_message}
 * @param serviceId the instance of the service
 * @param language the device's language tag, or empty
 * @param rows what happened: only pushable rows, in order, at least one
 * @param unseen how many pushable rows the customer has not seen, for a badge; at least the number of rows
 * @param at the time of this attempt
 * @param expires when the push is no longer of use; the service must not deliver it after that
 * @param options options and their values for this device and tag; {@code title} and {@code body} in the device's
 *     language if the file {@code texts} has them
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

    /** The tag of a push about news in a chat. */
    public static final String NEW_AGENT_MESSAGE = "chat.newagentmessage";

    /** What a push shows of the chat: the option {@code content}. */
    public enum Content {
        /** The texts. */
        FULL,
        /** That there is news, but no text of the chat. */
        NONE,
        /** Nothing: the app is woken silently and asks for news itself. */
        BACKGROUND
    }

    /**
     * Copies the rows and options.
     *
     * @param key {@link #key()}
     * @param tag {@link #tag()}
     * @param message {@link #message()}
     * @param serviceId {@link #serviceId()}
     * @param language {@link #language()}
     * @param rows {@link #rows()}
     * @param unseen {@link #unseen()}
     * @param at {@link #at()}
     * @param expires {@link #expires()}
     * @param options {@link #options()}
     */
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

    /**
     * Returns the value of an option for this device and tag.
     *
     * @param name the option
     * @return its value; empty if it is not set
     */
    public Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** {@return what the push shows of the chat} Default: {@link Content#FULL}. */
    public Content content() {
        return Content.valueOf(option(EngineOptions.CONTENT).orElse("full").toUpperCase(Locale.ROOT));
    }

    /** {@return the rows to show: none unless the content is {@link Content#FULL}} */
    public List<Row> shown() {
        return content() == Content.FULL ? rows : List.of();
    }

    /** {@return whether the pushes of a chat replace each other, so that only the last is visible} Default: false. */
    public boolean collapse() {
        return option(EngineOptions.COLLAPSE).map(Boolean::valueOf).orElse(false);
    }

    /**
     * Returns the title in the device's language.
     *
     * @param option an option of the provider that has the title for all other languages
     * @return the title; empty if there is none
     */
    public Optional<String> title(String option) {
        return option("title").or(() -> option(option));
    }

    /**
     * Returns the body in the device's language.
     *
     * @param option an option of the provider that has the body for all other languages
     * @return the body; empty if there is none
     */
    public Optional<String> body(String option) {
        return option("body").or(() -> option(option));
    }

    /** {@return for how long the push is of use, from this attempt on; at least zero} */
    public Duration timeToLive() {
        return expires.isAfter(at) ? Duration.between(at, expires) : Duration.ZERO;
    }

    @Override
    public String toString() {
        return "Notification[" + key + ", " + rows.size() + " rows]";
    }
}

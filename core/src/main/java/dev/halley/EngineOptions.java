package dev.halley;

import dev.halley.spi.Option;
import java.time.Duration;
import java.util.List;

/** The options that the engine reads, by where they may stand. Those of a provider are declared by its factory. */
final class EngineOptions {

    static final String PUSH_ENABLED = "pushEnabled";
    static final String FILTER = "filtering_chat_events";
    static final String SERVICE_FILTER = "_filtering_chat_events";
    static final String GRACE_PERIOD = "_client_timeout_notification";
    static final String MESSAGE = "_client_timeout_notification_message";
    static final String AGENT_MESSAGE = "_agent_timeout_notification_message";
    static final String REFUSED_AFTER_END = "_chat_400_response_on_disconnected";
    static final String REQUIRE_SECURE_KEY = "require_secure_key";
    static final String RETENTION = "retention";
    static final String MAX_EVENTS = "max_events";
    static final String MAX_TEXT = "max_text";
    static final String CONFIRM_BY_CONNECT = "confirm_by_connect";
    static final String TTL = "ttl";
    static final String CONTENT = "content";
    static final String COLLAPSE = "collapse";
    static final String TEXTS = "texts";

    /** The longest time for which a push is tried: what push services accept, 28 days. */
    private static final long MOST_TTL = Duration.ofDays(28).toSeconds();

    private static final long MOST_RETENTION = Duration.ofDays(3_650).toSeconds();

    private static final Settings SETTINGS = Settings.builder().build();
    private static final ServiceSettings SERVICE = ServiceSettings.DEFAULT;

    /** In {@code [push]} alone. */
    static final List<Option> OF_PUSH = List.of(
            new Option(
                    PUSH_ENABLED,
                    "none",
                    "The device types that are pushed to.",
                    "device types with commas between them",
                    value -> true),
            filter(FILTER, "`Notice.TypingStarted, Notice.TypingStopped`", "The event types that start no push."));

    /** In {@code [Service.<name>]}, and in {@code [push]} for all services. */
    static final List<Option> OF_SERVICES = List.of(
            Option.seconds(
                    GRACE_PERIOD,
                    seconds(SERVICE.gracePeriod()),
                    "The grace period, from an absent customer's first unseen event to the push; 0 pushes at once.",
                    0,
                    ServiceSettings.MAX_GRACE_PERIOD.toSeconds()),
            Option.text(MESSAGE, SERVICE.message(), "The sentence of a push."),
            Option.text(AGENT_MESSAGE, SERVICE.agentMessage(), "What the agent is told."),
            filter(SERVICE_FILTER, "`" + FILTER + "`", "Replaces the filter for a service."),
            Option.flag(
                    REFUSED_AFTER_END,
                    flag(SERVICE.refusedAfterEnd()),
                    "Whether a customer's calls after the end of the chat are errors."));

    /** In {@code [halley]}. */
    static final List<Option> OF_HALLEY = List.of(
            Option.flag(
                    REQUIRE_SECURE_KEY, flag(SETTINGS.requireSecureKey()), "Whether customers must show their key."),
            Option.seconds(
                    RETENTION,
                    seconds(SETTINGS.retention()),
                    "How long a chat of an absent customer is kept.",
                    1,
                    MOST_RETENTION),
            Option.number(
                    MAX_EVENTS,
                    String.valueOf(SETTINGS.maxEvents()),
                    "How many events of a chat are kept; the oldest go first.",
                    10,
                    1_000_000),
            Option.number(
                    MAX_TEXT,
                    String.valueOf(SETTINGS.maxText()),
                    "The longest text, in bytes as escaped UTF-8.",
                    100,
                    Settings.MOST_TEXT),
            Option.flag(
                    CONFIRM_BY_CONNECT,
                    flag(SETTINGS.confirmByConnect()),
                    "Whether connects of clients that mark their failures confirm."),
            new Option(
                    "repeat_unread",
                    "–",
                    "No longer an option.",
                    "nothing: what may be unread is always repeated, so leave it out",
                    value -> false));

    /** Of every push, whichever the provider: where the options of providers may stand. */
    static final List<Option> OF_PUSHES = List.of(
            Option.seconds(
                    TTL,
                    seconds(SETTINGS.pushTimeToLive()),
                    "How long a push is tried; nothing is sent after that.",
                    1,
                    MOST_TTL),
            Option.oneOf(
                    CONTENT,
                    "`full`",
                    "`full` shows the texts of the chat; `none` is an alert without any of them; `background` is a"
                            + " silent wake-up, and the app asks by itself.",
                    "full",
                    "none",
                    "background"),
            Option.flag(COLLAPSE, "`false`", "One visible notification for each chat."),
            Option.text(TEXTS, "none", "The path of a properties file (UTF-8) with titles and bodies per language."));

    private EngineOptions() {}

    private static Option filter(String name, String byDefault, String description) {
        return new Option(
                name,
                byDefault,
                description,
                "event types with commas between them, of " + String.join(", ", EventFilter.KNOWN_TYPES),
                EngineOptions::isFilter);
    }

    private static boolean isFilter(String value) {
        try {
            EventFilter.parse(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String seconds(Duration duration) {
        return String.valueOf(duration.toSeconds());
    }

    private static String flag(boolean value) {
        return "`" + value + "`";
    }
}

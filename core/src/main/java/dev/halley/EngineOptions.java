package dev.halley;

import dev.halley.spi.Option;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
    static final String MAX_CHAT_BYTES = "max_chat_bytes";
    static final String MAX_CHATS_PER_USER = "max_chats_per_user";
    static final String MAX_SESSIONS_PER_USER = "max_sessions_per_user";
    static final String MAX_CHATS = "max_chats";
    static final String MAX_BYTES = "max_bytes";
    static final String BODY_TIMEOUT = "body_timeout";
    static final String ALLOWED_ORIGINS = "allowed_origins";
    static final String CONFIRM_BY_CONNECT = "confirm_by_connect";
    static final String TTL = "ttl";
    static final String CONTENT = "content";
    static final String COLLAPSE = "collapse";
    static final String TEXTS = "texts";
    static final String PROXY = "proxy";

    /** The longest time for which a push is tried: what push services accept, 28 days. */
    private static final long MOST_TTL = Duration.ofDays(28).toSeconds();

    private static final long MOST_RETENTION = Duration.ofDays(3_650).toSeconds();

    private static final long MOST_BODY_TIMEOUT = Duration.ofHours(1).toSeconds();

    /** The most bytes and chats that can be set: more than any heap has. */
    private static final long MOST_OF_A_HEAP = 1L << 50;

    private static final long MOST_PER_USER = 1_000_000;

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
                    "The grace period, from when an absent customer first has an unseen event to the push; 0 pushes"
                            + " at once.",
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
            Option.number(
                    MAX_CHAT_BYTES,
                    String.valueOf(SETTINGS.maxChatBytes()),
                    "How many bytes of texts a chat keeps; the oldest rows go first. 0 for no bound.",
                    0,
                    MOST_OF_A_HEAP),
            Option.number(
                    MAX_CHATS_PER_USER,
                    String.valueOf(SETTINGS.maxChatsPerUser()),
                    "How many open chats a customer may have; one more is refused. 0 for no bound.",
                    0,
                    MOST_PER_USER),
            Option.number(
                    MAX_SESSIONS_PER_USER,
                    String.valueOf(SETTINGS.maxSessionsPerUser()),
                    "How many CometD sessions a customer may have; the oldest one without a held poll goes first. 0 for"
                            + " no bound.",
                    0,
                    MOST_PER_USER),
            Option.number(
                    MAX_CHATS,
                    "half of the heap ÷ 10 KiB",
                    "How many chats the in-memory store keeps; one more is refused. 0 for no bound.",
                    0,
                    MOST_OF_A_HEAP),
            Option.number(
                    MAX_BYTES,
                    "a quarter of the heap",
                    "How many bytes the rows of all chats take in the in-memory store; over it, new chats and events"
                            + " are refused. 0 for no bound.",
                    0,
                    MOST_OF_A_HEAP),
            Option.seconds(
                    BODY_TIMEOUT,
                    seconds(SETTINGS.bodyTimeout()),
                    "How long a whole HTTP request may take to arrive, at the example server. 0 for no bound.",
                    0,
                    MOST_BODY_TIMEOUT),
            new Option(
                    ALLOWED_ORIGINS,
                    "none",
                    "The origins whose pages may call the server, beside its own.",
                    Settings.ORIGINS_ACCEPTED + ", with commas between them",
                    EngineOptions::areOrigins),
            Option.flag(
                    CONFIRM_BY_CONNECT,
                    flag(SETTINGS.confirmByConnect()),
                    "Whether an unmarked connect of a client that marks its failures confirms the answer before it."),
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
            new Option(
                            PROXY,
                            "what the JVM's `https.proxyHost` or `http.proxyHost` says, else `HTTPS_PROXY` or"
                                    + " `HTTP_PROXY` unless `NO_PROXY` names the host",
                            "The HTTP proxy for push services; never to this computer.",
                            "http://name:port, perhaps with user:password@ before the name, or none",
                            value -> value.matches("none|http://[^\\s/?#]+:[0-9]{1,5}/?"))
                    .asSecret(),
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

    private static boolean areOrigins(String value) {
        return origins(value).stream().allMatch(Settings::isOrigin);
    }

    /** Returns the origins in a value of {@link #ALLOWED_ORIGINS}. */
    static Set<String> origins(String value) {
        return Arrays.stream(value.split(",", -1))
                .map(String::strip)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String seconds(Duration duration) {
        return String.valueOf(duration.toSeconds());
    }

    private static String flag(boolean value) {
        return "`" + value + "`";
    }
}

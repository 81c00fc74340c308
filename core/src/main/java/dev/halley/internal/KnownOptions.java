package dev.halley.internal;

import dev.halley.EventFilter;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.spi.Option;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The options that the wire contract names. Those of providers are refined by the provider's factory where it is present. */
public final class KnownOptions {

    /** Names the device types that are pushed to. */
    public static final String PUSH_ENABLED = "pushEnabled";
    /** Names the event types that wake nobody. */
    public static final String FILTER = "filtering_chat_events";
    /** Replaces {@link #FILTER} for a service. */
    public static final String SERVICE_FILTER = "_filtering_chat_events";
    /** The grace period in seconds. */
    public static final String GRACE = "_client_timeout_notification";
    /** The sentence of a push. */
    public static final String MESSAGE = "_client_timeout_notification_message";
    /** What the agent is told. */
    public static final String AGENT_MESSAGE = "_agent_timeout_notification_message";
    /** Whether calls after the end are errors. */
    public static final String REFUSED_AFTER_END = "_chat_400_response_on_disconnected";
    /** How long a push is tried, in seconds. */
    public static final String TTL = "ttl";
    /** Names the file with titles and bodies per language. */
    public static final String TEXTS = "texts";

    /** The longest time for which a push is tried: what push services accept, 28 days. */
    private static final long MOST_TTL = Duration.ofDays(28).toSeconds();

    private static final Option FILTER_OPTION = new Option(
            FILTER,
            "event types with commas between them, of " + String.join(", ", EventFilter.KNOWN_TYPES),
            false,
            KnownOptions::isFilter);

    /** Options of {@code [Service.<name>]}, and of {@code [push]} for all services. */
    public static final Map<String, Option> SERVICE = byName(
            Option.seconds(GRACE, 0, ServiceSettings.MAX_GRACE_PERIOD.toSeconds()),
            Option.text(MESSAGE),
            Option.text(AGENT_MESSAGE),
            new Option(SERVICE_FILTER, FILTER_OPTION.accepted(), false, KnownOptions::isFilter),
            Option.flag(REFUSED_AFTER_END));

    /** Options of {@code [push]} alone. */
    public static final Map<String, Option> PUSH = byName(
            new Option(PUSH_ENABLED, "device types with commas between them", false, value -> true), FILTER_OPTION);

    /** Options of {@code [push]}, {@code [push.provider.…]} and {@code [push.provider.event.…]}. */
    public static final Map<String, Option> PROVIDER = byName(
            Option.oneOf("content", "full", "none", "background"),
            Option.text(TEXTS),
            Option.seconds(TTL, 1, MOST_TTL),
            Option.flag("collapse"),
            Option.flag("validate_only"),
            Option.text("fcm.title"),
            Option.text("fcm.body"),
            Option.text("fcm.credentials"),
            Option.text("fcm.project"),
            Option.text("fcm.url"),
            Option.text("fcm.priority"),
            Option.seconds("fcm.ttl", 0, MOST_TTL),
            Option.text("fcm.collapse_key"),
            new Option(
                    "fcm.apiKey",
                    "nothing: it belongs to an interface that Google ended in June 2024; use fcm.credentials with a"
                            + " service account file",
                    true,
                    value -> false),
            Option.text("apple.title"),
            Option.text("apple.alertMessage.body"),
            Option.text("apple.key"),
            Option.text("apple.keyId"),
            Option.text("apple.teamId"),
            Option.text("apple.certificate"),
            Option.secret("apple.certificatePassword"),
            Option.text("apple.topic"),
            Option.text("apple.host"),
            Option.number("apple.port", 1, 65_535),
            Option.text("apple.trusted"),
            new Option("apple.badge", "a whole number or auto", false, value -> value.matches("[0-9]{1,6}|auto")),
            Option.text("apple.sound"),
            Option.flag("apple.mutable-content"),
            Option.number("apple.payload_limit", 256, 4_096),
            Option.text("customhttp.url"),
            Option.secret("customhttp.secret"),
            Option.secret("customhttp.authorization"),
            Option.seconds("customhttp.timeout", 1, 30),
            Option.text("httpcb.allow"));

    /** Options of {@code [halley]}. */
    public static final Map<String, Option> HALLEY = byName(
            Option.flag("require_secure_key"),
            Option.seconds("retention", 1, Duration.ofDays(3_650).toSeconds()),
            Option.number("max_events", 10, 1_000_000),
            Option.number("max_text", 100, Settings.MOST_TEXT),
            Option.flag("confirm_by_connect"),
            new Option(
                    "repeat_unread",
                    "nothing: what may be unread is always repeated, so leave it out",
                    false,
                    value -> false));

    private KnownOptions() {}

    private static boolean isFilter(String value) {
        try {
            EventFilter.parse(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Map<String, Option> byName(Option... options) {
        Map<String, Option> result = new LinkedHashMap<>();
        List.of(options).forEach(option -> result.put(option.name(), option));
        return result;
    }
}

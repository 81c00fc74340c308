package dev.halley;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.halley.internal.Texts;
import dev.halley.spi.PushProviderFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Options by section, with the names that Genesys Mobile Services gives them. Each is checked. Immutable, and so
 * thread-safe.
 *
 * <table>
 * <caption>Sections</caption>
 * <tr><td>{@code [push]}</td><td>which pushes there are; also defaults for the sections below</td></tr>
 * <tr><td>{@code [push.provider.<name>]}</td><td>one provider</td></tr>
 * <tr><td>{@code [push.provider.event.<tag>]}</td><td>one kind of push, whichever the provider</td></tr>
 * <tr><td>{@code [push.provider.<name>.event.<tag>]}</td><td>one kind of push of one provider</td></tr>
 * <tr><td>{@code [Service.<name>]}</td><td>one service</td></tr>
 * <tr><td>{@code [halley]}</td><td>the engine</td></tr>
 * </table>
 */
public final class Options {

    static final String PUSH = "push";
    static final String PROVIDER_PREFIX = "push.provider.";
    private static final String EVENT_PREFIX = "push.provider.event.";
    static final String SERVICE_PREFIX = "Service.";
    static final String HALLEY = "halley";
    static final String DEBUG = "debug.";

    private final Map<String, Map<String, String>> sections;
    private final Map<String, Texts> texts;
    private final Settings settings;
    private final Set<String> providerNames;

    /** Each event asks for the time to live, and most configurations set none. */
    private final boolean setsTimeToLive;

    private final ConcurrentHashMap<Choice, Map<String, String>> resolved = new ConcurrentHashMap<>();

    /** The traits of a push that decide which options hold. */
    private record Choice(String provider, String tag, boolean debug) {}

    private Options(Map<String, Map<String, String>> sections) {
        this.sections = sections;
        this.texts = readTexts(sections);
        this.providerNames =
                sections.keySet().stream().flatMap(Options::providerName).collect(toUnmodifiableSet());
        this.setsTimeToLive = timesToLive().findAny().isPresent();
        this.settings = toSettings();
    }

    /**
     * Checks options. Those of the providers on the class path are known.
     *
     * @param sections section to option to value; values are texts, numbers, booleans, or lists of them; a null section
     *     is empty
     * @return the options
     * @throws OptionException if a section, an option or a value is not accepted, or a file of {@code texts} can't be
     *     read
     */
    public static Options of(Map<String, ? extends @Nullable Map<String, ?>> sections) {
        return of(sections, ServiceLoader.load(PushProviderFactory.class));
    }

    /**
     * Checks options. Those of the given factories are known.
     *
     * @param sections section to option to value; values are texts, numbers, booleans, or lists of them; a null section
     *     is empty
     * @param factories the factories of the providers whose options are accepted
     * @return the options
     * @throws OptionException if a section, an option or a value is not accepted, or a file of {@code texts} can't be
     *     read
     */
    public static Options of(
            Map<String, ? extends @Nullable Map<String, ?>> sections,
            Iterable<? extends PushProviderFactory> factories) {
        OptionCheck check = new OptionCheck(factories);
        Map<String, Map<String, String>> checked = new LinkedHashMap<>();
        // In YAML a section with nothing below it is null.
        sections.forEach(
                (section, options) -> checked.put(section, check.check(section, options == null ? Map.of() : options)));
        return new Options(checked);
    }

    /** {@return no options: everything has its default} */
    public static Options none() {
        return of(Map.of(), List.of());
    }

    /** {@return the engine's settings that follow from these options} */
    public Settings settings() {
        return settings;
    }

    /** {@return the device types that {@code pushEnabled} names, in lower case and in its order; empty by default} */
    public Set<String> pushEnabled() {
        Set<String> types = new LinkedHashSet<>();
        get(PUSH, EngineOptions.PUSH_ENABLED).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(type -> !type.isEmpty())
                .forEach(type -> types.add(Device.canonicalType(type)));
        return types;
    }

    /**
     * Returns the value of an option in one section.
     *
     * @param section the section without its brackets, such as {@code push}
     * @param option the option's name
     * @return its value; empty if this section does not set it
     */
    public Optional<String> get(String section, String option) {
        return Optional.ofNullable(sections.getOrDefault(section, Map.of()).get(option));
    }

    /**
     * Returns whether any section sets an option or its {@code debug.} twin.
     *
     * @param option the option's name, without {@code debug.}
     * @return whether it is set anywhere
     */
    public boolean isSetAnywhere(String option) {
        return sections.values().stream()
                .anyMatch(options -> options.containsKey(option) || options.containsKey(DEBUG + option));
    }

    /**
     * Returns a section that sets an option, or its {@code debug.} twin, to a value.
     *
     * @param option the option's name, without {@code debug.}
     * @param value the value
     * @return such a section without its brackets; empty if there is none
     */
    public Optional<String> sectionWith(String option, String value) {
        return sections.keySet().stream()
                .filter(section -> get(section, option).equals(Optional.of(value))
                        || get(section, DEBUG + option).equals(Optional.of(value)))
                .findFirst();
    }

    /**
     * Returns every option as it holds for a push to a device. {@code title} and {@code body} in the device's language
     * are added if the file that {@code texts} names has them.
     *
     * @param device the device
     * @param tag the kind of push, such as {@link Notification#NEW_AGENT_MESSAGE}
     * @return option to value
     */
    public Map<String, String> forPush(Device device, String tag) {
        Map<String, String> options = forPush(device.provider(), tag, device.debug());
        Texts words = texts.get(options.getOrDefault(EngineOptions.TEXTS, ""));
        return words == null ? options : in(words, device.language(), options);
    }

    private static Map<String, String> in(Texts words, String language, Map<String, String> options) {
        Map<String, String> result = new HashMap<>(options);
        words.of("title", language).ifPresent(title -> result.put("title", title));
        words.of("body", language).ifPresent(body -> result.put("body", body));
        return result;
    }

    /**
     * Returns which section sets the options of a device. It can be printed, unlike the name that the device gives.
     *
     * @param device the device
     * @return {@code push.provider.<name>} if any section is of the device's provider, else {@code push}
     */
    public String section(Device device) {
        return providerNames.contains(device.provider()) ? PROVIDER_PREFIX + device.provider() : PUSH;
    }

    /**
     * Returns for how long a push to a device is tried: {@code <type>.ttl}, else {@code ttl}.
     *
     * @param device the device
     * @param tag the kind of push, such as {@link Notification#NEW_AGENT_MESSAGE}
     * @return the time to live, in whole seconds; empty if neither option is set
     */
    public Optional<Duration> timeToLive(Device device, String tag) {
        if (!setsTimeToLive) {
            return Optional.empty();
        }
        Map<String, String> options = forPush(device.provider(), tag, device.debug());
        return Optional.ofNullable(options.get(device.type() + "." + EngineOptions.TTL))
                .or(() -> Optional.ofNullable(options.get(EngineOptions.TTL)))
                .map(Options::seconds);
    }

    /**
     * Returns all sets of options that a device can choose by its provider's name, by {@code debug} and by its
     * language.
     *
     * @param tag the kind of push, such as {@link Notification#NEW_AGENT_MESSAGE}
     * @return the sets, each once
     */
    public List<Map<String, String>> variants(String tag) {
        return Stream.concat(Stream.of(""), providerNames.stream())
                .flatMap(provider -> Stream.of(forPush(provider, tag, false), forPush(provider, tag, true)))
                .flatMap(this::inEachLanguage)
                .distinct()
                .toList();
    }

    private Stream<Map<String, String>> inEachLanguage(Map<String, String> options) {
        Texts words = texts.get(options.getOrDefault(EngineOptions.TEXTS, ""));
        return words == null
                ? Stream.of(options)
                : words.languages().stream().map(language -> in(words, language, options));
    }

    private static Stream<String> providerName(String section) {
        if (!section.startsWith(PROVIDER_PREFIX) || section.startsWith(EVENT_PREFIX)) {
            return Stream.empty();
        }
        String name = section.substring(PROVIDER_PREFIX.length());
        int event = name.indexOf(".event.");
        return Stream.of(event < 0 ? name : name.substring(0, event));
    }

    /**
     * Returns every option as it holds for a push: from {@code [push.provider.<name>.event.<tag>]}, else {@code
     * [push.provider.event.<tag>]}, else {@code [push.provider.<name>]}, else {@code [push]}.
     *
     * @param provider the device's provider name
     * @param tag the kind of push, such as {@link Notification#NEW_AGENT_MESSAGE}
     * @param debug whether {@code debug.<option>} comes first at each level
     * @return option to value
     */
    public Map<String, String> forPush(String provider, String tag, boolean debug) {
        // Devices name their provider, and only names that have a section make a difference.
        String name = providerNames.contains(provider) ? provider : "";
        return resolved.computeIfAbsent(
                new Choice(name, tag, debug), choice -> resolve(choice.provider(), choice.tag(), choice.debug()));
    }

    private Map<String, String> resolve(String provider, String tag, boolean debug) {
        Map<String, String> result = new HashMap<>();
        for (String section : List.of(
                PUSH, PROVIDER_PREFIX + provider, EVENT_PREFIX + tag, PROVIDER_PREFIX + provider + ".event." + tag)) {
            Map<String, String> options = sections.getOrDefault(section, Map.of());
            options.forEach((name, value) -> {
                if (!name.startsWith(DEBUG)) {
                    result.put(name, value);
                }
            });
            if (debug) {
                options.forEach((name, value) -> {
                    if (name.startsWith(DEBUG)) {
                        result.put(name.substring(DEBUG.length()), value);
                    }
                });
            }
        }
        return Map.copyOf(result);
    }

    private static Map<String, Texts> readTexts(Map<String, Map<String, String>> sections) {
        Map<String, Texts> byFile = new HashMap<>();
        sections.forEach((section, options) -> options.forEach((option, value) -> {
            if (option.equals(EngineOptions.TEXTS) || option.equals(DEBUG + EngineOptions.TEXTS)) {
                try {
                    byFile.put(value, Texts.read(value));
                } catch (IllegalArgumentException e) {
                    throw OptionException.unusable(
                            section, option, value, String.valueOf(e.getMessage()), Texts.ACCEPTED);
                }
            }
        }));
        return byFile;
    }

    private Settings toSettings() {
        Settings.Builder builder = Settings.builder();
        Set<String> services = new LinkedHashSet<>(List.of(Settings.REQUEST_CHAT));
        sections.keySet().stream()
                .filter(section -> section.startsWith(SERVICE_PREFIX))
                .forEach(section -> services.add(section.substring(SERVICE_PREFIX.length())));
        services.forEach(service -> builder.service(service, toServiceSettings(SERVICE_PREFIX + service)));
        get(HALLEY, EngineOptions.REQUIRE_SECURE_KEY).map(Boolean::valueOf).ifPresent(builder::requireSecureKey);
        get(HALLEY, EngineOptions.CONFIRM_BY_CONNECT).map(Boolean::valueOf).ifPresent(builder::confirmByConnect);
        get(HALLEY, EngineOptions.MAX_EVENTS).map(Integer::valueOf).ifPresent(builder::maxEvents);
        get(HALLEY, EngineOptions.MAX_TEXT).map(Integer::valueOf).ifPresent(builder::maxText);
        get(HALLEY, EngineOptions.MAX_CHAT_BYTES).map(Long::valueOf).ifPresent(builder::maxChatBytes);
        get(HALLEY, EngineOptions.MAX_CHATS_PER_USER).map(Integer::valueOf).ifPresent(builder::maxChatsPerUser);
        get(HALLEY, EngineOptions.MAX_SESSIONS_PER_USER).map(Integer::valueOf).ifPresent(builder::maxSessionsPerUser);
        get(HALLEY, EngineOptions.MAX_CHATS).map(Long::valueOf).ifPresent(builder::maxChats);
        get(HALLEY, EngineOptions.MAX_BYTES).map(Long::valueOf).ifPresent(builder::maxBytes);
        get(HALLEY, EngineOptions.BODY_TIMEOUT).map(Options::seconds).ifPresent(builder::bodyTimeout);
        get(HALLEY, EngineOptions.ALLOWED_ORIGINS).map(EngineOptions::origins).ifPresent(builder::allowedOrigins);
        get(HALLEY, EngineOptions.RETENTION).map(Options::seconds).ifPresent(builder::retention);
        try {
            // The retention must suffice for the longest time to live that any device can have.
            Duration usual =
                    get(PUSH, EngineOptions.TTL).map(Options::seconds).orElse(Settings.DEFAULT_PUSH_TIME_TO_LIVE);
            builder.pushTimeToLive(longestTimeToLive(usual)).build();
            return builder.pushTimeToLive(usual).build();
        } catch (IllegalArgumentException e) {
            throw new OptionException("[" + HALLEY + "] " + e.getMessage());
        }
    }

    private ServiceSettings toServiceSettings(String section) {
        ServiceSettings result = ServiceSettings.DEFAULT;
        for (String level : List.of(PUSH, section)) {
            result = result.withGracePeriod(get(level, EngineOptions.GRACE_PERIOD)
                            .map(Options::seconds)
                            .orElse(result.gracePeriod()))
                    .withMessage(get(level, EngineOptions.MESSAGE).orElse(result.message()))
                    .withAgentMessage(get(level, EngineOptions.AGENT_MESSAGE).orElse(result.agentMessage()))
                    .withFilter(get(level, EngineOptions.SERVICE_FILTER)
                            .or(() -> get(level, EngineOptions.FILTER))
                            .map(EventFilter::parse)
                            .orElse(result.filter()))
                    .withRefusedAfterEnd(get(level, EngineOptions.REFUSED_AFTER_END)
                            .map(Boolean::valueOf)
                            .orElse(result.refusedAfterEnd()));
        }
        return result;
    }

    private Duration longestTimeToLive(Duration usual) {
        return timesToLive().reduce(usual, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    private Stream<Duration> timesToLive() {
        return sections.values().stream()
                .flatMap(options -> options.entrySet().stream())
                .filter(option -> option.getKey().equals(EngineOptions.TTL)
                        || option.getKey().endsWith("." + EngineOptions.TTL))
                .map(option -> seconds(option.getValue()));
    }

    private static Duration seconds(String value) {
        return Duration.ofSeconds(Long.parseLong(value));
    }

    /** Names the sections; values may be secret. */
    @Override
    public String toString() {
        return "Options" + sections.keySet();
    }
}

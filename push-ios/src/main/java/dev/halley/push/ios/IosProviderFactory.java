package dev.halley.push.ios;

import dev.halley.Notification;
import dev.halley.OptionException;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes providers that push to iOS: {@code ios}, through the Apple Push Notification service (APNs).
 *
 * <p>Each distinct server and credential that a device can choose, by its provider's name or by {@code debug}, has one
 * connection, made with the first push. Texts are trimmed exactly to {@code apple.payload_limit}.
 *
 * <table>
 * <caption>Options; each may differ per provider and event, and has a {@code debug.} twin</caption>
 * <tr><th>option</th><th>what it is</th></tr>
 * <tr><td>{@code apple.key}</td><td>The {@code .p8} file of a key that signs provider tokens. With {@code apple.keyId},
 * {@code apple.teamId} (ten letters and digits each) and {@code apple.topic}.</td></tr>
 * <tr><td>{@code apple.certificate}</td><td>Instead of a key: the {@code .p12} file of a certificate and its key, opened by
 * {@code apple.certificatePassword}. Default for that: empty.</td></tr>
 * <tr><td>{@code apple.topic}</td><td>The app's bundle ID. Default with a certificate: the certificate's.</td></tr>
 * <tr><td>{@code apple.host}, {@code apple.port}</td><td>The server. Default {@code api.push.apple.com} and 443; devices with
 * an app from Xcode are at {@code api.sandbox.push.apple.com}.</td></tr>
 * <tr><td>{@code apple.trusted}</td><td>A PEM file of the certificates to trust instead of Java's own, for a
 * stand-in.</td></tr>
 * <tr><td>{@code apple.title}</td><td>The alert's title. Default: none. A title in the file {@code texts} goes
 * first.</td></tr>
 * <tr><td>{@code apple.alertMessage.body}</td><td>The alert's body. Default: the push's sentence, {@code
 * _client_timeout_notification_message}. A body in the file {@code texts} goes first.</td></tr>
 * <tr><td>{@code apple.badge}</td><td>A number, or {@code auto} for how many pushable rows the customer has not seen.
 * Default: the badge stays as it is.</td></tr>
 * <tr><td>{@code apple.sound}</td><td>The name of a sound. Default: silence.</td></tr>
 * <tr><td>{@code apple.mutable-content}</td><td>Whether the app may change the alert before it is shown. Default {@code
 * false}.</td></tr>
 * <tr><td>{@code apple.payload_limit}</td><td>The most bytes of a payload, 256 to 4,096. Default 4,096. Below 512 the alert has
 * no {@code thread-id}, for which there would be no room.</td></tr>
 * <tr><td>{@code content}</td><td>{@code full}: the texts of the chat are in {@code lastTranscript}; {@code none}: an alert,
 * and {@code lastTranscript} is empty; {@code background}: no alert, the app is woken silently at the system's leisure.
 * Default {@code full}.</td></tr>
 * <tr><td>{@code ttl}</td><td>Whole seconds after which APNs drops what it could not deliver.</td></tr>
 * <tr><td>{@code collapse}</td><td>{@code true}: a chat's alerts replace each other. Default {@code false}.</td></tr>
 * </table>
 *
 * <p>What APNs says is sorted by its reason: {@code BadDeviceToken}, {@code DeviceTokenNotForTopic}, {@code ExpiredToken}
 * and {@code Unregistered} are {@code Unregistered}, since when if it says so; what time may cure, a connection that is lost
 * and silence for ten seconds are {@code Unavailable}; anything else is {@code Rejected}.
 *
 * <p>This class is thread-safe.
 */
public final class IosProviderFactory implements PushProviderFactory {

    static final String TYPE = "ios";

    static final String KEY = "apple.key";
    static final String KEY_ID = "apple.keyId";
    static final String TEAM_ID = "apple.teamId";
    static final String CERTIFICATE = "apple.certificate";
    static final String CERTIFICATE_PASSWORD = "apple.certificatePassword";
    static final String TOPIC = "apple.topic";
    static final String HOST = "apple.host";
    static final String PORT = "apple.port";
    static final String TRUSTED = "apple.trusted";
    static final String TITLE = "apple.title";
    static final String BODY = "apple.alertMessage.body";
    static final String BADGE = "apple.badge";
    static final String SOUND = "apple.sound";
    static final String MUTABLE_CONTENT = "apple.mutable-content";
    static final String PAYLOAD_LIMIT = "apple.payload_limit";

    /** From the call to the answer, a wait for the connection included. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private static final List<Option> OPTIONS = List.of(
            Option.text(KEY),
            matching(KEY_ID, "[A-Za-z0-9]{10}", "ten letters and digits, as Apple shows them beside the key"),
            matching(TEAM_ID, "[A-Za-z0-9]{10}", "ten letters and digits, as Apple shows them beside the team"),
            Option.text(CERTIFICATE),
            new Option(CERTIFICATE_PASSWORD, "any text", true, value -> true),
            matching(TOPIC, "[A-Za-z0-9._-]{1,255}", "a bundle ID such as com.example.app"),
            matching(HOST, "[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}", "a host such as api.sandbox.push.apple.com"),
            Option.number(PORT, 1, 65_535),
            Option.text(TRUSTED),
            Option.text(TITLE),
            Option.text(BODY),
            matching(BADGE, "[0-9]{1,6}|auto", "a whole number up to 999999, or auto"),
            Option.text(SOUND),
            Option.flag(MUTABLE_CONTENT),
            Option.number(PAYLOAD_LIMIT, Alert.LEAST_LIMIT, Alert.MOST_LIMIT));

    private final Duration timeLimit;

    /** Makes a factory, for {@link java.util.ServiceLoader}. */
    public IosProviderFactory() {
        this(TIME_LIMIT);
    }

    IosProviderFactory(Duration timeLimit) {
        this.timeLimit = timeLimit;
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public Collection<Option> options() {
        return OPTIONS;
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        if (!config.type().equals(TYPE)) {
            throw new IllegalArgumentException(
                    "No type of this factory: " + config.type() + "; its types are " + types());
        }
        Map<Account.Description, Account> accounts = new HashMap<>();
        for (Map<String, String> variant : config.variants()) {
            if (Account.missing(variant).isEmpty()) {
                accounts.computeIfAbsent(Account.Description.of(variant), description -> read(config, description));
                checkRoom(config, variant);
            }
        }
        if (accounts.isEmpty()) {
            throw nothingComplete(config);
        }
        return new IosProvider(config.options(), accounts, timeLimit);
    }

    private static Account read(ProviderConfig config, Account.Description description) {
        try {
            return Account.read(description);
        } catch (Account.BadFileException e) {
            throw new OptionException(
                    section(config, e.option(), e.file()),
                    e.option(),
                    "'" + e.file() + "' (" + e.problem() + ")",
                    e.accepted());
        }
    }

    /** What is never cut has to leave room for the chat, whatever the service, the provider and the language. */
    private static void checkRoom(ProviderConfig config, Map<String, String> variant) {
        for (String service : config.options().settings().services()) {
            config.options().settings().service(service).ifPresent(settings -> {
                int least = Alert.least(settings.message(), variant);
                String limit = variant.getOrDefault(PAYLOAD_LIMIT, String.valueOf(Alert.MOST_LIMIT));
                if (least > Integer.parseInt(limit)) {
                    throw new OptionException(
                            section(config, PAYLOAD_LIMIT, limit),
                            PAYLOAD_LIMIT,
                            limit,
                            "at least " + least + ", which title, body and message need without any row");
                }
            });
        }
    }

    private static OptionException nothingComplete(ProviderConfig config) {
        String missing = config.variants().stream()
                .filter(variant -> variant.containsKey(KEY) || variant.containsKey(CERTIFICATE))
                .flatMap(variant -> Account.missing(variant).stream())
                .findFirst()
                .orElse(KEY);
        return config.missing(
                missing,
                KEY + " (a p8 file) with " + KEY_ID + ", " + TEAM_ID + " and " + TOPIC + ", or " + CERTIFICATE
                        + " (a p12 file) with " + CERTIFICATE_PASSWORD);
    }

    /** Returns the section in which a value is most likely to stand. */
    private static String section(ProviderConfig config, String option, String value) {
        String event = ".event." + Notification.NEW_AGENT_MESSAGE;
        String own = "push.provider." + config.type();
        return Stream.of(own + event, "push.provider" + event, own, "push")
                .filter(section -> Stream.of(option, "debug." + option)
                        .map(name -> config.options().get(section, name))
                        .anyMatch(Optional.of(value)::equals))
                .findFirst()
                .orElse("push.provider.*");
    }

    private static Option matching(String name, String pattern, String accepted) {
        return new Option(name, accepted, false, value -> value.matches(pattern));
    }
}

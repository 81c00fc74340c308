package dev.halley.push.ios;

import dev.halley.OptionException;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes providers that push to iOS: {@code ios}, through the Apple Push Notification service (APNs).
 *
 * <p>Devices choose a server and a credential by their provider's name and by {@code debug}. Each such pair has one
 * connection, which the first push opens. Payloads are cut exactly to {@code apple.payload_limit}.
 *
 * <p>Its options are those of {@link #options()}: a key with its ids and a topic, or a certificate. Each may differ per
 * provider and event.
 *
 * <p>Answers of APNs are understood by their reason. {@code BadDeviceToken}, {@code DeviceTokenNotForTopic}, {@code
 * ExpiredToken} and {@code Unregistered} are {@code Unregistered}, since the time that APNs names, if it does. Trouble
 * that may pass, a lost connection and no answer for ten seconds are {@code Unavailable}, and so are credentials and
 * topics that APNs refuses, for the operator can mend them. Everything else is {@code Rejected}.
 *
 * <p>Files of keys and certificates are read again when they change, within a minute or so of a push. If what is in
 * them can't be used, or APNs refuses it, what was there before is used on.
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
    static final String SUBTITLE = "apple.subtitle";
    static final String TITLE_LOC_KEY = "apple.title-loc-key";
    static final String TITLE_LOC_ARGS = "apple.title-loc-args";
    static final String SUBTITLE_LOC_KEY = "apple.subtitle-loc-key";
    static final String SUBTITLE_LOC_ARGS = "apple.subtitle-loc-args";
    static final String LOC_KEY = "apple.loc-key";
    static final String LOC_ARGS = "apple.loc-args";
    static final String CATEGORY = "apple.category";
    static final String INTERRUPTION_LEVEL = "apple.interruption-level";
    static final String RELEVANCE_SCORE = "apple.relevance-score";
    static final String CRITICAL = "apple.critical";
    static final String VOLUME = "apple.volume";
    static final String CONTENT_AVAILABLE = "apple.content-available";
    static final String PRIORITY = "apple.priority";
    static final String EXPIRATION = "apple.expiration";
    static final String PROXY = "apple.proxy";
    static final String ANY_PROXY = "proxy";

    private static final String FRACTION = "a number from 0 to 1";
    private static final String FRACTION_PATTERN = "0(\\.[0-9]{1,6})?|1(\\.0{1,6})?";
    private static final String ARGUMENTS = "What the app puts into that text, separated by commas.";

    /** The time from the call to the answer, including the wait for a connection. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private static final List<Option> OPTIONS = List.of(
            Option.text(KEY, "–", "The path of a p8 file: a key that signs provider tokens."),
            Option.matching(
                    KEY_ID,
                    "–",
                    "The key's id.",
                    "ten letters and digits, as Apple shows them beside the key",
                    "[A-Za-z0-9]{10}"),
            Option.matching(
                    TEAM_ID,
                    "–",
                    "The team's id.",
                    "ten letters and digits, as Apple shows them beside the team",
                    "[A-Za-z0-9]{10}"),
            Option.text(CERTIFICATE, "–", "The path of a p12 file with a certificate and its key, instead of a key."),
            new Option(CERTIFICATE_PASSWORD, "empty", "What opens the p12 file.", "any text", value -> true).asSecret(),
            Option.matching(
                    TOPIC,
                    "the certificate's",
                    "The app's bundle ID.",
                    "a bundle ID such as com.example.app",
                    "[A-Za-z0-9._-]{1,255}"),
            Option.matching(
                    HOST,
                    "`" + Account.DEFAULT_HOST + "`",
                    "The server.",
                    "a host such as api.sandbox.push.apple.com",
                    "[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}"),
            Option.number(PORT, Account.DEFAULT_PORT, "The server's port.", 1, 65_535),
            Option.text(
                    TRUSTED,
                    "those that Java trusts",
                    "The path of a PEM file of the certificates to trust at the server, for a stand-in."),
            Option.text(TITLE, "none", "The alert's title; `texts` goes first."),
            Option.text(BODY, "the push's sentence", "The alert's body; `texts` goes first."),
            Option.matching(
                    BADGE,
                    "unchanged",
                    "The number at the app's icon, `auto` for how many rows are unseen.",
                    "a whole number up to 999999, or auto",
                    "[0-9]{1,6}|auto"),
            Option.text(SUBTITLE, "none", "The alert's second title."),
            Option.text(TITLE_LOC_KEY, "none", "The key of a title among the app's own texts, instead of a title."),
            Option.text(TITLE_LOC_ARGS, "none", ARGUMENTS),
            Option.text(SUBTITLE_LOC_KEY, "none", "The key of a second title among the app's own texts."),
            Option.text(SUBTITLE_LOC_ARGS, "none", ARGUMENTS),
            Option.text(LOC_KEY, "none", "The key of a body among the app's own texts, instead of a body."),
            Option.text(LOC_ARGS, "none", ARGUMENTS),
            Option.text(CATEGORY, "none", "The name of the app's category, which says what buttons the alert has."),
            Option.oneOf(
                    INTERRUPTION_LEVEL,
                    "Apple's: `active`",
                    "How much the alert may disturb.",
                    "passive",
                    "active",
                    "time-sensitive",
                    "critical"),
            Option.matching(
                    RELEVANCE_SCORE,
                    "none",
                    "Which of the app's alerts comes first in a summary: the one with the highest score.",
                    FRACTION,
                    FRACTION_PATTERN),
            Option.text(SOUND, "silence", "The name of a sound."),
            Option.flag(
                    CRITICAL,
                    "`false`",
                    "Whether the sound is heard in silent mode, too; the app needs Apple's permission."),
            Option.matching(VOLUME, "Apple's", "The volume of a critical sound.", FRACTION, FRACTION_PATTERN),
            Option.flag(
                    CONTENT_AVAILABLE, "`false`", "Whether the app is woken in the background when an alert is shown."),
            Option.oneOf(
                    PRIORITY,
                    "`10`; always `5` where `content` is `background`",
                    "`5` may wait to save the phone's battery.",
                    "5",
                    "10"),
            Option.oneOf(EXPIRATION, "when the push's `ttl` ends", "`0`: Apple delivers it at once or never.", "0"),
            Option.flag(MUTABLE_CONTENT, "`false`", "Whether the app may change the alert before it is shown."),
            Option.number(
                    PAYLOAD_LIMIT,
                    String.valueOf(Alert.MOST_LIMIT),
                    "The most bytes of a payload; below " + Alert.LEAST_LIMIT_WITH_THREAD
                            + " the alert has no `thread-id`.",
                    Alert.LEAST_LIMIT,
                    Alert.MOST_LIMIT),
            new Option(
                            PROXY,
                            "`proxy`",
                            "The HTTP proxy through which APNs is reached, by CONNECT; never to this computer.",
                            Proxies.ACCEPTED,
                            Proxies::isAccepted)
                    .asSecret());

    private final Duration timeLimit;
    private final InstantSource clock;

    /** Makes a factory, for {@link java.util.ServiceLoader}. */
    public IosProviderFactory() {
        this(TIME_LIMIT, InstantSource.system());
    }

    IosProviderFactory(Duration timeLimit, InstantSource clock) {
        this.timeLimit = timeLimit;
        this.clock = clock;
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public List<Option> options() {
        return OPTIONS;
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        if (!config.type().equals(TYPE)) {
            throw new IllegalArgumentException(
                    "No type of this factory: " + config.type() + "; its types are " + types());
        }
        Map<Account.Description, Account> accounts = new HashMap<>();
        SharedTokens tokens = new SharedTokens(clock);
        for (Map<String, String> variant : config.variants()) {
            if (Account.missing(variant).isEmpty()) {
                accounts.computeIfAbsent(
                        Account.Description.of(variant), description -> read(config, description, tokens));
                checkRoom(config, variant);
            }
        }
        if (accounts.isEmpty()) {
            throw nothingComplete(config);
        }
        return new IosProvider(config.options(), accounts, tokens, timeLimit, clock);
    }

    private Account read(ProviderConfig config, Account.Description description, SharedTokens tokens) {
        try {
            return Account.read(description, tokens, clock);
        } catch (Account.BadFileException e) {
            throw config.unusable(e.option(), e.file(), e.problem(), e.accepted());
        }
    }

    /** Checks that title, body and message, which are never cut, fit for every service, provider and language. */
    private static void checkRoom(ProviderConfig config, Map<String, String> variant) {
        for (String service : config.options().settings().services()) {
            config.options().settings().service(service).ifPresent(settings -> {
                int least = Alert.least(settings.message(), variant);
                String limit = variant.getOrDefault(PAYLOAD_LIMIT, String.valueOf(Alert.MOST_LIMIT));
                if (least > Integer.parseInt(limit)) {
                    throw config.refused(
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
}

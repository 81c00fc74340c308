package dev.halley.push.fcm;

import com.google.auth.oauth2.GoogleCredentials;
import dev.halley.http.WebUrl;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes providers that push over the HTTP v1 interface of Firebase Cloud Messaging, for the device type {@code fcm}.
 *
 * <p>A message has {@code data.message}, which is the chat part as JSON text, {@code data.tag}, {@code data.key}, which
 * is the push's key and the same for each attempt, and a notification if there is a title or a body. The whole body has
 * at most 4,096 bytes: the oldest rows are left out, and a text that is too long is cut.
 *
 * <p>Its options are those of {@link #options()}. All credentials are read at the start. If no section names any, the
 * <a href="https://cloud.google.com/docs/authentication/application-default-credentials">application default
 * credentials</a> are taken, for example the file that {@code GOOGLE_APPLICATION_CREDENTIALS} names.
 *
 * <p>Answers are understood by Google's <a
 * href="https://firebase.google.com/docs/cloud-messaging/error-codes">error codes</a>. {@code UNREGISTERED}, {@code
 * SENDER_ID_MISMATCH} and a complaint of the token are {@code Unregistered}. 429 is {@code Unavailable} for as long as
 * {@code Retry-After} says, else for a minute: for all pushes of the account, or for one device if only its quota is
 * used up. 408, 425, 5xx and no answer are {@code Unavailable} for as long as {@code Retry-After} says, else for ten
 * seconds, as is {@code THIRD_PARTY_AUTH_ERROR}. After any other 401 the message is sent once more with a new OAuth
 * token. Credentials, projects and proxies that are refused (401, 403, 404, 407) are {@code Unavailable} for all pushes
 * of the account. Everything else is {@code Rejected}, also a push to a device whose options have no credentials.
 *
 * <p>A key file is read again when it changes, within a minute or so of a push. If what is in it can't be used, or
 * Google refuses it, what was there before is used on.
 *
 * <p>This class is thread-safe.
 */
public final class FcmProviderFactory implements PushProviderFactory {

    static final String FCM = "fcm";

    static final String CREDENTIALS = "fcm.credentials";
    static final String PROJECT = "fcm.project";
    static final String URL = "fcm.url";
    static final String TITLE = "fcm.title";
    static final String BODY = "fcm.body";
    static final String PRIORITY = "fcm.priority";
    static final String TTL = "fcm.ttl";
    static final String COLLAPSE_KEY = "fcm.collapse_key";
    static final String CHANNEL_ID = "fcm.channel_id";
    static final String CLICK_ACTION = "fcm.click_action";
    static final String SOUND = "fcm.sound";
    static final String IMAGE = "fcm.image";
    static final String ICON = "fcm.icon";
    static final String COLOR = "fcm.color";
    static final String TITLE_LOC_KEY = "fcm.title_loc_key";
    static final String TITLE_LOC_ARGS = "fcm.title_loc_args";
    static final String BODY_LOC_KEY = "fcm.body_loc_key";
    static final String BODY_LOC_ARGS = "fcm.body_loc_args";
    static final String ANALYTICS_LABEL = "fcm.analytics_label";
    static final String APNS = "fcm.apns";
    static final String WEBPUSH = "fcm.webpush";
    static final String VALIDATE = "validate_only";

    private static final String ARGUMENTS = "What the app puts into that text, separated by commas.";

    static final String PROJECT_ACCEPTED =
            "the id of a project, such as my-app-1234; set nowhere, the one in the credentials is taken";

    private static final List<Option> OPTIONS = List.of(
            Option.text(
                    CREDENTIALS,
                    "if no section sets it, application default credentials",
                    "The path of a service account's key file; the `token_uri` in it is where OAuth tokens come from."),
            Option.matching(
                    PROJECT,
                    "the one in the credentials",
                    "The project's id.",
                    PROJECT_ACCEPTED,
                    "[A-Za-z0-9][A-Za-z0-9.:-]{0,99}"),
            new Option(
                    URL,
                    "`" + FcmUrl.GOOGLES + "`",
                    "Where FCM is; another one is for a stand-in, with a certificate that the JVM trusts.",
                    FcmUrl.ACCEPTED,
                    value -> FcmUrl.parse(value).isPresent()),
            Option.text(
                    TITLE,
                    "none: the app shows what it likes",
                    "The title of a visible notification; `texts` goes first."),
            Option.text(
                    BODY,
                    "none: the app shows what it likes",
                    "The body of a visible notification; `texts` goes first."),
            Option.text(TITLE_LOC_KEY, "none", "The key of a title among the app's own texts on Android."),
            Option.text(TITLE_LOC_ARGS, "none", ARGUMENTS),
            Option.text(BODY_LOC_KEY, "none", "The key of a body among the app's own texts on Android."),
            Option.text(BODY_LOC_ARGS, "none", ARGUMENTS),
            Option.text(CHANNEL_ID, "the app's", "The notification channel of Android 8 and newer."),
            Option.text(CLICK_ACTION, "the app is opened", "What a tap on the notification starts on Android."),
            Option.text(
                    SOUND, "the channel's", "The notification's sound on Android: `default`, or a file of the app."),
            new Option(
                    IMAGE,
                    "none",
                    "The URL of an image that the notification shows.",
                    "an absolute https URL",
                    value -> WebUrl.parse(value)
                            .filter(url -> !WebUrl.isPlain(url))
                            .isPresent()),
            Option.text(ICON, "the app's", "The notification's icon on Android, one of the app's drawables."),
            Option.matching(
                    COLOR, "the app's", "The icon's colour on Android.", "a colour such as #1a73e8", "#[0-9A-Fa-f]{6}"),
            Option.matching(
                    ANALYTICS_LABEL,
                    "none",
                    "What Google's statistics count the push under.",
                    "at most 50 letters, digits and - _ . ~ %",
                    "[A-Za-z0-9_.~%-]{1,50}"),
            new Option(
                    APNS,
                    "none",
                    "FCM's `apns` block, for iOS devices that are registered over FCM, such as"
                            + " `{\"payload\":{\"aps\":{\"content-available\":1}}}`; where `content` is `background`, a"
                            + " silent one is sent in its place.",
                    JsonBlock.accepted(JsonBlock.APNS),
                    value -> JsonBlock.isAccepted(value, JsonBlock.APNS)),
            new Option(
                    WEBPUSH,
                    "none",
                    "FCM's `webpush` block, for browsers; left out where `content` is `background`.",
                    JsonBlock.accepted(JsonBlock.WEBPUSH),
                    value -> JsonBlock.isAccepted(value, JsonBlock.WEBPUSH)),
            Option.oneOf(
                    PRIORITY,
                    "`high`; `normal` where `content` is `background`",
                    "`normal` may wait until the phone wakes by itself.",
                    "high",
                    "normal"),
            Option.seconds(
                    TTL,
                    "`ttl`",
                    "How long a push is tried and FCM keeps it, instead of `ttl`; 0 is at once or never.",
                    0,
                    Message.MOST_TIME_TO_LIVE.toSeconds()),
            Option.text(
                    COLLAPSE_KEY,
                    "the chat's with `collapse` and where `content` is `background`, else none",
                    "FCM keeps only the last push with the same key for a device that is not there."),
            Option.flag(
                    VALIDATE,
                    "`false`",
                    "Whether FCM is asked at the start, for at most ten seconds, if it takes the credentials; if not,"
                            + " the start is refused."),
            new Option(
                            "fcm.apiKey",
                            "–",
                            "No longer an option.",
                            "nothing: it belongs to an interface that Google ended in June 2024; use " + CREDENTIALS
                                    + " with a service account file",
                            value -> false)
                    .asSecret());

    private static final String NAME = "halley-push-fcm";

    /** Few tokens are fetched at a time, but a fetch that hangs must not hold up those of all other accounts. */
    private static final int FETCHERS = 4;

    private final InstantSource clock;
    private final Duration timeout;
    private final @Nullable SSLContext tls;
    private final Accounts.Defaults defaults;

    /** Makes a factory, for {@link java.util.ServiceLoader}. */
    public FcmProviderFactory() {
        this(
                InstantSource.system(),
                FcmClient.TIMEOUT,
                null,
                () -> GoogleCredentials.getApplicationDefault(TokenTransport::new));
    }

    /**
     * @param timeout the time limit of a request to FCM; OAuth tokens have their own
     * @param tls null to trust servers as everywhere in this JVM
     */
    FcmProviderFactory(InstantSource clock, Duration timeout, @Nullable SSLContext tls, Accounts.Defaults defaults) {
        this.clock = clock;
        this.timeout = timeout;
        this.tls = tls;
        this.defaults = defaults;
    }

    @Override
    public Set<String> types() {
        return Set.of(FCM);
    }

    @Override
    public List<Option> options() {
        return OPTIONS;
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        if (!config.type().equals(FCM)) {
            throw new IllegalArgumentException(
                    "No type of this factory: " + config.type() + "; its types are " + types());
        }
        FcmClient client = new FcmClient(NAME, timeout, tls, clock);
        ThreadPoolExecutor fetcher = newFetcher();
        try {
            Accounts accounts = Accounts.read(config, defaults, client, clock, fetcher);
            accounts.validate(config);
            return new FcmProvider(config.options(), accounts, client, fetcher);
        } catch (RuntimeException e) {
            fetcher.shutdownNow();
            client.close();
            throw e;
        }
    }

    private static ThreadPoolExecutor newFetcher() {
        ThreadPoolExecutor fetcher =
                new ThreadPoolExecutor(FETCHERS, FETCHERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, NAME + "-oauth");
                    thread.setDaemon(true);
                    return thread;
                });
        fetcher.allowCoreThreadTimeOut(true);
        return fetcher;
    }
}

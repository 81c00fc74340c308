package dev.halley.push.http;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.halley.OptionException;
import dev.halley.http.AllowList;
import dev.halley.http.ProxyChoice;
import dev.halley.http.WebClient;
import dev.halley.http.WebUrl;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes providers that push by an HTTP {@code POST}: {@code customhttp} to a URL that the operator names, {@code
 * httpcb} to the URL that the device registered as its token.
 *
 * <p>The body is {@code {"deviceId":"…","message":<chat part>,"tag":"…"}} and is trimmed to {@code
 * customhttp.payload_limit}. Requests are identified and signed according to <a
 * href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
 * Webhooks</a>: {@code webhook-id} is the push's key, the same for each attempt; {@code webhook-timestamp} is the time
 * of the attempt; {@code webhook-signature} is sent if there is a secret.
 *
 * <p>Its options are those of {@link #options()}. {@code customhttp.timeout}, {@code customhttp.payload_limit} and
 * {@code customhttp.final} hold for both types; the URL, the secret, the authorization, the headers and the
 * certificates of {@code customhttp} belong to the operator's receiver, and {@code httpcb} never reads them. Headers,
 * certificates, proxies, {@code httpcb.secret} and {@code httpcb.allow} are read from the type's own section or {@code
 * [push]}, whichever provider a device names. {@link AllowList} says what {@code httpcb.allow} admits.
 *
 * <p>An answer of 2xx is {@code Accepted} and 410 is {@code Unregistered}. 401, 403, 404, 407, 408, 425, 429, 5xx, no
 * answer and a malformed one are {@code Unavailable}, for as long as {@code Retry-After} says, at most a day.
 * Everything else is {@code Rejected}: redirects, other statuses, those of {@code customhttp.final}, and a device's URL
 * that is malformed or not admitted.
 *
 * <p>This class is thread-safe.
 */
public final class HttpProviderFactory implements PushProviderFactory {

    static final String CUSTOM = "customhttp";
    static final String CALLBACK = "httpcb";

    static final String URL = "customhttp.url";
    static final String SECRET = "customhttp.secret";
    static final String AUTHORIZATION = "customhttp.authorization";
    static final String TIMEOUT = "customhttp.timeout";
    static final String PAYLOAD_LIMIT = "customhttp.payload_limit";
    static final String FINAL = "customhttp.final";
    static final String PROXY = "customhttp.proxy";
    static final String ANY_PROXY = "proxy";
    static final String CALLBACK_PROXY = "httpcb.proxy";
    static final String ALLOW = "httpcb.allow";
    static final String CALLBACK_SECRET = "httpcb.secret";

    private static final Option URL_OPTION = new Option(
            URL,
            "must be set somewhere",
            "Where `customhttp` pushes to: inside or outside, plain http and loopback included.",
            "an absolute http or https URL with a host, without user-info and fragment",
            value -> WebUrl.parse(value).isPresent());

    private static final String HEADER = "customhttp.header.";
    private static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}";
    private static final Set<String> TAKEN = Set.of(
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp");

    private static final List<Option> OPTIONS = List.of(
            URL_OPTION,
            Option.matching(
                            AUTHORIZATION,
                            "none",
                            "Value of the `Authorization` header of `customhttp`.",
                            "the value of a header, printable ASCII such as Bearer …",
                            "\\p{Graph}+( \\p{Graph}+)*")
                    .asSecret(),
            Option.matching(
                            HEADER + "<Name>",
                            "none",
                            "One more header of `customhttp`, such as `customhttp.header.X-Api-Key`; read from"
                                    + " `push.provider.customhttp` or `push`.",
                            "the value of a header, printable ASCII",
                            "\\p{Graph}+( \\p{Graph}+)*")
                    .asSecret(),
            Option.text(
                    ClientTls.CA,
                    "whom the JVM trusts",
                    "The path of a PEM file: the certificates that `customhttp` trusts instead; read from"
                            + " `push.provider.customhttp` or `push`."),
            Option.text(
                    ClientTls.CERTIFICATE,
                    "none",
                    "The path of a PKCS #12 file: the key and certificate that `customhttp` shows to receivers that ask"
                            + " for one; read from `push.provider.customhttp` or `push`."),
            Option.text(ClientTls.PASSWORD, "none", "The password of that file; read from the same section or `push`.")
                    .asSecret(),
            secret(
                    SECRET,
                    "Signs pushes of `customhttp`, best with 24 to 64 random bytes; while one secret is replaced, give"
                            + " both."),
            Option.seconds(
                    TIMEOUT,
                    HttpProvider.DEFAULT_TIMEOUT,
                    "How long a push of either type may take, from the look-up of the name to the status of the"
                            + " answer.",
                    1,
                    HttpProvider.MOST_TIMEOUT.toSeconds()),
            Option.number(
                    PAYLOAD_LIMIT,
                    HttpProvider.DEFAULT_LIMIT,
                    "The most bytes of a body of either type: the oldest rows are left out, and a text that is still"
                            + " too long is cut.",
                    4_096,
                    16_777_216),
            new Option(
                    FINAL,
                    "none beside those that are final anyway",
                    "Statuses after which a push of either type is given up at once, such as `404`; without it, 401,"
                            + " 403 and 404 are tried again until `ttl` is over.",
                    Statuses.ACCEPTED,
                    value -> !value.isBlank() && accepts(Statuses::parse).test(value)),
            proxy(
                    PROXY,
                    "`proxy`",
                    "The HTTP proxy through which `customhttp` pushes; read from `push.provider.customhttp` or"
                            + " `push`."),
            proxy(
                    CALLBACK_PROXY,
                    "`none`",
                    "The HTTP proxy through which `httpcb` pushes, which looks the hosts up, so it must refuse"
                            + " addresses inside; read from `push.provider.httpcb` or `push`."),
            new Option(
                    ALLOW,
                    "none",
                    "Exceptions to \"https at public addresses\" for `httpcb`; read from `push.provider.httpcb` or"
                            + " `push`.",
                    "[http://]host[:port] with commas between them, host being a name, *.name, 10.1.2.3, 10.0.0.0/8,"
                            + " [fd00::1] or [fd00::]/8",
                    accepts(AllowList::parse)),
            secret(
                    CALLBACK_SECRET,
                    "Signs pushes of `httpcb`: every customer can have a push of their own chat signed with it; read"
                            + " from `push.provider.httpcb` or `push`."));

    private final InstantSource clock;

    /** Makes a factory, for {@link java.util.ServiceLoader}. */
    public HttpProviderFactory() {
        this(InstantSource.system());
    }

    HttpProviderFactory(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Set<String> types() {
        return Set.of(CUSTOM, CALLBACK);
    }

    @Override
    public List<Option> options() {
        return OPTIONS;
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        return switch (config.type()) {
            case CUSTOM -> custom(config);
            case CALLBACK -> callback(config);
            default ->
                throw new IllegalArgumentException(
                        "No type of this factory: " + config.type() + "; its types are " + types());
        };
    }

    private PushProvider custom(ProviderConfig config) {
        if (!config.isSetAnywhere(URL)) {
            throw config.missing(URL, URL_OPTION.accepted());
        }
        ProxyChoice proxies = ofAllDevices(config, PROXY)
                .or(() -> config.option(ANY_PROXY))
                .map(ProxyChoice::parse)
                .orElseGet(ProxyChoice::ofEnvironment);
        Endpoint endpoint = new OperatorEndpoint(config.options());
        WebClient.Builder client = client(CUSTOM, endpoint, proxies);
        ClientTls.of(config).ifPresent(client::tls);
        return new HttpProvider(CUSTOM, endpoint, headers(config), clock, client.build());
    }

    private PushProvider callback(ProviderConfig config) {
        for (String option : List.of(SECRET, "debug." + SECRET)) {
            if (config.options().get(section(config), option).isPresent()) {
                throw new OptionException("[" + section(config) + "] " + option + " signs nothing of " + CALLBACK + "; "
                        + CALLBACK_SECRET + " does");
            }
        }
        Endpoint endpoint = new DeviceEndpoint(
                AllowList.parse(ofAllDevices(config, ALLOW).orElse("")), ofAllDevices(config, CALLBACK_SECRET));
        // Not by what the JVM says: a proxy looks hosts up where the guard does not see their addresses.
        ProxyChoice proxies =
                ofAllDevices(config, CALLBACK_PROXY).map(ProxyChoice::parse).orElseGet(ProxyChoice::none);
        return new HttpProvider(
                CALLBACK,
                endpoint,
                Map.of(),
                clock,
                client(CALLBACK, endpoint, proxies).build());
    }

    private WebClient.Builder client(String type, Endpoint endpoint, ProxyChoice proxies) {
        return WebClient.builder("halley-push-http-" + type)
                .guard(endpoint)
                .proxy(proxies)
                .clock(clock);
    }

    private static Map<String, String> headers(ProviderConfig config) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        config.variants().stream()
                .flatMap(variant -> variant.keySet().stream())
                .filter(option -> option.startsWith(HEADER))
                .distinct()
                .forEach(option -> {
                    String name = option.substring(HEADER.length());
                    boolean isFree = name.matches(TOKEN)
                            && !TAKEN.contains(name.toLowerCase(Locale.ROOT))
                            && ofAllDevices(config, option)
                                    .map(value -> headers.put(name, value) == null)
                                    .orElse(false);
                    if (!isFree) {
                        throw new OptionException("[" + section(config) + "] " + HEADER + "<Name>: '"
                                + name.replaceAll("\\P{Graph}", "?")
                                + "' is not the name of a header, is given twice, or is"
                                + " one that every push has");
                    }
                });
        return headers;
    }

    private static String section(ProviderConfig config) {
        return "push.provider." + config.type();
    }

    /** Returns an option that a device must not choose, so that only sections which it can't choose may set it. */
    static Optional<String> ofAllDevices(ProviderConfig config, String name) {
        Set<String> read = Stream.of("push", section(config))
                .flatMap(section -> config.options().get(section, name).stream())
                .collect(toUnmodifiableSet());
        boolean isSetElsewhere = read.isEmpty()
                ? config.isSetAnywhere(name)
                : config.variants().stream()
                        .flatMap(variant -> Optional.ofNullable(variant.get(name)).stream())
                        .anyMatch(value -> !read.contains(value));
        if (isSetElsewhere) {
            throw new OptionException(name + " belongs in [" + section(config) + "] or [push]");
        }
        return config.option(name);
    }

    private static Option proxy(String name, String byDefault, String description) {
        return new Option(name, byDefault, description, ProxyChoice.ACCEPTED, accepts(ProxyChoice::parse)).asSecret();
    }

    private static Option secret(String name, String description) {
        return new Option(
                        name,
                        "no signature",
                        description,
                        "whsec_ followed by base64; several with spaces or commas between them",
                        accepts(Signer::of))
                .asSecret();
    }

    /** Accepts the values that a parser accepts. */
    private static Predicate<String> accepts(Consumer<String> parser) {
        return value -> {
            try {
                parser.accept(value);
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        };
    }
}

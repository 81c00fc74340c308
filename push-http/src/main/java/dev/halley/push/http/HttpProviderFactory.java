package dev.halley.push.http;

import dev.halley.OptionException;
import dev.halley.http.AllowList;
import dev.halley.http.WebUrl;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes providers that push by an HTTP {@code POST}: {@code customhttp} to a URL that the operator names, {@code httpcb} to
 * the URL that the device registered as its token.
 *
 * <p>The body is {@code {"deviceId":"…","message":<chat part>,"tag":"…"}}, never trimmed. Requests are identified and signed
 * as <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
 * Webhooks</a> says: {@code webhook-id} is the push's key, the same for each attempt, {@code webhook-timestamp} the time of
 * the attempt, {@code webhook-signature} is there if there is a secret.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>option</th><th>for</th><th>what it is</th></tr>
 * <tr><td>{@code customhttp.url}</td><td>customhttp</td><td>Where to push to: any {@code http} or {@code https} URL, inside
 * or outside, without user-info and fragment. No default; has to be set in at least one section.</td></tr>
 * <tr><td>{@code customhttp.authorization}</td><td>customhttp</td><td>The value of the {@code Authorization} header.
 * Default: none. Never sent to a URL that a device named.</td></tr>
 * <tr><td>{@code customhttp.secret}</td><td>both</td><td>Signs each request: {@code whsec_} and base64 of, as the
 * specification advises, 24 to 64 random bytes. While a secret is replaced, both with a space or comma between them: each
 * signs. Default: no signature. Give {@code [push.provider.httpcb]} one of its own if those who receive at {@code
 * customhttp.url} trust the signature alone, for anybody can have a push of his own chat sent to himself.</td></tr>
 * <tr><td>{@code customhttp.timeout}</td><td>both</td><td>Whole seconds from 1 to 30, for everything from the look-up of the
 * name to the status of the answer. Default 10.</td></tr>
 * <tr><td>{@code content}</td><td>both</td><td>{@code full}: the texts of the chat are in {@code lastTranscript}; {@code
 * none}: it is empty; {@code background}: it is empty, too, and the app fetches by itself what is new. Default {@code
 * full}.</td></tr>
 * <tr><td>{@code httpcb.allow}</td><td>httpcb</td><td>Where devices may have pushes sent to besides {@code https} at public
 * addresses, an {@link AllowList}; read from {@code [push.provider.httpcb]} or {@code [push]}. Default:
 * nowhere.</td></tr>
 * </table>
 *
 * <p>An answer of 2xx is {@code Accepted}; 410 {@code Unregistered}; 408, 425, 429, 5xx, silence and nonsense are {@code
 * Unavailable}, for {@code Retry-After} if it says so, at most a day; anything else is {@code Rejected}, redirects included,
 * as are URLs of devices that are malformed or not admitted.
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
    static final String ALLOW = "httpcb.allow";

    private static final Option URL_OPTION = new Option(
            URL,
            "an absolute http or https URL with a host, without user-info and fragment",
            false,
            value -> WebUrl.parse(value).isPresent());

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
    public Collection<Option> options() {
        return List.of(
                URL_OPTION,
                new Option(
                        SECRET,
                        "whsec_ followed by base64; several with spaces or commas between them",
                        true,
                        accepts(Signer::of)),
                new Option(
                        AUTHORIZATION,
                        "the value of a header, printable ASCII such as Bearer …",
                        true,
                        value -> value.matches("\\p{Graph}+( \\p{Graph}+)*")),
                Option.seconds(TIMEOUT, 1, HttpProvider.MOST_TIMEOUT.toSeconds()),
                new Option(
                        ALLOW,
                        "[http://]host[:port] with commas between them, host being a name, *.name, 10.1.2.3, 10.0.0.0/8,"
                                + " [fd00::1] or [fd00::]/8",
                        false,
                        accepts(AllowList::parse)));
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        Endpoint endpoint = switch (config.type()) {
            case CUSTOM -> custom(config);
            case CALLBACK -> callback(config);
            default ->
                throw new IllegalArgumentException(
                        "No type of this factory: " + config.type() + "; its types are " + types());
        };
        return new HttpProvider(config.type(), endpoint, clock);
    }

    private static Endpoint custom(ProviderConfig config) {
        if (!config.isSetAnywhere(URL)) {
            throw config.missing(URL, URL_OPTION.accepted());
        }
        return new OperatorEndpoint(config.options());
    }

    private static Endpoint callback(ProviderConfig config) {
        if (config.option(ALLOW).isEmpty() && config.isSetAnywhere(ALLOW)) {
            throw new OptionException(ALLOW + " belongs into [push.provider." + CALLBACK + "] or [push]");
        }
        return new DeviceEndpoint(AllowList.parse(config.option(ALLOW).orElse("")));
    }

    /** Accepts what a parser does not complain of. */
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

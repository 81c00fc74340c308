package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.http.HttpAnswer;
import dev.halley.http.Post;
import dev.halley.http.WebClient;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Pushes by an HTTP {@code POST}.
 *
 * <p>The options of a push, credentials included, travel in the attributes of its payload: they depend on the device
 * and the event, the notification has already resolved them, and a payload is neither printed nor kept.
 */
final class HttpProvider implements PushProvider {

    static final Duration MOST_TIMEOUT = WebClient.MOST_TIME_LIMIT;
    static final String DEFAULT_TIMEOUT = "10";

    /** Below what common receivers take: 100 KB in Express, 1 MB in nginx. */
    static final String DEFAULT_LIMIT = "65536";

    /** Leaves the provider's name out: a customer chose it. */
    static final String NO_URL = HttpProviderFactory.URL + " is not set";

    private static final String MALFORMED = "malformed URL";
    private static final String PLAIN = "plain http";
    private static final Set<String> REASONS = Stream.concat(
                    HttpAnswer.reasons().stream(), Stream.of(NO_URL, MALFORMED, PLAIN))
            .collect(toUnmodifiableSet());

    private static final String URL = "url";
    private static final String TIMEOUT = "timeout";
    private static final String SECRET = "secret";
    private static final String AUTHORIZATION = "authorization";
    private static final String FINAL = "final";

    private final String type;
    private final Endpoint endpoint;
    private final InstantSource clock;
    private final WebClient client;

    private final Map<String, String> headers;

    /**
     * @param headers more headers of every push, by their names
     * @param client is closed with this provider
     */
    HttpProvider(String type, Endpoint endpoint, Map<String, String> headers, InstantSource clock, WebClient client) {
        this.type = type;
        this.endpoint = endpoint;
        this.headers = Map.copyOf(headers);
        this.clock = clock;
        this.client = client;
    }

    @Override
    public Payload format(Notification notification, Device device) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put(URL, endpoint.url(notification, device));
        attributes.put(TIMEOUT, notification.option(HttpProviderFactory.TIMEOUT).orElse(DEFAULT_TIMEOUT));
        notification.option(HttpProviderFactory.FINAL).ifPresent(value -> attributes.put(FINAL, value));
        endpoint.secret(notification).ifPresent(value -> attributes.put(SECRET, value));
        endpoint.authorization(notification).ifPresent(value -> attributes.put(AUTHORIZATION, value));
        int limit = Integer.parseInt(
                notification.option(HttpProviderFactory.PAYLOAD_LIMIT).orElse(DEFAULT_LIMIT));
        return new Payload(notification.key(), Body.toJson(notification, device, limit), attributes);
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        Optional<URI> url = Optional.ofNullable(payload.attributes().get(URL)).flatMap(endpoint::parse);
        if (url.isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Rejected(MALFORMED));
        }
        if (!endpoint.admits(url.get())) {
            return CompletableFuture.completedFuture(new Outcome.Rejected(PLAIN));
        }
        Statuses last = Statuses.parse(payload.attributes().getOrDefault(FINAL, ""));
        return client.post(toPost(url.get(), payload))
                .thenApply(answer ->
                        last.contain(answer.status()) ? new Outcome.Rejected(answer.reason()) : answer.toOutcome());
    }

    private Post toPost(URI url, Payload payload) {
        Map<String, String> attributes = payload.attributes();
        long timestamp = clock.instant().getEpochSecond();
        Map<String, String> all = new HashMap<>(headers);
        all.put("webhook-id", payload.key());
        all.put("webhook-timestamp", Long.toString(timestamp));
        Optional.ofNullable(attributes.get(SECRET))
                .map(secret -> Signer.of(secret)
                        .sign(payload.key(), timestamp, payload.body().getBytes(UTF_8)))
                .ifPresent(signature -> all.put("webhook-signature", signature));
        Optional.ofNullable(attributes.get(AUTHORIZATION)).ifPresent(value -> all.put("Authorization", value));
        Duration timeLimit = Duration.ofSeconds(Long.parseLong(attributes.getOrDefault(TIMEOUT, DEFAULT_TIMEOUT)));
        return new Post(url, "application/json", payload.body(), all, timeLimit);
    }

    @Override
    public String circuit(Device device) {
        return endpoint.circuit(device);
    }

    @Override
    public String server(Device device) {
        return endpoint.server(device);
    }

    @Override
    public Set<String> reasons() {
        return REASONS;
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "HttpProvider[" + type + "]";
    }
}

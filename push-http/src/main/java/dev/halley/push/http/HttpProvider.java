package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.http.Jetty;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;

/**
 * Pushes by an HTTP {@code POST}.
 *
 * <p>What the options say of a push travels in the attributes of its payload, credentials included: they depend on the
 * device and the event, the notification has them resolved already, and a payload is neither printed nor kept.
 */
final class HttpProvider implements PushProvider {

    static final Duration MOST_TIMEOUT = Duration.ofSeconds(30);
    private static final String DEFAULT_TIMEOUT = "10";

    private static final String URL = "url";
    private static final String TIMEOUT = "timeout";
    private static final String SECRET = "secret";
    private static final String AUTHORIZATION = "authorization";

    private final String type;
    private final Endpoint endpoint;
    private final InstantSource clock;
    private final Jetty client;

    HttpProvider(String type, Endpoint endpoint, InstantSource clock) {
        this.type = type;
        this.endpoint = endpoint;
        this.clock = clock;
        this.client = new Jetty("halley-push-http-" + type, endpoint::admits);
    }

    @Override
    public Payload format(Notification notification, Device device) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put(URL, endpoint.url(notification, device));
        attributes.put(TIMEOUT, notification.option(HttpProviderFactory.TIMEOUT).orElse(DEFAULT_TIMEOUT));
        notification.option(HttpProviderFactory.SECRET).ifPresent(value -> attributes.put(SECRET, value));
        endpoint.authorization(notification).ifPresent(value -> attributes.put(AUTHORIZATION, value));
        return new Payload(notification.key(), Body.toJson(notification, device), attributes);
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        Optional<URI> url = Optional.ofNullable(payload.attributes().get(URL)).flatMap(endpoint::parse);
        if (url.isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Rejected("malformed URL"));
        }
        if (!endpoint.admits(url.get())) {
            return CompletableFuture.completedFuture(new Outcome.Rejected("plain http"));
        }
        Answer answer = new Answer(clock);
        toRequest(url.get(), payload).send(answer);
        return answer.outcome();
    }

    private Request toRequest(URI url, Payload payload) {
        Map<String, String> attributes = payload.attributes();
        byte[] body = payload.body().getBytes(UTF_8);
        long timestamp = clock.instant().getEpochSecond();
        return client.newRequest(url)
                .method(HttpMethod.POST)
                .timeout(Long.parseLong(attributes.getOrDefault(TIMEOUT, DEFAULT_TIMEOUT)), TimeUnit.SECONDS)
                .headers(headers -> {
                    headers.put("webhook-id", payload.key());
                    headers.put("webhook-timestamp", Long.toString(timestamp));
                    Optional.ofNullable(attributes.get(SECRET))
                            .map(secret -> Signer.of(secret).sign(payload.key(), timestamp, body))
                            .ifPresent(signature -> headers.put("webhook-signature", signature));
                    Optional.ofNullable(attributes.get(AUTHORIZATION))
                            .ifPresent(value -> headers.put(HttpHeader.AUTHORIZATION, value));
                })
                .body(new BytesRequestContent("application/json", body));
    }

    @Override
    public String circuit(Device device) {
        return endpoint.circuit(device);
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

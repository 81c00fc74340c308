package dev.halley.examples.ntfy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.spi.Payload;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PushProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;

/** Publishes pushes on <a href="https://docs.ntfy.sh/publish/">ntfy</a>: the device's token is the topic. */
final class NtfyProvider implements PushProvider {

    /** What a server takes by default, {@code message-size-limit}. */
    private static final int LIMIT = 4_096;

    /** {@code … 10000 earlier} and a line's end. */
    private static final int EARLIER = 24;

    /** An answer is never longer, but for those of whoever means ill. */
    private static final int LONGEST_ANSWER = 64 * 1_024;

    private final URI server;
    private final Duration timeout;
    private final HttpClient client = new HttpClient();

    NtfyProvider(URI server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
        client.setName("halley-push-ntfy");
        client.setFollowRedirects(false);
        client.setMaxResponseHeadersSize(LONGEST_ANSWER);
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        client.getProtocolHandlers().clear(); // or a 401 is a failure, and no answer
    }

    /** The sentence, then a line for each row. A row takes less here than in JSON, for which the fitter counts. */
    @Override
    public Payload format(Notification notification, Device device) {
        String message = notification.message();
        PayloadFitter.Fitted rows = PayloadFitter.json(LIMIT, PayloadFitter.escapedLength(message) + EARLIER)
                .fit(notification.shown());
        StringJoiner lines = new StringJoiner("\n").add(message);
        if (rows.omitted() > 0) {
            lines.add("… " + rows.omitted() + " earlier");
        }
        rows.entries().forEach(row -> lines.add(row.text()));
        return new Payload(notification.key(), lines.toString(), Map.of());
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        if (!device.token().matches("[A-Za-z0-9_-]{1,64}")) {
            return completedFuture(new Outcome.Rejected("not a topic"));
        }
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        client.newRequest(server.resolve("/" + device.token()))
                .method(HttpMethod.POST)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                // Servers from 2.16 on replace a message by another one with the same id, so a retry shows nothing
                // twice.
                .headers(headers -> headers.put("X-Sequence-ID", payload.key()))
                .body(new StringRequestContent("text/plain", payload.body(), UTF_8))
                .send(new BufferingResponseListener(LONGEST_ANSWER) {
                    @Override
                    public void onComplete(Result result) {
                        outcome.complete(
                                result.isFailed()
                                        ? new Outcome.Unavailable("no answer")
                                        : toOutcome(result.getResponse()));
                    }
                });
        return outcome;
    }

    private static Outcome toOutcome(Response response) {
        int status = response.getStatus();
        String reason = String.valueOf(status);
        if (status / 100 == 2) {
            return new Outcome.Accepted();
        }
        if (status == 429 || status / 100 == 5) {
            Optional<Duration> wait = Optional.ofNullable(response.getHeaders().get(HttpHeader.RETRY_AFTER))
                    .filter(value -> value.matches("[0-9]{1,9}"))
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
            return new Outcome.Unavailable(reason, wait, status == 429);
        }
        return new Outcome.Rejected(reason);
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "NtfyProvider[" + server.getHost() + "]";
    }
}

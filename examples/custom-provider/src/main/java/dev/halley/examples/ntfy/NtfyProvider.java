package dev.halley.examples.ntfy;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.http.HttpAnswer;
import dev.halley.http.Post;
import dev.halley.http.WebClient;
import dev.halley.spi.Payload;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PushProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletionStage;

/** Publishes pushes on <a href="https://docs.ntfy.sh/publish/">ntfy</a>: the device's token is the topic. */
final class NtfyProvider implements PushProvider {

    /** The most bytes that a server takes by default, {@code message-size-limit}. */
    private static final int LIMIT = 4_096;

    private final URI server;
    private final Duration timeLimit;
    private final WebClient client = WebClient.builder("halley-push-ntfy").build();

    NtfyProvider(URI server, Duration timeLimit) {
        this.server = server;
        this.timeLimit = timeLimit;
    }

    @Override
    public Payload format(Notification notification, Device device) {
        String body = PayloadFitter.json(LIMIT).fit(notification.shown(), rows -> lines(notification, rows));
        return new Payload(notification.key(), body, Map.of());
    }

    /** Returns the sentence, then a line for each row. A row is shorter here than in JSON, which the fitter counts. */
    private static String lines(Notification notification, PayloadFitter.Fitted rows) {
        StringJoiner lines = new StringJoiner("\n").add(notification.message());
        if (rows.omitted() > 0) {
            lines.add("… " + rows.omitted() + " earlier");
        }
        rows.entries().forEach(row -> lines.add(row.text()));
        return lines.toString();
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        if (!device.token().matches("[A-Za-z0-9_-]{1,64}")) {
            return completedFuture(new Outcome.Rejected("not a topic"));
        }
        // Servers from 2.16 on replace a message by another with the same id, so a retry is not shown twice.
        Map<String, String> headers = Map.of("X-Sequence-ID", payload.key());
        Post post = new Post(server.resolve("/" + device.token()), "text/plain", payload.body(), headers, timeLimit);
        return client.post(post).thenApply(NtfyProvider::toOutcome);
    }

    /** ntfy limits the publisher and not a topic, so 429 holds for all pushes. */
    private static Outcome toOutcome(HttpAnswer answer) {
        return answer.status() == 429
                ? new Outcome.Unavailable(answer.reason(), answer.retryAfter(), true)
                : answer.toOutcome();
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "NtfyProvider[" + server.getHost() + "]";
    }
}

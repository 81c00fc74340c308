package dev.halley.push.fcm;

import dev.halley.http.Post;
import dev.halley.http.WebClient;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Posts to FCM: over HTTP/2, or over HTTP/1.1 if a server or a proxy has nothing else. */
final class FcmClient implements AutoCloseable {

    /** The default time limit, from the look-up of the host to the answer. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int MOST_ERROR = 16_384;

    private final WebClient client;
    private final Duration timeout;

    /**
     * Starts a client, which connects to nobody yet.
     *
     * @param name how the names of its threads begin
     * @param timeout the time limit, from the look-up of the host to the answer
     * @param tls null to trust servers as everywhere in this JVM
     */
    FcmClient(String name, Duration timeout, @Nullable SSLContext tls, InstantSource clock) {
        WebClient.Builder settings =
                WebClient.builder(name).http2().errorBodies(MOST_ERROR).clock(clock);
        if (tls != null) {
            settings.tls(tls);
        }
        this.client = settings.build();
        this.timeout = timeout;
    }

    /** Posts JSON. The result always completes normally. */
    CompletableFuture<FcmAnswer> post(URI url, String token, String json) {
        return client.post(new Post(url, "application/json", json, Map.of("Authorization", "Bearer " + token), timeout))
                .thenApply(FcmAnswer::of)
                .toCompletableFuture();
    }

    @Override
    public void close() {
        client.close();
    }
}

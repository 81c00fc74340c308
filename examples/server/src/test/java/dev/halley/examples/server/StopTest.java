package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Options;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StopTest {

    @Test
    void stop_answersHeldPollsAndStreams_withinTwoSeconds() throws Exception {
        RunningServer server = RunningServer.start(ServerSettings.of(Options.none()));
        Http http = new Http(server.uri());
        Bayeux app = Bayeux.handshake(http, "ada");
        app.connect();
        CompletableFuture<Http.Reply> poll = app.poll();
        HttpResponse<Stream<String>> events =
                http.lines(http.to("/agent/1/events").header("Authorization", "Bearer " + server.token()));
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        WebSocket socket = webSocket(server, closed);
        Awaitility.await().pollDelay(java.time.Duration.ofMillis(200)).until(() -> !poll.isDone());

        long begin = System.nanoTime();
        server.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isLessThan(2_000);
        assertThat(poll.get(1, TimeUnit.SECONDS).status()).isIn(200, 503);
        assertThat(closed.get(1, TimeUnit.SECONDS)).isEqualTo(1001);
        socket.abort();
        assertThat(events.body()).contains(": what happens from now on");
    }

    @Test
    void stop_cutsOffACallThatDoesNotEnd() throws Exception {
        RunningServer server = RunningServer.start(ServerSettings.of(Options.none()));
        ScheduledExecutorService client = Executors.newSingleThreadScheduledExecutor();
        try (Wire wire = new Wire(server.uri().getPort())) {
            String head = "POST /genesys/1/service/request-chat HTTP/1.1\r\nHost: localhost\r\ngms_user: ada\r\n";
            wire.say((head + "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n").getBytes(ISO_8859_1));
            assertThat(wire.head().head()).startsWith("HTTP/1.1 100 ");
            var unused = client.scheduleAtFixedRate(() -> wire.say(new byte[] {'x'}), 0, 20, TimeUnit.MILLISECONDS);

            long begin = System.nanoTime();
            server.close();

            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isLessThan(4_000);
            assertThat(wire.answer().answers()).isLessThanOrEqualTo(1);
        } finally {
            client.shutdownNow();
        }
    }

    private static WebSocket webSocket(RunningServer server, CompletableFuture<Integer> closed) {
        URI uri = URI.create(server.uri().toString().replace("http:", "ws:") + "genesys/cometd");
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("gms_user", "bob")
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket closing, int code, String reason) {
                        closed.complete(code);
                        return null;
                    }
                })
                .join();
        return socket.sendText(
                        "{\"channel\":\"/meta/handshake\","
                                + "\"supportedConnectionTypes\":[\"websocket\"],\"version\":\"1.0\"}",
                        true)
                .join();
    }
}

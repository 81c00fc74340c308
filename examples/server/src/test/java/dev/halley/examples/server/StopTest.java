package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Options;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
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
        Awaitility.await().pollDelay(java.time.Duration.ofMillis(200)).until(() -> !poll.isDone());

        long begin = System.nanoTime();
        server.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isLessThan(2_000);
        assertThat(poll.get(1, TimeUnit.SECONDS).status()).isIn(200, 503);
        assertThat(events.body()).contains(": what happens from now on");
    }
}

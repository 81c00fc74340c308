package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.ChatId;
import dev.halley.UserId;
import dev.halley.fixtures.Cases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A whole crowd that vanishes at once, and comes back at once. */
class CrowdTest {

    private static final int CROWD = Cases.times(5_000, 1_000);
    private static final int THREADS = 8;

    @Test
    void crowdThatVanishes_isTold_pushed_andCaughtUp() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        // A poll is held for longer than it takes the crowd to come.
        try (TestServer server = new TestServer(
                TestServer.settings().attachWithin(Duration.ofMinutes(5)).build(),
                Map.of("timeout", 60_000L, "maxInterval", 2_000L),
                false)) {
            List<ChatId> chats = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                chats.add(server.open(user(i)));
            }
            long came = System.nanoTime();
            List<RawClient> clients = all(threads, i -> {
                RawClient client = new RawClient(server.port(), user(i).value());
                client.handshake("");
                client.marked();
                client.sendConnect("");
                return client;
            });
            Duration coming = Duration.ofNanos(System.nanoTime() - came);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            chats.stream().allMatch(chat -> server.view(chat).seen() == 1));

            for (RawClient client : clients) {
                client.close();
            }
            chats.forEach(chat -> server.say(chat, "Written to nobody"));
            await().atMost(Duration.ofSeconds(60)).until(() -> server.pushes.size() == CROWD);
            assertThat(server.pushes).extracting(TestServer.Push::positions).containsOnly(List.of(2L));
            await().untilAsserted(() -> assertThat(server.absences).hasSize(CROWD));

            long began = System.nanoTime();
            List<String> answers = all(threads, i -> {
                try (RawClient client = new RawClient(server.port(), user(i).value())) {
                    client.handshake("");
                    return texts(client.connect());
                }
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.printf(
                    "Figure: crowd that comes back = %,d customers caught up in %,d ms%n", CROWD, took.toMillis());
            assertThat(answers).containsOnly("Written to nobody");
            assertThat(took).as("as quick as coming, more or less").isLessThan(coming.multipliedBy(4));
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Each<T> {
        T apply(int number) throws Exception;
    }

    private static <T> List<T> all(ExecutorService threads, Each<T> each) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            int number = i;
            futures.add(threads.submit(() -> each.apply(number)));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private static UserId user(int number) {
        return new UserId("customer" + number);
    }

    private static String texts(JsonNode answer) {
        StringBuilder texts = new StringBuilder();
        answer.forEach(message -> message.path("data")
                .path("message")
                .path("transcriptToShow")
                .forEach(row -> texts.append(row.get(2).asText())));
        return texts.toString();
    }
}

package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.examples.server.App.Shown;
import dev.halley.examples.server.Chats.Customer;
import dev.halley.fixtures.Cases;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A session goes on over another WebSocket when the first one was lost with rows on their way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostWebSocketTest {

    private final Chats chats = new Chats(Duration.ofSeconds(5));

    LostWebSocketTest() throws Exception {}

    @AfterAll
    void stop() {
        chats.close();
    }

    static IntStream times() {
        return IntStream.range(0, Cases.times(20, 3));
    }

    @ParameterizedTest
    @MethodSource("times")
    void rowsThatWaited_comeAfterThoseThatWereLost(int time) {
        Customer customer = chats.new Customer("lost-" + time);
        Socket first = new Socket(customer);
        first.say("{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                + "\"supportedConnectionTypes\":[\"websocket\"],\"id\":\"1\"}");
        await().until(() -> first.heard("/meta/handshake"));
        String clientId = first.messages.get(0).path("clientId").asText();
        first.connect(clientId, 2, ",\"advice\":{\"timeout\":0}");
        await().until(() -> first.heard("/meta/connect"));
        first.connect(clientId, 3, "");
        customer.hears();
        await().until(() -> first.rows().size() == 2);

        first.reads = false;
        customer.hears(); // goes out, and is read by nobody
        await().pollDelay(Duration.ofMillis(50)).until(() -> true);
        first.webSocket.abort();
        customer.hears(20); // waits, as soon as the server knows

        Socket second = new Socket(customer);
        second.connect(clientId, 4, ",\"advice\":{\"timeout\":0}");
        await().until(() -> second.rows().stream().anyMatch(row -> row.position() == 23));
        List<Shown> rows = new ArrayList<>(first.rows());
        rows.addAll(second.rows());
        assertThat(App.shown(rows, 1)).hasSize(23);
        second.webSocket.abort();
    }

    private final class Socket implements WebSocket.Listener {

        private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private volatile boolean reads = true;
        private final WebSocket webSocket;

        Socket(Customer customer) {
            webSocket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("gms_user", customer.user())
                    .buildAsync(
                            java.net.URI.create(chats.uri()
                                    .resolve("/genesys/cometd")
                                    .toString()
                                    .replace("http:", "ws:")),
                            this)
                    .join();
        }

        void connect(String clientId, int id, String more) {
            say("{\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\",\"clientId\":\"" + clientId
                    + "\",\"id\":\"" + id + "\"" + more + "}");
        }

        void say(String message) {
            webSocket.sendText("[" + message + "]", true).join();
        }

        boolean heard(String channel) {
            return messages.stream()
                    .anyMatch(message -> message.path("channel").asText().equals(channel));
        }

        List<Shown> rows() {
            List<Shown> rows = new ArrayList<>();
            for (JsonNode message : messages) {
                JsonNode shown = message.at("/data/message/transcriptToShow");
                long next = message.at("/data/message/transcriptPosition").asLong() - shown.size();
                for (JsonNode row : shown) {
                    rows.add(new Shown(++next, row.path(2).asText()));
                }
            }
            return rows;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last && reads) {
                Json.parse(text.toString()).forEach(messages::add);
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}

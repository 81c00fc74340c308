package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A server with a webhook receiver, its customers' chats, and the agent who writes in all of them. */
final class Chats implements AutoCloseable {

    private final Map<String, Queue<DemoPush>> pushes = new ConcurrentHashMap<>();
    private final DemoReceiver receiver =
            DemoReceiver.start(push -> pushes.computeIfAbsent(push.device(), device -> new ConcurrentLinkedQueue<>())
                    .add(push));
    private final RunningServer server;
    private final Http http;

    /** @param time how long a poll is held, and how long a customer may be silent between two */
    Chats(Duration time) throws Exception {
        Map<String, Object> push = new HashMap<>(receiver.options());
        push.put("pushEnabled", "customhttp");
        push.put("_client_timeout_notification", 1);
        server = RunningServer.start(
                ServerSettings.of(Options.of(Map.of("push", push))).withTimes(time, time));
        http = new Http(server.uri());
    }

    URI uri() {
        return server.uri();
    }

    HttpRequest.Builder agentRequest(Http by, String path) {
        return by.to(path).header("Authorization", "Bearer " + server.token());
    }

    /** What the agents' side knows of all chats, by customer. */
    Map<String, JsonNode> views() {
        Map<String, JsonNode> views = new HashMap<>();
        String next = "";
        do {
            Http.Reply page =
                    http.send(agentRequest(http, "/agent/1/chats" + (next.isEmpty() ? "" : "?after=" + next)));
            stream(page.json()).forEach(view -> views.put(view.path("nickname").asText(), view));
            next = page.header(AgentApi.NEXT);
        } while (!next.isEmpty());
        return views;
    }

    @Override
    public void close() {
        server.close();
        receiver.close();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** A customer with a chat, and what the agent and the push service know of them. */
    final class Customer {

        private final String user;
        private final String service;
        private final String chat;
        private long position = 1;

        Customer(String user) {
            this(user, http);
        }

        /** Creates the chat by way of a proxy. */
        Customer(String user, Http by) {
            this.user = user;
            String create = by.post(user, "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            service = create.split("/", -1)[4];
            chat = by.post(
                            user,
                            create,
                            "notify_by=comet&firstName=" + user
                                    + "&push_notification_type=customhttp&push_notification_deviceid=" + user)
                    .json()
                    .path("chatSessionId")
                    .asText();
        }

        /** The instance of the chat's service. */
        String service() {
            return service;
        }

        String user() {
            return user;
        }

        /** The position of the last row; the first, that the customer has joined, has 1. */
        long position() {
            return position;
        }

        /** The agent writes the next row, which tells its number; returns it. */
        long hears() {
            Http.Reply reply = http.send(agentRequest(http, "/agent/1/chats/" + chat + "/messages")
                    .POST(BodyPublishers.ofString("text=Row+" + (position + 1))));
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            assertThat(reply.json().path("position").asLong()).isEqualTo(++position);
            return position;
        }

        void hears(int rows) {
            for (int i = 0; i < rows; i++) {
                hears();
            }
        }

        JsonNode view() {
            return http.send(agentRequest(http, "/agent/1/chats/" + chat)).json();
        }

        long seen() {
            return view().path("seen").asLong();
        }

        void awaitSeen(long row) {
            await().atMost(Duration.ofSeconds(10)).until(() -> seen() >= row);
        }

        void awaitAway() {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> view().path("presence").asText().equals("away"));
        }

        /** Returns the rows of all pushes, in the order of their coming, when the last one has come. */
        List<Long> awaitPushed(long last) {
            await().atMost(Duration.ofSeconds(20)).until(() -> pushed().contains(last));
            return pushed();
        }

        List<Long> pushed() {
            return pushes.getOrDefault(user, new ConcurrentLinkedQueue<>()).stream()
                    .flatMap(push -> push.texts().stream())
                    .map(text -> Long.valueOf(text.replace("Row ", "")))
                    .toList();
        }
    }
}

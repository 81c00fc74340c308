package dev.halley.examples.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import dev.halley.examples.server.App.Shown;
import dev.halley.examples.server.NodeApp.Client;
import dev.halley.examples.server.NodeApp.Transport;
import dev.halley.fixtures.Cases;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Customers whose apps use CometD's JavaScript client or Faye miss nothing either. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignClientsTest {

    private static final int MANY = Cases.times(1_200, 60);

    private final List<DemoPush> pushes = new CopyOnWriteArrayList<>();
    private final DemoReceiver receiver = DemoReceiver.start(pushes::add);
    private final RunningServer server =
            RunningServer.start(ServerSettings.of(options()).withTimes(Duration.ofSeconds(2), Duration.ofSeconds(5)));
    private final Http http = new Http(server.uri());

    ForeignClientsTest() throws Exception {}

    private Options options() {
        Map<String, Object> push = new HashMap<>(receiver.options());
        push.put("pushEnabled", "customhttp");
        push.put("_client_timeout_notification", 1);
        return Options.of(Map.of("push", push));
    }

    private @Nullable Proxy pool;

    @BeforeAll
    void install() throws Exception {
        NodeApp.install();
        Proxy.require();
        pool = new Proxy(Proxy.Configuration.NGINX_POOL, server.uri());
    }

    @AfterAll
    void stop() throws Exception {
        if (pool != null) {
            pool.close();
        }
        server.close();
        receiver.close();
    }

    private record Kind(Client client, Transport transport) {}

    private static Stream<Kind> kinds() {
        return Stream.of(Client.COMETD, Client.FAYE)
                .flatMap(client -> Stream.of(Transport.values()).map(transport -> new Kind(client, transport)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void background_isPushed_andEverythingMissedComesInOrder(Kind kind) throws Exception {
        Customer customer = new Customer("background", kind.client(), kind.transport());
        List<String> said = new ArrayList<>();
        try (NodeApp app = customer.startsApp()) {
            app.awaitPosition(1);
            for (int i = 0; i < 3; i++) {
                said.add(customer.hears("Live " + i));
                app.awaitPosition(said.size() + 1);
            }
            app.background();
            assertThat(positions(app)).containsExactly(1L, 2L, 3L, 4L);
        }
        customer.awaitAway();
        List<String> missed = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            missed.add(customer.hears("Missed " + i));
        }
        said.addAll(missed);
        customer.awaitPushesOf(missed);

        try (NodeApp app = customer.startsApp()) {
            app.awaitPosition(MANY + 4);
            for (int i = 0; i < 10; i++) {
                said.add(customer.hears("Live again " + i));
                app.awaitPosition(said.size() + 1);
            }
            assertThat(positions(app))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(5, MANY + 14).boxed().toList());
            assertThat(app.rows().stream().map(Shown::text)).containsExactlyElementsOf(said.subList(3, said.size()));
            assertThat(customer.pushed()).isEqualTo(missed);
            assertThat(customer.absencesTold()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void killedWithoutAWord_behindAPoolOfConnections_isPushed_andMissesNothing(Kind kind) throws Exception {
        Customer customer = new Customer("killed", kind.client(), kind.transport());
        customer.server = requireNonNull(pool).uri();
        try (NodeApp app = customer.startsApp()) {
            customer.hears("Received");
            app.awaitPosition(2);
        }
        List<String> missed = List.of(customer.hears("Written to nobody"), customer.hears("Nor is this read"));
        // Faye marks nothing, and so is told of "Received", too.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(customer.pushed()).endsWith(missed.get(0), missed.get(1)));

        try (NodeApp app = customer.startsApp()) {
            app.awaitPosition(4);
            assertThat(app.rows().stream().filter(row -> row.position() > 2).map(Shown::text))
                    .containsExactlyElementsOf(missed);
            assertThat(customer.absencesTold()).isEqualTo(1);
        }
    }

    private static List<Long> positions(NodeApp app) {
        return app.rows().stream().map(Shown::position).toList();
    }

    /** A customer with a chat, and what the agent and the push service know of them. */
    private final class Customer {

        private final Client client;
        private final Transport transport;
        private final String user;
        private final String chat;
        private URI server = ForeignClientsTest.this.server.uri();

        Customer(String name, Client client, Transport transport) {
            this.client = client;
            this.transport = transport;
            user = name + "-" + client + "-" + transport;
            String create = http.post(user, "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            chat = http.post(
                            user,
                            create,
                            "notify_by=comet&firstName=Ada&push_notification_type=customhttp"
                                    + "&push_notification_deviceid=" + user)
                    .json()
                    .path("chatSessionId")
                    .asText();
        }

        NodeApp startsApp() throws Exception {
            return new NodeApp(client, transport, server, user).awaitConnected(transport);
        }

        /** Returns the text that the agent has written. */
        String hears(String text) {
            Http.Reply reply = http.send(http.to("/agent/1/chats/" + chat + "/messages")
                    .header("Authorization", "Bearer " + ForeignClientsTest.this.server.token())
                    .POST(BodyPublishers.ofString("text=" + text.replace(' ', '+'))));
            assertThat(reply.status()).isEqualTo(200);
            return text;
        }

        void awaitAway() {
            await().until(() -> view().path("presence").asText().equals("away"));
        }

        void awaitPushesOf(List<String> texts) {
            await().atMost(Duration.ofSeconds(30)).until(() -> pushed().size() >= texts.size());
            assertThat(pushed()).isEqualTo(texts);
        }

        /** The texts of all pushes, in the order of their coming. */
        List<String> pushed() {
            return pushes.stream()
                    .filter(push -> push.device().equals(user))
                    .flatMap(push -> push.texts().stream())
                    .toList();
        }

        long absencesTold() {
            return stream(agent("/agent/1/chats/" + chat + "/events?after=0"))
                    .filter(event -> event.path("position").isNull())
                    .count();
        }

        private JsonNode view() {
            return stream(agent("/agent/1/chats"))
                    .filter(one -> one.path("chatSessionId").asText().equals(chat))
                    .findFirst()
                    .orElseThrow();
        }

        private JsonNode agent(String path) {
            return http.send(http.to(path).header("Authorization", "Bearer " + ForeignClientsTest.this.server.token()))
                    .json();
        }

        private static Stream<JsonNode> stream(JsonNode array) {
            return StreamSupport.stream(array.spliterator(), false);
        }
    }
}

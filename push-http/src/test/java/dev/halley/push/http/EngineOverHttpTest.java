package dev.halley.push.http;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Options;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.push.http.Receiver.Arrived;
import dev.halley.push.http.Receiver.Fault;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole way of a push: from what the agent says, through the engine, over HTTP, in real time. */
class EngineOverHttpTest {

    private static final UserId USER = new UserId("mia");

    private Receiver receiver;
    private ChatEngine engine;
    private ChatId chat;

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
        Options options = Options.of(Map.of(
                "push", Map.of("pushEnabled", "customhttp"),
                "push.provider.customhttp",
                        Map.of(
                                "customhttp.url",
                                receiver.url("/push"),
                                "customhttp.secret",
                                SignerTest.SECRET,
                                "customhttp.timeout",
                                1),
                "Service.request-chat", Map.of("_client_timeout_notification", 0)));
        engine = ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options))
                .build();
        chat = join(engine.open(new NewChat("request-chat", USER, Device.of("customhttp", "phone"))))
                .id();
        join(engine.connections().attach(new Arrival(USER, null, null, OptionalLong.empty()), new Link("link")));
        join(engine.connections().left(new ConnectionId("link"), OptionalLong.of(1)));
    }

    @AfterEach
    void stop() {
        engine.close();
        receiver.close();
    }

    @Test
    void threeEvents_areThreeSignedPushes_inOrder() throws Exception {
        say("One");
        say("Two");
        say("Three");
        await().until(() -> receiver.arrived.size() == 3);
        assertThat(receiver.arrived)
                .extracting(arrived -> arrived.body().replaceAll(".*\"lastTranscript\":(.*?\\]).*", "$1"))
                .containsExactly(
                        "[{\"Message.Text\":\"One\"}]",
                        "[{\"Message.Text\":\"Two\"}]",
                        "[{\"Message.Text\":\"Three\"}]");
        for (Arrived arrived : receiver.arrived) {
            Map<String, List<String>> headers = new HashMap<>(arrived.headers());
            new Webhook(SignerTest.SECRET).verify(arrived.body(), toHttpHeaders(headers));
        }
    }

    @Test
    void busyReceiver_isAskedAgain_notBeforeItWantsTo_forTheSame() {
        receiver.answer(503, Map.of("Retry-After", "2"));
        say("One");
        await().until(() -> receiver.arrived.size() == 1);
        receiver.answer(200, Map.of());
        await().until(() -> receiver.arrived.size() == 2);
        assertThat(Duration.ofNanos(receiver.arrived.get(1).nanos()
                        - receiver.arrived.get(0).nanos()))
                .isGreaterThan(Duration.ofMillis(1_900));
        assertSamePush();
    }

    @ParameterizedTest
    @EnumSource
    void answerThatNeverComes_isAskedForAgain_forTheSame(Fault fault) {
        receiver.faults.add(fault);
        say("One");
        await().until(() -> receiver.arrived.size() == 1);
        say("Two");
        await().atMost(Duration.ofSeconds(20)).until(() -> receiver.arrived.size() == 3);
        assertSamePush();
        assertThat(receiver.arrived.get(2).body()).contains("Two").doesNotContain("One");
    }

    @Test
    void goneEndpoint_isForgotten_untilANewDeviceComes() {
        receiver.answer(410, Map.of());
        say("One");
        await().until(() -> receiver.arrived.size() == 1);
        say("Two");
        receiver.answer(200, Map.of());
        await().until(() ->
                join(engine.transcript(chat, 0, 0)).orElseThrow().chat().position() == 3);
        assertThat(receiver.arrived).hasSize(1);
        join(engine.device(chat, Device.of("customhttp", "new phone")));
        await().until(() -> receiver.arrived.size() == 3);
        assertSamePush();
    }

    @Test
    void endpointThatIsABlackHole_doesNotHoldUpAnother() throws Exception {
        try (Receiver hole = new Receiver()) {
            for (int i = 0; i < 1_000; i++) {
                hole.faults.add(Fault.HANG);
            }
            Options options = Options.of(Map.of(
                    "push", Map.of("pushEnabled", "customhttp"),
                    "push.provider.hole", Map.of("customhttp.url", hole.url("/hole")),
                    "push.provider.works", Map.of("customhttp.url", receiver.url("/works")),
                    "Service.request-chat", Map.of("_client_timeout_notification", 0)));
            try (ChatEngine both = ChatEngine.builder()
                    .options(options)
                    .providers(PushProviders.discover(options))
                    .build()) {
                for (int i = 0; i < 1_000; i++) {
                    sayToAbsent(both, "lost" + i, "hole");
                }
                await().until(() -> hole.arrived.size() > 50);
                for (int i = 0; i < 100; i++) {
                    sayToAbsent(both, "found" + i, "works");
                }
                await().atMost(Duration.ofSeconds(3)).until(() -> receiver.arrived.size() == 100);
            }
        }
    }

    private static void sayToAbsent(ChatEngine engine, String name, String provider) {
        UserId user = new UserId(name);
        Device device = new Device("customhttp", name, provider, "", false);
        ChatId opened =
                join(engine.open(new NewChat("request-chat", user, device))).id();
        join(engine.connections().attach(new Arrival(user, null, null, OptionalLong.empty()), new Link(name)));
        join(engine.connections().left(new ConnectionId(name), OptionalLong.of(1)));
        join(engine.said(opened, ChatEvent.text(Party.AGENT, "Ann", "Hello")));
    }

    private void assertSamePush() {
        Arrived first = receiver.arrived.get(0);
        Arrived second = receiver.arrived.get(1);
        assertThat(second.header("webhook-id")).isNotEmpty().isEqualTo(first.header("webhook-id"));
        assertThat(rows(second)).isEqualTo(rows(first));
    }

    private static String rows(Arrived arrived) {
        return arrived.body().replaceAll(".*\"lastTranscript\"", "");
    }

    private void say(String text) {
        join(engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text)));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static HttpHeaders toHttpHeaders(Map<String, List<String>> headers) {
        return HttpHeaders.of(headers, (name, value) -> true);
    }

    private record Link(ConnectionId id) implements ClientLink {
        Link(String name) {
            this(new ConnectionId(name));
        }

        @Override
        public CompletionStage<Void> deliver(ChatView view, List<Row> rows) {
            return completedFuture(null);
        }

        @Override
        public void close(Cause cause) {}
    }
}

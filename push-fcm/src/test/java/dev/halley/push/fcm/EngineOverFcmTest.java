package dev.halley.push.fcm;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Observer;
import dev.halley.standins.FcmStandIn;
import dev.halley.standins.FcmStandIn.Answer;
import dev.halley.standins.FcmStandIn.Push;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way of a push: from what the agent says, through the engine, to FCM, in real time. */
class EngineOverFcmTest {

    private final List<Push> arrived = new CopyOnWriteArrayList<>();
    /** When each arrived, as {@link System#nanoTime} has it. */
    private final List<Long> nanos = new CopyOnWriteArrayList<>();

    private final List<Outcome> settled = new CopyOnWriteArrayList<>();
    private FcmStandIn fcm;
    private ChatEngine engine;

    @BeforeEach
    void start() throws Exception {
        fcm = FcmPushes.standIn().received(this::received).start();
        engine = engine(Map.of());
    }

    private void received(Push push) {
        nanos.add(System.nanoTime());
        arrived.add(push);
    }

    private ChatEngine engine(Map<String, String> more) throws Exception {
        FcmProviderFactory factory = FcmPushes.factory(InstantSource.system());
        Map<String, Map<String, String>> sections = new HashMap<>();
        sections.put("push", Map.of("pushEnabled", "fcm"));
        sections.put("push.provider.fcm", FcmPushes.options(fcm, more));
        sections.put("push.provider.other", FcmPushes.options(fcm, Map.of()));
        sections.put("Service.request-chat", Map.of("_client_timeout_notification", "0"));
        Options options = Options.of(sections, List.of(factory));
        return ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options, List.of(factory)))
                .observer(new Observer() {
                    @Override
                    public void pushSettled(String provider, Outcome outcome, Duration took) {
                        settled.add(outcome);
                    }
                })
                .build();
    }

    @AfterEach
    void stop() {
        engine.close();
        fcm.close();
    }

    @Test
    void tooMany_pausesEveryPushOfTheAccount_andNoOther() {
        ChatId ann = absent("ann", "fcm");
        ChatId bob = absent("bob", "fcm");
        ChatId cem = absent("cem", "other");
        fcm.next(Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED").with("Retry-After", "4"));
        say(ann, "One");
        // Then the pause has begun.
        await().until(() -> settled.size() == 1);
        say(bob, "Two");
        say(cem, "Three");
        await().until(() -> arrived.size() == 2);
        assertThat(arrived.get(1).at("/message/token")).isEqualTo("token of cem");
        await().atMost(Duration.ofSeconds(30)).until(() -> arrived.size() == 4);
        assertThat(Duration.ofNanos(nanos.get(2) - nanos.get(0))).isGreaterThan(Duration.ofMillis(3_900));
        assertThat(arrived.stream()
                        .filter(push -> push.at("/message/token").equals("token of ann"))
                        .map(Push::key)
                        .distinct())
                .hasSize(1);
        assertThat(fcm.accepted()).isEqualTo(3);
    }

    @Test
    void unregisteredToken_isForgotten_untilANewOneComes() {
        ChatId ann = absent("ann", "fcm");
        fcm.next(Answer.UNREGISTERED);
        say(ann, "One");
        await().until(() -> arrived.size() == 1);
        say(ann, "Two");
        await().until(() ->
                join(engine.transcript(ann, 0, 0)).orElseThrow().chat().position() == 3);
        assertThat(arrived).hasSize(1);
        join(engine.device(ann, Device.of("fcm", "new token")));
        await().until(() -> arrived.size() == 3);
        assertThat(arrived.get(1).at("/message/token")).isEqualTo("new token");
        assertThat(arrived.get(1).key()).isEqualTo(arrived.get(0).key());
    }

    @Test
    void ttl_isWhatIsLeftOfTheOption() throws Exception {
        engine.close();
        engine = engine(Map.of("ttl", "50", "fcm.ttl", "100"));
        say(absent("ann", "fcm"), "One");
        await().until(() -> arrived.size() == 1);
        assertThat(arrived.get(0).at("/message/android/ttl")).isIn("100s", "99s");
    }

    @Test
    void ttlOfZero_isTried_andKeptByNobody() throws Exception {
        engine.close();
        engine = engine(Map.of("fcm.ttl", "0"));
        say(absent("ann", "fcm"), "One");
        await().until(() -> arrived.size() == 1);
        assertThat(arrived.get(0).at("/message/android/ttl")).isEqualTo("0s");
    }

    private ChatId absent(String name, String provider) {
        UserId user = new UserId(name);
        Device device = new Device("fcm", "token of " + name, provider, "", false);
        ChatId chat =
                join(engine.open(new NewChat("request-chat", user, device))).id();
        join(engine.connections().attach(new Arrival(user, null, null, OptionalLong.empty()), new Link(name)));
        join(engine.connections().left(new ConnectionId(name), OptionalLong.of(1)));
        return chat;
    }

    private void say(ChatId chat, String text) {
        join(engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text)));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
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

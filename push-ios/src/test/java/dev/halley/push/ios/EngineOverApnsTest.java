package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Options;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.spi.Observer;
import dev.halley.standins.ApnsStandIn;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The whole way of a push: from what the agent says, through the engine, to a server, in real time. */
class EngineOverApnsTest {

    private final List<ApnsStandIn.Push> arrived = new CopyOnWriteArrayList<>();
    private final List<String> forgotten = new CopyOnWriteArrayList<>();

    @Test
    void serverThatIsAway_costsNoPush() throws Exception {
        // So few at a time that the circuit breaker, which would wait for 30 seconds, stays closed.
        assertThat(Outage.play(2_000, 4, Duration.ofSeconds(2), Duration.ofSeconds(60)))
                .startsWith("2000 pushes");
    }

    @Test
    void deadToken_isForgotten_andAnotherGetsThePush() throws Exception {
        try (ApnsStandIn apns = ApnsStandIn.start(IosPushes.certificates(), arrived::add);
                ChatEngine engine = engine(apns)) {
            ChatId chat = Outage.absent(engine, 1);
            apns.unregister(Instant.now().plusSeconds(60));
            say(engine, chat, "One");
            await().until(() -> forgotten.equals(List.of("Unregistered")));
            assertThat(arrived).hasSize(1);

            Outage.join(engine.device(chat, Device.of("ios", "ff".repeat(32))));
            await().until(() -> arrived.size() == 2);
            assertThat(arrived.get(1).token()).isEqualTo("ff".repeat(32));
            assertThat(arrived.get(1).id()).isEqualTo(arrived.get(0).id());
        }
    }

    @Test
    void tokenThatWasRegisteredAfterItsDeath_isKept() throws Exception {
        try (ApnsStandIn apns = ApnsStandIn.start(IosPushes.certificates(), arrived::add);
                ChatEngine engine = engine(apns)) {
            ChatId chat = Outage.absent(engine, 1);
            apns.unregister(Instant.parse("2016-02-08T16:13:35.990Z"));
            say(engine, chat, "One");
            await().atMost(Duration.ofSeconds(20)).until(() -> arrived.size() == 2);
            assertThat(arrived.get(1).token()).isEqualTo(arrived.get(0).token());
            assertThat(arrived.get(1).id()).isEqualTo(arrived.get(0).id());
            assertThat(forgotten).isEmpty();
        }
    }

    private ChatEngine engine(ApnsStandIn apns) {
        Map<String, Object> push = new HashMap<>(IosPushes.access(apns.port()));
        push.put("pushEnabled", "ios");
        Options options =
                Options.of(Map.of("push", push, "Service.request-chat", Map.of("_client_timeout_notification", 0)));
        return ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options))
                .observer(new Observer() {
                    @Override
                    public void tokenForgotten(ChatId chat, Device device, String reason) {
                        forgotten.add(reason);
                    }
                })
                .build();
    }

    private static void say(ChatEngine engine, ChatId chat, String text) {
        Outage.join(engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text)));
    }
}

package dev.halley.push.ios;

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
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Observer;
import dev.halley.standins.ApnsStandIn;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Pushes through the whole engine, in real time, to a server that is away for a while in the middle of them. */
final class Outage {

    private final Map<String, LongAdder> arrivals = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
    private final Set<String> bodies = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();

    private Outage() {}

    /**
     * Sends a push to each of so many customers.
     *
     * @return what became of them, in words
     */
    static String play(int customers, int inFlight, Duration away, Duration patience) throws Exception {
        Outage outage = new Outage();
        try (ApnsStandIn apns = ApnsStandIn.start(IosPushes.certificates(), outage::arrived)) {
            return outage.play(apns, customers, inFlight, away, patience);
        }
    }

    private String play(ApnsStandIn apns, int customers, int inFlight, Duration away, Duration patience)
            throws Exception {
        Map<String, String> push = new HashMap<>(IosPushes.access(apns.port()));
        push.put("pushEnabled", "ios");
        Options options = Options.of(Map.of("push", push));
        Settings settings = Settings.builder()
                .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ZERO))
                .pushesInFlight(inFlight)
                .build();
        try (ChatEngine engine = ChatEngine.builder()
                .options(options)
                .settings(settings)
                .providers(PushProviders.discover(options))
                .observer(new Counting())
                .build()) {
            ChatId[] chats = new ChatId[customers];
            for (int i = 0; i < customers; i++) {
                chats[i] = absent(engine, i);
            }
            long began = System.nanoTime();
            for (int i = 0; i < customers; i++) {
                join(engine.said(chats[i], ChatEvent.text(Party.AGENT, "Ann", "Message " + i)));
            }
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(patience)
                    .until(() -> accepted.sum() >= customers / 4);
            apns.stop();
            long before = accepted.sum();
            await().pollDelay(away).atMost(away.plusSeconds(10)).until(() -> true);
            assertThat(accepted.sum()).as("the server was away in the middle").isLessThan(customers);
            apns.start();
            await().atMost(patience).until(() -> accepted.sum() == customers);
            long doubles = arrivals.values().stream().mapToLong(LongAdder::sum).sum() - customers;
            assertThat(arrivals)
                    .as("an id for each push, the same for each attempt")
                    .hasSize(customers);
            assertThat(bodies).as("the same body for the same id").hasSize(customers);
            assertThat(doubles).as("doubles").isLessThanOrEqualTo(inFlight);
            return ("%d pushes, %d at a time: %d accepted before, away for %d ms, all accepted after %d ms; %s;"
                            + " %d doubles, all with the id of the first; %d connections")
                    .formatted(
                            customers,
                            inFlight,
                            before,
                            away.toMillis(),
                            (System.nanoTime() - began) / 1_000_000,
                            outcomes,
                            doubles,
                            apns.connections());
        }
    }

    private void arrived(ApnsStandIn.Push push) {
        arrivals.computeIfAbsent(push.id(), id -> new LongAdder()).increment();
        bodies.add(push.id() + push.payload());
    }

    /** Opens a chat whose customer has gone to the background. */
    static ChatId absent(ChatEngine engine, int number) {
        UserId user = new UserId("customer" + number);
        Device device = Device.of("ios", "%064x".formatted(number));
        ChatId chat = join(engine.open(new NewChat(Settings.REQUEST_CHAT, user, device)))
                .id();
        Link link = new Link(new ConnectionId("link" + number));
        join(engine.connections().attach(new Arrival(user, null, null, OptionalLong.empty()), link));
        join(engine.connections().left(link.id(), OptionalLong.of(1)));
        return chat;
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private final class Counting implements Observer {
        @Override
        public void pushSettled(String provider, Outcome outcome, Duration took) {
            outcomes.computeIfAbsent(outcome.toString(), name -> new LongAdder())
                    .increment();
            if (outcome instanceof Outcome.Accepted) {
                accepted.increment();
            }
        }
    }

    private record Link(ConnectionId id) implements ClientLink {
        @Override
        public CompletionStage<Void> deliver(ChatView view, List<Row> rows) {
            return completedFuture(null);
        }

        @Override
        public void close(Cause cause) {}
    }
}

package dev.halley.cometd;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.fixtures.CometdServer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.ext.AcknowledgedMessagesExtension;

/** A real CometD server on a free port, with an engine and a push provider that remembers. */
final class TestServer implements AutoCloseable {

    static final UserId USER = new UserId("mia");

    /** Held polls are answered after two seconds, and sessions without one are given up three seconds later. */
    static final Map<String, Object> COMETD = Map.of("timeout", 2_000L, "maxInterval", 3_000L);

    /** What a push carried, and when, as {@link System#nanoTime} has it. */
    record Push(String key, List<Long> positions, long nanos) {}

    final List<Push> pushes = new CopyOnWriteArrayList<>();
    final List<Long> absences = new CopyOnWriteArrayList<>();
    /** When the agent was told of a customer's absence, as {@link System#nanoTime} has it. */
    final Map<ChatId, Long> toldNanos = new ConcurrentHashMap<>();

    final ChatEngine engine;
    private final CometdServer server;
    final BayeuxServerImpl bayeux = new BayeuxServerImpl();

    TestServer(Settings settings, Map<String, Object> cometdOptions, boolean acknowledgements) throws Exception {
        this(settings, cometdOptions, acknowledgements, UnaryOperator.identity());
    }

    TestServer(
            Settings settings,
            Map<String, Object> cometdOptions,
            boolean acknowledgements,
            UnaryOperator<ChatEngine> seen)
            throws Exception {
        this(settings, cometdOptions, acknowledgements, seen, UserResolver.gmsUser());
    }

    /** @param seen the engine as the adapter sees it */
    TestServer(
            Settings settings,
            Map<String, Object> cometdOptions,
            boolean acknowledgements,
            UnaryOperator<ChatEngine> seen,
            UserResolver users)
            throws Exception {
        engine = ChatEngine.builder()
                .settings(settings)
                .providers(PushProviders.of(Map.of("test", new Provider())))
                .agentLink((chat, absence, text) -> {
                    toldNanos.put(chat, System.nanoTime());
                    absences.add(absence);
                    return completedFuture(null);
                })
                .build();
        server = new CometdServer(bayeux, 0);
        cometdOptions.forEach(bayeux::setOption);
        CometdAdapter.install(bayeux, seen.apply(engine), users, new ChatApiV1());
        if (acknowledgements) {
            bayeux.addExtension(new AcknowledgedMessagesExtension());
        }
        server.start();
    }

    /** Timer 0, and CometD as {@link #COMETD} has it. */
    static TestServer start() throws Exception {
        return new TestServer(settings().build(), COMETD, false);
    }

    static Settings.Builder settings() {
        return Settings.builder()
                .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ZERO));
    }

    URI uri() {
        return server.uri();
    }

    int port() {
        return server.port();
    }

    ChatId open() {
        return open(USER);
    }

    ChatId open(UserId user) {
        return engine.open(new NewChat("request-chat", user, Device.of("test", "phone")).withNickname("Mia"))
                .toCompletableFuture()
                .join()
                .id();
    }

    long say(ChatId chat, String text) {
        return engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text))
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .position()
                .orElseThrow();
    }

    ChatView view(ChatId chat) {
        return engine.transcript(chat, 0, 0)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .chat();
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }

    private final class Provider implements PushProvider {
        @Override
        public Payload format(Notification notification, Device device) {
            pushes.add(new Push(
                    notification.key(),
                    notification.rows().stream().map(row -> row.position()).toList(),
                    System.nanoTime()));
            return new Payload(notification.key(), "", Map.of());
        }

        @Override
        public CompletionStage<Outcome> send(Payload payload, Device device) {
            return completedFuture(new Outcome.Accepted());
        }
    }
}

package dev.halley.internal;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import com.google.common.hash.Hashing;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.Receipt;
import dev.halley.Row;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.Transcript;
import dev.halley.UserId;
import dev.halley.internal.live.LocalConnections;
import dev.halley.internal.push.PushDispatcher;
import dev.halley.internal.session.Identity;
import dev.halley.internal.session.Phase;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.internal.session.Policy;
import dev.halley.internal.session.Session;
import dev.halley.internal.session.Session.Notice;
import dev.halley.internal.session.SessionCodec;
import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.internal.store.SafeSessionStore;
import dev.halley.spi.AgentLink;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import dev.halley.spi.Observer;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine: asks {@link Session} for what follows from an input, has the store commit it, and does what follows from the
 * difference. It keeps nothing of a chat.
 *
 * <p>This class is thread-safe.
 */
public final class DefaultChatEngine implements ChatEngine, SessionStore.Listener, PushDispatcher.Settlement {

    private static final Logger LOGGER = LoggerFactory.getLogger(DefaultChatEngine.class);

    private static final String TIME_IS_OVER = "time to live or attempts are over";

    private final SessionStore store;
    private final PushProviders providers;
    private final Options options;
    private final Settings settings;
    private final AgentLink agentLink;
    private final Observer observer;
    private final InstantSource clock;
    private final PushDispatcher dispatcher;
    private final LocalConnections connections;
    private final List<Runnable> own;
    private volatile boolean closed;

    private DefaultChatEngine(EngineBuilder builder) {
        own = new ArrayList<>();
        options = builder.options;
        settings = builder.settings == null ? builder.options.settings() : builder.settings;
        clock = builder.clock;
        observer = builder.observer == null ? new Observer() {} : SafeObserver.around(builder.observer);
        providers = builder.providers;
        own.add(providers::close);
        agentLink = builder.agentLink;
        Scheduler scheduler;
        if (builder.scheduler == null) {
            ThreadScheduler threads = new ThreadScheduler();
            own.add(threads::close);
            scheduler = threads;
        } else {
            scheduler = builder.scheduler;
        }
        if (builder.store == null) {
            store = new InMemorySessionStore(clock, scheduler);
            own.add(0, store::close);
        } else {
            store = new SafeSessionStore(builder.store);
        }
        dispatcher = new PushDispatcher(store, providers, builder.options, settings, clock, scheduler, observer, this);
        connections = new LocalConnections(this, store, scheduler, clock);
        store.start(new SessionCodec(), this);
        connections.start();
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new EngineBuilder();
    }

    // What an embedder calls

    @Override
    public CompletionStage<ChatView> open(NewChat chat) {
        Optional<ServiceSettings> service = settings.service(chat.serviceName());
        if (service.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("There is no service '"
                    + chat.serviceName() + "'; known are " + String.join(", ", settings.services())));
        }
        Instant now = clock.instant();
        Identity identity = new Identity(
                chatIdOf(chat.serviceId()),
                chat.owner(),
                chat.serviceId(),
                chat.serviceName(),
                Checks.wellFormed(chat.nickname()),
                now,
                chat.polled(),
                chat.secureKey().map(DefaultChatEngine::hash).orElse(null));
        ChatEvent joined = ChatEvent.joined(Party.CLIENT, identity.nickname());
        Step step = Session.opened(
                identity,
                chat.device().orElse(null),
                joined,
                Policy.of(settings, service.get(), settings.pushTimeToLive()),
                now);
        Session opened = (Session) step.next().orElseThrow();
        return store.create(opened, step.append()).thenCompose(created -> {
            if (!created) {
                // Whoever tries again has perhaps not got the reply to the first time, and then nobody was told.
                announce(chat);
                return find(chat.owner(), chat.serviceId(), chat.secureKey().orElse(null))
                        .thenApply(there -> there.orElseThrow(
                                () -> new IllegalArgumentException("This service id belongs to somebody else's chat")));
            }
            observer.chatOpened(chat.serviceName());
            announce(chat);
            return completedFuture(opened.view());
        });
    }

    private void announce(NewChat chat) {
        if (!chat.polled()) {
            store.announce(chat.owner());
        }
    }

    @Override
    public CompletionStage<Optional<Receipt>> said(ChatId chat, ChatEvent event) {
        int length = PayloadFitter.escapedLength(event.text());
        if (length > settings.maxText()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "A text of " + length + " bytes as escaped UTF-8 is too long; accepted are " + settings.maxText()));
        }
        return update(
                        chat,
                        "said",
                        (session, policy, now) -> session.said(event, isPushable(session, event), policy, now))
                .thenApply(change -> {
                    change.ifPresent(committed -> count(committed, event));
                    return change.map(committed -> receipt(committed, event));
                });
    }

    @Override
    public CompletionStage<Optional<Receipt>> end(ChatId chat, ChatEvent last) {
        return update(chat, "ended", (session, policy, now) -> session.ended(last, policy, now))
                .thenApply(change -> change.map(committed -> receipt(committed, last)));
    }

    @Override
    public CompletionStage<Optional<ChatView>> device(ChatId chat, @Nullable Device device) {
        return view(update(chat, "device", (session, policy, now) -> session.device(device, policy, now))
                .thenApply(change -> {
                    countGivenUp(change, TIME_IS_OVER);
                    return change;
                }));
    }

    @Override
    public CompletionStage<Optional<ChatView>> refreshed(ChatId chat, long position) {
        return view(update(chat, "refreshed", (session, policy, now) -> session.refreshed(position, policy, now)));
    }

    @Override
    public CompletionStage<Optional<Transcript>> transcript(ChatId chat, long after, int max) {
        return store.read(chat, after, max)
                .thenApply(page -> page.map(p -> new Transcript(((Session) p.state()).view(), p.rows())));
    }

    @Override
    public CompletionStage<Optional<ChatView>> find(UserId owner, String serviceId, @Nullable String secureKey) {
        if (!Checks.isIdentifier(serviceId)) {
            return completedFuture(Optional.empty());
        }
        return read(chatIdOf(serviceId))
                .thenApply(session -> session.filter(s -> s.owner().equals(owner)
                                && s.identity().serviceId().equals(serviceId)
                                && opens(s, secureKey))
                        .map(Session::view));
    }

    @Override
    public CompletionStage<List<ChatView>> chats(@Nullable ChatId after, int limit) {
        return store.all(after == null ? "" : after.value(), limit)
                .thenCompose(this::readAll)
                .thenApply(sessions -> sessions.stream().map(Session::view).toList());
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Connections connections() {
        return connections;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        connections.close();
        dispatcher.close();
        own.forEach(Runnable::run);
    }

    // What the store tells

    @Override
    public void due(ChatId chat) {
        update(chat, "woken", Session::woken).thenAccept(change -> countGivenUp(change, TIME_IS_OVER));
    }

    @Override
    public void nudged(ChatId chat) {
        connections.nudge(chat);
    }

    @Override
    public void announced(UserId owner) {
        connections.announced(owner);
    }

    @Override
    public void orphaned(ChatId chat, ConnectionId connection) {
        update(chat, "orphaned", (session, policy, now) -> session.orphaned(connection, policy, now));
    }

    // What became of pushes

    @Override
    public void settled(ChatId chat, String key, Outcome outcome) {
        update(chat, "settled", (session, policy, now) -> session.settled(key, policy, now))
                .thenAccept(change -> {
                    if (outcome instanceof Outcome.Rejected rejected) {
                        countGivenUp(change, rejected.reason());
                    }
                });
    }

    @Override
    public void unavailable(ChatId chat, String key, int attempt, boolean tried, Duration backOff) {
        update(
                        chat,
                        "unavailable",
                        (session, policy, now) -> session.unavailable(key, attempt, tried, backOff, policy, now))
                .thenAccept(change -> countGivenUp(change, "attempts are over"));
    }

    @Override
    public void unregistered(
            ChatId chat,
            String key,
            int attempt,
            @Nullable Device device,
            Outcome.Unregistered outcome,
            Duration backOff) {
        update(
                        chat,
                        "unregistered",
                        (session, policy, now) ->
                                session.unregistered(key, attempt, device, outcome.since(), backOff, policy, now))
                .whenComplete((change, failure) -> {
                    if (change != null && change.isPresent()) {
                        Session before = (Session) change.get().before();
                        if (device != null
                                && before.device() != null
                                && after(change.get()).device() == null) {
                            observer.tokenForgotten(chat, device, outcome.reason());
                        }
                        countGivenUp(change, outcome.reason());
                    }
                });
    }

    // What all of them share

    /** An input of {@link Session}. */
    @FunctionalInterface
    public interface Input {
        Step apply(Session session, Policy policy, Instant now);
    }

    /** An input as stores see it; its name is for logs and for whoever watches a store. */
    private final class Rule implements SessionStore.Rule {
        private final String name;
        private final Input input;

        Rule(String name, Input input) {
            this.name = name;
            this.input = input;
        }

        @Override
        public Step apply(SessionState state, Instant now) {
            Session session = (Session) state;
            return input.apply(session, policy(session), now);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Commits what follows from an input, and does what follows from that. */
    public CompletionStage<Optional<Change>> update(ChatId chat, String name, Input input) {
        return store.update(chat, new Rule(name, input)).whenComplete((change, failure) -> {
            if (failure != null) {
                observer.storeFailed("update", failure);
                LOGGER.warn(
                        "The store failed to update chat {} ({}): {}",
                        shortHash(chat),
                        name,
                        failure.getClass().getSimpleName());
            } else if (change.isPresent() && !closed) {
                follow(change.get());
            }
        });
    }

    /** Does what follows from a change: delivers, begins pushes, tells the agent. Derived from the difference alone. */
    private void follow(Change change) {
        if (change.after().filter(after -> after == change.before()).isPresent()) {
            return;
        }
        Session before = (Session) change.before();
        Session after = (Session) change.after().orElse(null);
        if (!before.connection().equals(Optional.ofNullable(after).flatMap(Session::connection))) {
            nudge(before);
        }
        if (after == null) {
            observer.chatRemoved(before.identity().serviceName());
            return;
        }
        if (!change.appended().isEmpty()) {
            nudge(after);
        }
        if (after.phase() instanceof Sending sending && !isSameAttempt(before, after, sending)) {
            dispatcher.send(after, sending);
        }
        Notice notice = after.notice();
        if (notice != null && !notice.equals(before.notice())) {
            tellAgent(after, notice);
        }
        if (before.phase() instanceof Phase.Online && !(after.phase() instanceof Phase.Online)) {
            observer.customerAway(after.identity().serviceName());
        }
    }

    /** Has the node that holds the session's connection look at it. */
    private void nudge(Session session) {
        session.node().ifPresent(node -> {
            if (node.equals(store.node())) {
                connections.nudge(session.id());
            } else {
                store.nudge(node, session.id());
            }
        });
    }

    private static boolean isSameAttempt(Session before, Session after, Sending sending) {
        return before.phase() instanceof Sending earlier
                && before.isThis(earlier, after.key(sending.push().to()), sending.attempt());
    }

    private void tellAgent(Session session, Notice notice) {
        String service = session.identity().serviceName();
        CompletionStage<Void> told;
        try {
            told = requireNonNull(
                    agentLink.customerAway(
                            session.id(),
                            notice.absence(),
                            serviceSettings(session).agentMessage()),
                    "agentLink");
        } catch (RuntimeException e) {
            told = CompletableFuture.failedFuture(e);
        }
        told.whenComplete((nothing, failure) -> {
            if (failure == null) {
                observer.agentTold(service);
                update(session.id(), "told", (s, policy, now) -> s.told(notice.absence(), policy, now));
            } else {
                observer.agentNotTold(service);
                LOGGER.warn(
                        "The agent could not be told of an absence in chat {}: {}",
                        shortHash(session.id()),
                        failure.getClass().getSimpleName());
            }
        });
    }

    CompletionStage<Optional<Session>> read(ChatId chat) {
        return store.read(chat, 0, 0).thenApply(page -> page.map(p -> (Session) p.state()));
    }

    public CompletionStage<List<Session>> readAll(List<ChatId> chats) {
        CompletionStage<List<Session>> result = completedFuture(new ArrayList<>());
        for (ChatId chat : chats) {
            result = result.thenCombine(read(chat), (sessions, session) -> {
                session.ifPresent(sessions::add);
                return sessions;
            });
        }
        return result;
    }

    /** Returns whether a key opens a chat: any does where none is required. */
    public boolean opens(Session session, @Nullable String secureKey) {
        if (!settings.requireSecureKey()) {
            return true;
        }
        String expected = session.identity().keyHash();
        return expected != null
                && secureKey != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.US_ASCII),
                        hash(secureKey).getBytes(StandardCharsets.US_ASCII));
    }

    public Observer observer() {
        return observer;
    }

    /** Names a chat in the log. */
    static String shortHash(ChatId chat) {
        return Hashing.sha256()
                .hashString(chat.value(), StandardCharsets.UTF_8)
                .toString()
                .substring(0, 8);
    }

    private Policy policy(Session session) {
        return Policy.of(settings, serviceSettings(session), pushTimeToLive(session.device()));
    }

    private Duration pushTimeToLive(@Nullable Device device) {
        return Optional.ofNullable(device)
                .flatMap(d -> options.timeToLive(d, Notification.NEW_AGENT_MESSAGE))
                // Zero is for the service, which delivers at once or never; to get there takes an attempt.
                .map(timeToLive -> timeToLive.isZero() ? settings.sendTimeout() : timeToLive)
                .orElse(settings.pushTimeToLive());
    }

    private ServiceSettings serviceSettings(Session session) {
        return settings.service(session.identity().serviceName()).orElse(ServiceSettings.DEFAULT);
    }

    private boolean isPushable(Session session, ChatEvent event) {
        return serviceSettings(session).filter().pushable(event);
    }

    private static CompletionStage<Optional<ChatView>> view(CompletionStage<Optional<Change>> change) {
        return change.thenApply(committed -> committed.map(c -> after(c).view()));
    }

    private static Receipt receipt(Change change, ChatEvent event) {
        Session after = after(change);
        return new Receipt(after.view(), after.positionOf(event.id()));
    }

    private static Session after(Change change) {
        SessionState after = change.after().orElse(change.before());
        return (Session) after;
    }

    private void count(Change change, ChatEvent event) {
        for (Row row : change.appended()) {
            observer.eventSaid(after(change).identity().serviceName(), event.type(), row.pushable());
        }
        long dropped = after(change).omitted() - change.before().omitted();
        if (dropped > 0) {
            observer.eventsDropped(after(change).identity().serviceName(), dropped);
        }
    }

    /** Counts a push that a change has given up: it was pending before and counts as told after. */
    private void countGivenUp(Optional<Change> committed, String reason) {
        if (committed.isEmpty()) {
            return;
        }
        Change change = committed.get();
        Session before = (Session) change.before();
        Push push = before.phase() instanceof Sending sending
                ? sending.push()
                : before.phase() instanceof Retrying retrying ? retrying.push() : null;
        if (push != null && before.pushed() < push.to() && after(change).pushed() >= push.to()) {
            Device device = before.device();
            observer.pushGivenUp(device == null ? "none" : device.type(), reason);
        }
    }

    /** A chat is found by its service's id without an index, and opened twice it is the same one. */
    private static ChatId chatIdOf(String serviceId) {
        byte[] hash =
                Hashing.sha256().hashString(serviceId, StandardCharsets.UTF_8).asBytes();
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        StringBuilder id = new StringBuilder(16);
        for (int i = 0; i < 16; i++) {
            int number = (Byte.toUnsignedInt(hash[2 * i]) << 8) + Byte.toUnsignedInt(hash[2 * i + 1]);
            id.append(letters.charAt(number % letters.length()));
        }
        return new ChatId(id.toString());
    }

    private static String hash(String secureKey) {
        return Hashing.sha256().hashString(secureKey, StandardCharsets.UTF_8).toString();
    }

    private static final class EngineBuilder implements Builder {
        private Options options = Options.none();
        private @Nullable Settings settings;
        private PushProviders providers = PushProviders.none();
        private AgentLink agentLink = (chat, absence, text) -> completedFuture(null);
        private @Nullable SessionStore store;
        private @Nullable Observer observer;
        private InstantSource clock = InstantSource.system();
        private @Nullable Scheduler scheduler;

        @Override
        public Builder options(Options value) {
            options = requireNonNull(value, "options");
            settings = null;
            return this;
        }

        @Override
        public Builder settings(Settings value) {
            settings = requireNonNull(value, "settings");
            return this;
        }

        @Override
        public Builder providers(PushProviders value) {
            providers = requireNonNull(value, "providers");
            return this;
        }

        @Override
        public Builder agentLink(AgentLink value) {
            agentLink = requireNonNull(value, "agentLink");
            return this;
        }

        @Override
        public Builder store(SessionStore value) {
            store = requireNonNull(value, "store");
            return this;
        }

        @Override
        public Builder observer(Observer value) {
            observer = requireNonNull(value, "observer");
            return this;
        }

        @Override
        public Builder clock(InstantSource value) {
            clock = requireNonNull(value, "clock");
            return this;
        }

        @Override
        public Builder scheduler(Scheduler value) {
            scheduler = requireNonNull(value, "scheduler");
            return this;
        }

        @Override
        public ChatEngine build() {
            return new DefaultChatEngine(this);
        }
    }
}

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
import dev.halley.Options;
import dev.halley.PushProviders;
import dev.halley.Receipt;
import dev.halley.RefusedException.Reason;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.Transcript;
import dev.halley.UserId;
import dev.halley.internal.Sessions.Commit;
import dev.halley.internal.live.LocalConnections;
import dev.halley.internal.push.PushDispatcher;
import dev.halley.internal.session.Identity;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Session;
import dev.halley.internal.session.Session.Notice;
import dev.halley.internal.session.SessionCodec;
import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.internal.store.SafeSessionStore;
import dev.halley.spi.AgentLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import dev.halley.spi.Observer;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionStore;
import java.nio.charset.StandardCharsets;
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
 * The engine. It puts together {@link Sessions}, which commits, and live delivery and pushes, which follow what was
 * committed. It tells the agent and the observer itself, and keeps nothing of a chat.
 *
 * <p>This class is thread-safe.
 */
public final class DefaultChatEngine implements ChatEngine {

    private static final Logger LOGGER = LoggerFactory.getLogger(DefaultChatEngine.class);

    private static final String TIME_IS_OVER = "time to live or attempts are over";

    private final SessionStore store;
    private final Sessions sessions;
    private final Admission admission;
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
        Options options = builder.options;
        settings = builder.settings == null ? options.settings() : builder.settings;
        clock = builder.clock;
        observer = builder.observer == null ? new Observer() {} : SafeObserver.around(builder.observer);
        own.add(builder.providers::close);
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
            InMemorySessionStore inMemory =
                    new InMemorySessionStore(clock, scheduler, settings.maxChats(), settings.maxBytes());
            own.add(0, inMemory::close);
            store = inMemory;
        } else {
            store = new SafeSessionStore(builder.store);
        }
        sessions = new Sessions(store, options, settings, observer);
        admission = new Admission(store, sessions, settings, observer);
        connections = new LocalConnections(sessions, scheduler, clock, observer);
        dispatcher = new PushDispatcher(sessions, builder.providers, options, settings, clock, scheduler, observer);
        // In this order: connected customers are served first, and the store comes last, for it may call at once.
        connections.start();
        dispatcher.start();
        sessions.follow(this::follow);
        store.start(new SessionCodec(), new Listener());
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new EngineBuilder();
    }

    // What an embedder calls

    @Override
    public CompletionStage<ChatView> open(NewChat chat) {
        if (settings.service(chat.serviceName()).isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("There is no service '"
                    + chat.serviceName() + "'; known are " + String.join(", ", settings.services())));
        }
        return admission.admit(chat.owner(), chatIdOf(chat.serviceId()), () -> create(chat), () -> openedBefore(chat));
    }

    private CompletionStage<ChatView> create(NewChat chat) {
        Instant now = clock.instant();
        Identity identity = new Identity(
                chatIdOf(chat.serviceId()),
                chat.owner(),
                chat.serviceId(),
                chat.serviceName(),
                Checks.wellFormed(chat.nickname()),
                now,
                chat.polled(),
                chat.secureKey().map(Sessions::hash).orElse(null));
        return sessions.create(identity, chat.device().orElse(null), now).thenCompose(opened -> {
            if (opened.isEmpty()) {
                return openedBefore(chat);
            }
            announce(chat);
            observer.chatOpened(chat.serviceName());
            return completedFuture(opened.get().view());
        });
    }

    private CompletionStage<ChatView> openedBefore(NewChat chat) {
        announce(chat); // after a first call whose reply was lost, nobody was told
        return find(chat.owner(), chat.serviceId(), chat.secureKey().orElse(null))
                .thenApply(there -> there.orElseThrow(
                        () -> new IllegalArgumentException("This service id belongs to somebody else's chat")));
    }

    private void announce(NewChat chat) {
        if (!chat.polled()) {
            sessions.announce(chat.owner());
        }
    }

    @Override
    public CompletionStage<Optional<Receipt>> said(ChatId chat, ChatEvent event) {
        if (!store.hasRoomForRows()) {
            return CompletableFuture.failedFuture(admission.refusal(Reason.NO_ROOM_FOR_EVENTS));
        }
        int length = PayloadFitter.escapedLength(event.text());
        if (length > settings.maxText()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "A text of " + length + " bytes as escaped UTF-8 is too long; accepted are " + settings.maxText()));
        }
        return sessions.update(
                        chat,
                        "said",
                        (session, policy, now) -> session.said(
                                event, sessions.service(session).filter().pushable(event), policy, now))
                .thenApply(commit -> {
                    commit.ifPresent(said -> count(said, event));
                    return commit.map(said -> receipt(said, event));
                });
    }

    @Override
    public CompletionStage<Optional<Receipt>> end(ChatId chat, ChatEvent last) {
        return sessions.update(chat, "ended", (session, policy, now) -> session.ended(last, policy, now))
                .thenApply(commit -> commit.map(ended -> receipt(ended, last)));
    }

    @Override
    public CompletionStage<Optional<ChatView>> device(ChatId chat, @Nullable Device device) {
        return view(sessions.update(chat, "device", (session, policy, now) -> session.device(device, policy, now))
                .thenApply(commit -> {
                    dispatcher.countGivenUp(commit, TIME_IS_OVER);
                    return commit;
                }));
    }

    @Override
    public CompletionStage<Optional<ChatView>> refreshed(ChatId chat, long position) {
        return view(
                sessions.update(chat, "refreshed", (session, policy, now) -> session.refreshed(position, policy, now)));
    }

    @Override
    public CompletionStage<Optional<Transcript>> transcript(ChatId chat, long after, int max) {
        return sessions.read(chat, after, max)
                .thenApply(read ->
                        read.map(page -> new Transcript(Sessions.session(page).view(), page.rows())));
    }

    @Override
    public CompletionStage<Optional<ChatView>> find(UserId owner, String serviceId, @Nullable String secureKey) {
        if (!Checks.isIdentifier(serviceId)) {
            return completedFuture(Optional.empty());
        }
        return sessions.read(chatIdOf(serviceId))
                .thenApply(session -> session.filter(s -> s.owner().equals(owner)
                                && s.identity().serviceId().equals(serviceId)
                                && sessions.opens(s, secureKey))
                        .map(Session::view));
    }

    @Override
    public CompletionStage<List<ChatView>> chats(@Nullable ChatId after, int limit) {
        return sessions.all(after, limit)
                .thenApply(all -> all.stream().map(Session::view).toList());
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Connections connections() {
        return connections;
    }

    /** Returns the dispatcher of pushes, with which tests bring outcomes late or twice. */
    public PushDispatcher pushes() {
        return dispatcher;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        sessions.close();
        connections.close();
        dispatcher.close();
        own.forEach(Runnable::run);
    }

    /** Takes the store's calls. */
    private final class Listener implements SessionStore.Listener {

        @Override
        public void due(ChatId chat) {
            sessions.update(chat, "woken", Session::woken)
                    .thenAccept(commit -> dispatcher.countGivenUp(commit, TIME_IS_OVER));
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
            sessions.update(chat, "orphaned", (session, policy, now) -> session.orphaned(connection, policy, now));
        }
    }

    // After a commit, beside delivery and pushes: the agent and the observer are told

    private void follow(Commit commit) {
        Session before = commit.before();
        Session after = commit.after();
        if (after == null) {
            observer.chatRemoved(before.identity().serviceName());
            return;
        }
        Notice notice = after.notice();
        if (notice != null && !notice.equals(before.notice())) {
            tellAgent(after, notice);
        }
        if (before.phase() instanceof Online && !(after.phase() instanceof Online)) {
            observer.customerAway(after.identity().serviceName());
        }
    }

    private void tellAgent(Session session, Notice notice) {
        String service = session.identity().serviceName();
        CompletionStage<Void> told;
        try {
            told = requireNonNull(
                    agentLink.customerAway(
                            session.id(),
                            notice.absence(),
                            sessions.service(session).agentMessage()),
                    "agentLink");
        } catch (RuntimeException e) {
            told = CompletableFuture.failedFuture(e);
        }
        told.whenComplete((nothing, failure) -> {
            if (failure == null) {
                observer.agentTold(service);
                sessions.update(session.id(), "told", (s, policy, now) -> s.told(notice.absence(), policy, now));
            } else {
                observer.agentNotTold(service);
                LOGGER.warn(
                        "The agent could not be told of an absence in chat {}: {}",
                        Sessions.shortHash(session.id()),
                        failure.getClass().getSimpleName());
            }
        });
    }

    private static CompletionStage<Optional<ChatView>> view(CompletionStage<Optional<Commit>> committed) {
        return committed.thenApply(commit -> commit.map(c -> c.latest().view()));
    }

    private static Receipt receipt(Commit commit, ChatEvent event) {
        Session latest = commit.latest();
        return new Receipt(latest.view(), latest.positionOf(event.id()));
    }

    private void count(Commit commit, ChatEvent event) {
        String service = commit.before().identity().serviceName();
        for (Row row : commit.appended()) {
            observer.eventSaid(service, event.type(), row.pushable());
        }
        long dropped = commit.latest().omitted() - commit.before().omitted();
        if (dropped > 0) {
            observer.eventsDropped(service, dropped);
        }
    }

    /** Derives a chat's id from its service's id: no index is needed, and a chat that is opened twice stays one. */
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

package dev.halley.internal;

import static java.util.concurrent.CompletableFuture.completedFuture;

import com.google.common.hash.Hashing;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.internal.session.Identity;
import dev.halley.internal.session.Policy;
import dev.halley.internal.session.Session;
import dev.halley.spi.Change;
import dev.halley.spi.NodeId;
import dev.halley.spi.Observer;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions in the store: commits an input of one and says what it was before and after. It knows the rules and the
 * store; whoever wants to do something about a change follows it.
 *
 * <p>This class is thread-safe.
 */
public final class Sessions {

    private static final Logger LOGGER = LoggerFactory.getLogger(Sessions.class);

    /** An input of {@link Session}. Pure: it may be asked more than once. */
    @FunctionalInterface
    public interface Input {
        Step apply(Session session, Policy policy, Instant now);
    }

    /**
     * What a commit has changed.
     *
     * @param after null if the chat was removed
     * @param appended what was written to the transcript
     */
    public record Commit(Session before, @Nullable Session after, List<Row> appended) {

        /** Returns the session as it is now, or was last. */
        public Session latest() {
            return after == null ? before : after;
        }
    }

    /** A session and a part of its transcript, of one instant. */
    public record Excerpt(Session session, List<Row> rows) {}

    /** Does what follows from a commit of this node, derived from the difference alone. It must not throw. */
    @FunctionalInterface
    public interface Follower {
        void follow(Commit commit);
    }

    private final SessionStore store;
    private final Options options;
    private final Settings settings;
    private final Observer observer;
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    Sessions(SessionStore store, Options options, Settings settings, Observer observer) {
        this.store = store;
        this.options = options;
        this.settings = settings;
        this.observer = observer;
    }

    /** Has somebody follow what is committed from now on, after those who follow already. */
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /** Nobody follows from now on. */
    void close() {
        closed = true;
    }

    /** Opens a chat; completes with its session, with nothing if there is one under its id. */
    CompletionStage<Optional<Session>> create(Identity identity, @Nullable Device device, Instant now) {
        ChatEvent joined = ChatEvent.joined(Party.CLIENT, identity.nickname());
        Step step = Session.opened(identity, device, joined, policy(identity.serviceName(), device), now);
        Session opened = session(step.next().orElseThrow());
        return store.create(opened, step.append())
                .thenApply(created -> created ? Optional.of(opened) : Optional.empty());
    }

    /**
     * Commits what follows from an input.
     *
     * @param name of the input, for logs and for whoever watches a store
     * @return completes with what has changed, if anything; with nothing if there is no such chat
     */
    public CompletionStage<Optional<Commit>> update(ChatId chat, String name, Input input) {
        return store.update(chat, new Rule(name, input)).handle((change, failure) -> {
            if (failure != null) {
                observer.storeFailed("update", failure);
                LOGGER.warn(
                        "The store failed to update chat {} ({}): {}",
                        shortHash(chat),
                        name,
                        failure.getClass().getSimpleName());
                throw new CompletionException(failure);
            }
            Optional<Commit> commit = change.map(Sessions::commit);
            commit.ifPresent(this::tell);
            return commit;
        });
    }

    @SuppressWarnings("ReferenceEquality") // an input that changes nothing hands back the session that it was given
    private void tell(Commit commit) {
        if (!closed && commit.after() != commit.before()) {
            followers.forEach(follower -> follower.follow(commit));
        }
    }

    /** Reads a session alone. */
    public CompletionStage<Optional<Session>> read(ChatId chat) {
        return read(chat, 0, 0).thenApply(excerpt -> excerpt.map(Excerpt::session));
    }

    /** Reads a session and at most {@code max} rows after a position; completes with nothing if there is no such chat. */
    public CompletionStage<Optional<Excerpt>> read(ChatId chat, long after, int max) {
        return store.read(chat, after, max).thenApply(page -> page.map(p -> new Excerpt(session(p.state()), p.rows())));
    }

    /** Reads the sessions of an owner. */
    public CompletionStage<List<Session>> ofOwner(UserId owner) {
        return store.ofOwner(owner).thenCompose(this::readAll);
    }

    /** Reads the sessions after a chat, at most so many, in the store's order. */
    CompletionStage<List<Session>> all(@Nullable ChatId after, int limit) {
        return store.all(after == null ? "" : after.value(), limit).thenCompose(this::readAll);
    }

    private CompletionStage<List<Session>> readAll(List<ChatId> chats) {
        CompletionStage<List<Session>> result = completedFuture(new ArrayList<>());
        for (ChatId chat : chats) {
            result = result.thenCombine(read(chat), (sessions, session) -> {
                session.ifPresent(sessions::add);
                return sessions;
            });
        }
        return result;
    }

    /** The node that this store belongs to. */
    public NodeId node() {
        return store.node();
    }

    /** Has another node look at a chat. */
    public void nudge(NodeId node, ChatId chat) {
        store.nudge(node, chat);
    }

    /** Tells every node that an owner has a new chat. */
    void announce(UserId owner) {
        store.announce(owner);
    }

    /** Returns whether a customer needs a chat's key to be served it. */
    public boolean requireKeys() {
        return settings.requireSecureKey();
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

    /** Returns the settings of a session's service; the defaults where it is not known any more. */
    public ServiceSettings service(Session session) {
        return service(session.identity().serviceName());
    }

    private ServiceSettings service(String name) {
        return settings.service(name).orElse(ServiceSettings.DEFAULT);
    }

    private Policy policy(String service, @Nullable Device device) {
        return Policy.of(settings, service(service), pushTimeToLive(device));
    }

    private Duration pushTimeToLive(@Nullable Device device) {
        return Optional.ofNullable(device)
                .flatMap(d -> options.timeToLive(d, Notification.NEW_AGENT_MESSAGE))
                // Zero is for the service, which delivers at once or never; to get there takes an attempt.
                .map(timeToLive -> timeToLive.isZero() ? settings.sendTimeout() : timeToLive)
                .orElse(settings.pushTimeToLive());
    }

    /** Names a chat in the log. */
    public static String shortHash(ChatId chat) {
        return hash(chat.value()).substring(0, 8);
    }

    /** Returns the hash of a chat's key, which is kept in its place. */
    static String hash(String secureKey) {
        return Hashing.sha256().hashString(secureKey, StandardCharsets.UTF_8).toString();
    }

    private static Commit commit(Change change) {
        return new Commit(
                session(change.before()), change.after().map(Sessions::session).orElse(null), change.appended());
    }

    /** The only place where a store's state is taken for what it is: a store keeps what the engine has given it. */
    private static Session session(SessionState state) {
        return (Session) state;
    }

    /** An input as stores see it. */
    private final class Rule implements SessionStore.Rule {
        private final String name;
        private final Input input;

        Rule(String name, Input input) {
            this.name = name;
            this.input = input;
        }

        @Override
        public Step apply(SessionState state, Instant now) {
            Session session = session(state);
            return input.apply(session, policy(session.identity().serviceName(), session.device()), now);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}

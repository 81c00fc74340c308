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
import dev.halley.spi.Page;
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
 * The sessions in the store. It commits an input of a session and says what the session was before and after. It knows
 * only the rules and the store; followers do what a change asks for.
 *
 * <p>This class is thread-safe.
 */
public final class Sessions {

    private static final Logger LOGGER = LoggerFactory.getLogger(Sessions.class);

    /** An input of {@link Session}. Pure, because it may be applied more than once. */
    @FunctionalInterface
    public interface Input {
        Step apply(Session session, Policy policy, Instant now);
    }

    /**
     * The change that was committed.
     *
     * @param after null if the chat was removed
     * @param appended the rows that were written to the transcript
     */
    public record Commit(Session before, @Nullable Session after, List<Row> appended) {

        /** Returns the session after the change, or before it if the chat was removed. */
        public Session latest() {
            return after == null ? before : after;
        }
    }

    /** Does what a commit of this node asks for, derived only from the difference. It must not throw. */
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

    /** Adds a follower of all later commits, which is called after those that were added before. */
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /** Calls no follower from now on. */
    void close() {
        closed = true;
    }

    /** Opens a chat. Completes with its session, or with nothing if there is already a chat with its id. */
    CompletionStage<Optional<Session>> create(Identity identity, @Nullable Device device, Instant now) {
        ChatEvent joined = ChatEvent.joined(Party.CLIENT, identity.nickname());
        Step step = Session.opened(identity, device, joined, policy(identity.serviceName(), device), now);
        Session opened = session(step.next().orElseThrow());
        return store.create(opened, step.append())
                .thenApply(created -> created ? Optional.of(opened) : Optional.empty());
    }

    /**
     * Commits an input.
     *
     * @param name the input's name, for logs and for tests that watch a store
     * @return completes with the session before and after, equal if nothing has changed; with nothing if there is no
     *     such chat
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

    /** Reads a session without rows. */
    public CompletionStage<Optional<Session>> read(ChatId chat) {
        return read(chat, 0, 0).thenApply(page -> page.map(Sessions::session));
    }

    /** Reads a session and at most {@code max} rows after a position. Completes with nothing if there is no chat. */
    public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
        return store.read(chat, after, max);
    }

    /** Returns the session that was read together with the rows of a page. */
    public static Session session(Page page) {
        return session(page.state());
    }

    /** Reads the sessions of an owner. */
    public CompletionStage<List<Session>> ofOwner(UserId owner) {
        return idsOfOwner(owner).thenCompose(this::readAll);
    }

    /** Reads which chats an owner has. */
    CompletionStage<List<ChatId>> idsOfOwner(UserId owner) {
        return store.ofOwner(owner);
    }

    /** Reads at most {@code limit} sessions that follow a chat in the store's order. */
    CompletionStage<List<Session>> all(@Nullable ChatId after, int limit) {
        return store.all(after == null ? "" : after.value(), limit).thenCompose(this::readAll);
    }

    /** Reads sessions, without those that are gone. */
    CompletionStage<List<Session>> readAll(List<ChatId> chats) {
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

    /** Asks another node to look at a chat. */
    public void nudge(NodeId node, ChatId chat) {
        store.nudge(node, chat);
    }

    /** Tells every node that an owner has a new chat. */
    void announce(UserId owner) {
        store.announce(owner);
    }

    /** Returns whether customers must show a chat's key. */
    public boolean requireKeys() {
        return settings.requireSecureKey();
    }

    /** Returns whether a key opens a chat. If keys are not required, every key does, also none. */
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

    /** Returns the settings of a session's service, or the defaults if the service is no longer known. */
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
                // Zero tells the push service to deliver at once or never; the push still needs time to get there.
                .map(timeToLive -> timeToLive.isZero() ? settings.sendTimeout() : timeToLive)
                .orElse(settings.pushTimeToLive());
    }

    /** Returns the name of a chat in the log. */
    public static String shortHash(ChatId chat) {
        return hash(chat.value()).substring(0, 8);
    }

    /** Returns the hash that is kept instead of a chat's key. */
    static String hash(String secureKey) {
        return Hashing.sha256().hashString(secureKey, StandardCharsets.UTF_8).toString();
    }

    private static Commit commit(Change change) {
        return new Commit(
                session(change.before()), change.after().map(Sessions::session).orElse(null), change.appended());
    }

    /** Casts a store's state, here and nowhere else: a store returns the states that the engine gave it. */
    private static Session session(SessionState state) {
        return (Session) state;
    }

    /** Gives an input the form that stores apply. */
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

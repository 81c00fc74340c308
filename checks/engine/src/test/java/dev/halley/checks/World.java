package dev.halley.checks;

import static java.util.Objects.requireNonNull;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.EventFilter;
import dev.halley.NewChat;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.Receipt;
import dev.halley.Row;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.internal.DefaultChatEngine;
import dev.halley.internal.push.PushDispatcher;
import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.spi.Arrival;
import dev.halley.spi.Change;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Observer;
import dev.halley.spi.Page;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The world of one history, in virtual time: engines and their store, customers with apps and links, a push service,
 * the agent's desk, and all that can go wrong between them. It does what a {@link History} says and tells the
 * {@link Laws} what happens. One seed decides everything that the history does not say.
 */
final class World {

    /** Which store the engines are on. */
    enum Kind {
        /** Core's own: one node, which never crashes, for nothing would be left. */
        MEMORY,
        /** The one that serialises: two or three nodes, with everything that can go wrong. */
        NODES
    }

    /** A service and what the walker has to know of it. */
    record Service(String name, Duration grace, Set<String> excluded) {
        boolean pushable(String type, Party party) {
            return party != Party.CLIENT && !excluded.contains(type);
        }
    }

    static final String TYPE = "test";
    static final Duration LEASE = Duration.ofSeconds(4);
    static final Duration SEND_TIMEOUT = Duration.ofSeconds(2);
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(60);
    static final Duration RETENTION = Duration.ofSeconds(400);
    static final Duration ATTACH_WITHIN = Duration.ofSeconds(10);

    /** So long that a few of them do not fit into one call. */
    private static final String LONG = "x".repeat(20_000);

    private static final int MOST_CHATS = 4;
    private static final int APPS = 3;

    private static final List<Service> SERVICES = List.of(
            new Service(
                    Settings.REQUEST_CHAT,
                    Duration.ofSeconds(10),
                    Set.of(ChatEvent.NOTICE_TYPING_STARTED, ChatEvent.NOTICE_TYPING_STOPPED)),
            new Service("at-once", Duration.ZERO, Set.of(ChatEvent.NOTICE_TYPING_STARTED)),
            new Service("short", Duration.ofSeconds(3), Set.of(ChatEvent.NOTICE_JOINED)));

    private static final Map<Integer, Settings> SETTINGS = new HashMap<>();

    static {
        for (int maxEvents : new int[] {10, 10_000}) {
            for (int attempts : new int[] {3, 300}) {
                Settings.Builder builder = Settings.builder()
                        .lease(LEASE)
                        .sendTimeout(SEND_TIMEOUT)
                        .pushTimeToLive(TIME_TO_LIVE)
                        .retention(RETENTION)
                        .attachWithin(ATTACH_WITHIN)
                        .maxEvents(maxEvents)
                        .maxChatBytes(attempts == 3 ? 500 : 0)
                        .pushAttempts(attempts);
                for (Service service : SERVICES) {
                    builder.service(
                            service.name(),
                            ServiceSettings.DEFAULT
                                    .withGracePeriod(service.grace())
                                    .withFilter(EventFilter.excluding(service.excluded())));
                }
                SETTINGS.put(maxEvents * 1_000 + attempts, builder.build());
            }
        }
    }

    /** A chat that somebody wanted to open. */
    static final class Chat {
        final int index;
        final String serviceId;
        final Service service;
        final User user;
        final boolean polled;
        Laws.@Nullable ChatLog log;
        final List<Laws.Said> said = new ArrayList<>();
        final List<ChatEvent> events = new ArrayList<>();

        Chat(int index, String serviceId, Service service, User user, boolean polled) {
            this.index = index;
            this.serviceId = serviceId;
            this.service = service;
            this.user = user;
            this.polled = polled;
        }

        boolean isThere() {
            return log != null && !log.removed;
        }

        Laws.ChatLog log() {
            return requireNonNull(log);
        }
    }

    /** A customer. */
    record User(UserId id, int index) {}

    /** An app of a customer's: what it has received, and its connection. */
    static final class App {
        final User user;
        final long[] have = new long[MOST_CHATS];

        @Nullable
        Link link;

        final List<Link> links = new ArrayList<>();

        App(User user) {
            this.user = user;
        }

        @Nullable
        Link last() {
            return links.isEmpty() ? null : links.get(links.size() - 1);
        }
    }

    private record Delivery(int chat, long first, long last, long omitted) {}

    /** A connection, from the side of the app. */
    final class Link implements ClientLink {
        final ConnectionId id;
        final App app;
        final Node node;
        final Arrival arrival;
        final boolean slow;
        final boolean held;
        final Deque<Delivery> queue = new ArrayDeque<>();
        CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);
        boolean broken;
        boolean closed;
        boolean leaving;
        /** The app is no longer at the other end. */
        boolean abandoned;

        /** The chat of the last row that arrived; -1 for none. */
        int served = -1;

        /** The chat of the last row that was handed over. */
        int handed = -1;

        // What the laws keep of it
        final long[] base = {-1, -1, -1, -1};
        final long[] last = {-1, -1, -1, -1};
        final List<Laws.ChatLog> joined = new ArrayList<>();
        final List<Long> named = new ArrayList<>();
        final List<Long> confirmed = new ArrayList<>();
        final long[] arrived = new long[MOST_CHATS];
        final boolean[] begun = new boolean[MOST_CHATS];
        int mayRepeat;
        boolean moving;
        int attaches;

        /** It came back although another had come meanwhile, which no adapter does: nothing is asked of it any more. */
        boolean revenant;

        /** How many commits there were when it came. */
        final long since;

        boolean silent;
        boolean late;
        boolean departed;
        final long[] proved = new long[MOST_CHATS];

        @Nullable
        Instant confirmedAt;

        Link(ConnectionId id, App app, Node node, Arrival arrival, boolean slow, boolean held) {
            this.id = id;
            this.app = app;
            this.node = node;
            this.arrival = arrival;
            this.slow = slow;
            this.held = held;
            this.since = laws.seq;
        }

        boolean mayLeave() {
            return leaving || closed || broken || node.dead;
        }

        boolean claimed(Laws.ChatLog chat, long position) {
            return named.contains(position)
                    || confirmed.contains(chat.index * 1_000_000L + position)
                    || chat.refreshed.contains(position);
        }

        boolean live() {
            return !abandoned && !closed && !broken && !node.dead;
        }

        @Override
        public ConnectionId id() {
            return id;
        }

        @Override
        public CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
            if (tracing()) {
                trace("    deliver " + id.value() + " " + rows.get(0).position() + ".."
                        + rows.get(rows.size() - 1).position());
            }
            Laws.ChatLog log = laws.chat(chat.id());
            handed = log == null ? -1 : log.index;
            if (closed || broken) {
                return CompletableFuture.failedFuture(new IOException("gone"));
            }
            if (!taken.isDone() && !abandoned) {
                laws.broken(1, "rows came before those of the call before were taken");
            }
            laws.delivered(this, chat, rows);
            if (!abandoned) {
                queue.add(new Delivery(
                        handed,
                        rows.get(0).position(),
                        rows.get(rows.size() - 1).position(),
                        chat.omitted()));
                if (!held) {
                    arrive(Integer.MAX_VALUE);
                }
            }
            taken = slow && !resting ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
            return taken;
        }

        void arrive(int most) {
            for (int i = 0; i < most && !queue.isEmpty(); i++) {
                Delivery next = queue.remove();
                int chat = next.chat();
                if (!begun[chat] || next.first() <= arrived[chat] + 1 || next.first() == next.omitted() + 1) {
                    arrived[chat] = begun[chat] ? Math.max(arrived[chat], next.last()) : next.last();
                } else {
                    laws.broken(
                            1,
                            "the app of " + id.value() + " has rows up to " + arrived[chat] + " and was given "
                                    + next.first());
                }
                begun[chat] = true;
                app.have[chat] = arrived[chat];
                served = chat;
            }
        }

        @Override
        public void close(Cause cause) {
            if (!closed) {
                if (tracing()) {
                    trace("    close " + id.value());
                }
                closed = true;
                taken.completeExceptionally(new IOException("closed"));
                sweepLater(this);
            }
        }
    }

    /** What an adapter has still to say. */
    private static final class Callback {
        final Link link;
        final OptionalLong position;
        boolean made;

        Callback(Link link, OptionalLong position) {
            this.link = link;
            this.position = position;
        }
    }

    /** A process. */
    final class Node implements Scheduler, Observer {
        final int number;
        final Watched store;
        final ChatEngine engine;
        boolean dead;
        int underWay;

        @Nullable
        NodeId id;

        Node(int number, SessionStore inner) {
            this.number = number;
            this.store = new Watched(inner);
            this.engine = ChatEngine.builder()
                    .settings(settings)
                    .providers(PushProviders.of(Map.of(TYPE, new Provider(this))))
                    .agentLink((chat, absence, text) -> tell(this, chat, absence))
                    .observer(this)
                    .store(store)
                    .clock(clock)
                    .scheduler(this)
                    .build();
            this.id = store.node();
        }

        @Override
        public void execute(Runnable task) {
            schedule(Duration.ZERO, task);
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            time.schedule(delay, () -> {
                if (!dead) {
                    decided = -1;
                    task.run();
                }
            });
        }

        @Override
        public void pushGivenUp(String provider, String reason) {
            laws.givenUpCounted++;
        }

        /** Watches a call: it has to end, and well unless the store fails. */
        <T> void call(CompletionStage<T> stage, Consumer<T> then) {
            underWay++;
            stage.whenComplete((result, failure) -> {
                underWay--;
                if (failure == null) {
                    then.accept(result);
                } else if (!storeFails && !dead) {
                    laws.broken(6, "a call failed on a store that does not: " + failure);
                }
            });
        }
    }

    /** The store as an engine sees it: reports what is committed and read. */
    private final class Watched implements SessionStore {
        private final SessionStore inner;
        private @Nullable Listener listener;

        Watched(SessionStore inner) {
            this.inner = inner;
        }

        Listener listener() {
            return requireNonNull(listener);
        }

        @Override
        public NodeId node() {
            return inner.node();
        }

        @Override
        public void start(Codec codec, Listener told) {
            listener = told;
            inner.start(kind == Kind.MEMORY ? codec : new WatchedCodec(codec), told);
        }

        @Override
        public CompletionStage<Boolean> create(SessionState opened, List<Row> rows) {
            if (kind == Kind.NODES) {
                steps.put(opened, new Decision(opened, rows, now()));
                return inner.create(opened, rows);
            }
            return inner.create(opened, rows).thenApply(created -> {
                if (created) {
                    laws.opened(opened, rows, now());
                    cells[0][0]++;
                }
                return created;
            });
        }

        @Override
        public CompletionStage<Optional<Change>> update(ChatId chat, Rule rule) {
            WatchedRule watched = new WatchedRule(rule);
            if (lostReplies > 0 && chance.nextInt(100) < lostReplies) {
                return CompletableFuture.failedFuture(new IOException("The store could not be reached"));
            }
            return inner.update(chat, watched).thenApply(change -> {
                boolean lost = lostReplies > 0 && chance.nextInt(100) < lostReplies;
                if (change.isPresent()) {
                    known(chat, watched, change.get(), lost);
                }
                if (lost) {
                    throw new IllegalStateException("The store's reply was lost");
                }
                return change;
            });
        }

        private void known(ChatId chat, WatchedRule rule, Change change, boolean lost) {
            SessionState after = change.after().orElse(null);
            if (kind == Kind.MEMORY && after != change.before()) {
                laws.committed(chat, after, change.appended(), rule.now);
            }
            String input = rule.toString();
            Instant meant = noticesMeant.get(chat);
            boolean online = Probe.phase(change.before()) == Probe.ONLINE;
            Probe.visit(cells, input, rule.rule, change, rule.now, online && meant != null && !meant.isAfter(rule.now));
            if (input.equals("joined") && after != change.before()) {
                Instant due = Probe.noticeDue(change.before());
                if (due == null) {
                    noticesMeant.remove(chat);
                } else {
                    noticesMeant.put(chat, due);
                }
            }
            if (after != change.before() && !lost) {
                laws.known(input, change.before(), after);
            }
        }

        @Override
        public CompletionStage<Optional<Page>> read(ChatId chat, long after, int max) {
            long asked = laws.seq;
            return inner.read(chat, after, max).thenApply(page -> {
                decided = asked;
                return page;
            });
        }

        @Override
        public CompletionStage<List<ChatId>> ofOwner(UserId owner) {
            return inner.ofOwner(owner);
        }

        @Override
        public CompletionStage<List<ChatId>> all(String after, int limit) {
            return inner.all(after, limit);
        }

        @Override
        public void nudge(NodeId node, ChatId chat) {
            inner.nudge(node, chat);
        }

        @Override
        public void announce(UserId user) {
            inner.announce(user);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    /** What a rule has decided, and when. */
    private record Decision(SessionState next, List<Row> rows, Instant at) {}

    private final class WatchedRule implements SessionStore.Rule {
        private final SessionStore.Rule rule;
        private Instant now = Instant.MIN;

        WatchedRule(SessionStore.Rule rule) {
            this.rule = rule;
        }

        @Override
        public Step apply(SessionState current, Instant at) {
            now = at;
            Step step = rule.apply(current, at);
            if (kind == Kind.NODES && step.next().isPresent()) {
                steps.put(step.next().get(), new Decision(step.next().get(), step.append(), at));
            }
            return step;
        }

        @Override
        public String toString() {
            return rule.toString();
        }
    }

    /** Remembers which decision each committed text came from. Decoding the same text twice gives the same state. */
    private final class WatchedCodec implements SessionStore.Codec {
        private final SessionStore.Codec codec;

        WatchedCodec(SessionStore.Codec codec) {
            this.codec = codec;
        }

        @Override
        public String encode(SessionState state) {
            String text = codec.encode(state);
            Decision decision = steps.remove(state);
            if (decision != null) {
                texts.put(text, decision);
            }
            return text;
        }

        @Override
        public SessionState decode(String text) {
            return remembers ? decoded.computeIfAbsent(text, codec::decode) : codec.decode(text);
        }
    }

    private void committed(ChatId chat, @Nullable String text) {
        if (text == null) {
            laws.committed(chat, null, List.of(), now());
            return;
        }
        Decision decision = texts.remove(text);
        if (decision == null) {
            laws.broken(6, "something was committed that no rule has decided");
        } else if (laws.chat(chat) == null) {
            laws.opened(decision.next(), decision.rows(), decision.at());
            cells[0][0]++;
        } else {
            laws.committed(chat, decision.next(), decision.rows(), decision.at());
        }
    }

    /** A push that was sent. */
    private static final class Sent {
        final ChatId chat;
        final String key;
        final int attempt;
        final Device device;
        final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        /** What the push service has said; null for nothing yet. */
        @Nullable
        Outcome outcome;

        Sent(ChatId chat, String key, int attempt, Device device) {
            this.chat = chat;
            this.key = key;
            this.attempt = attempt;
            this.device = device;
        }
    }

    private final class Provider implements PushProvider {
        private final Node node;
        private @Nullable Notification formatted;

        Provider(Node node) {
            this.node = node;
        }

        @Override
        public Payload format(Notification notification, Device device) {
            formatted = notification;
            if (providerMode >= 97) {
                laws.answered(notification.key(), new Outcome.Rejected("format"));
                throw new IllegalArgumentException("cannot be sent");
            }
            return new Payload(notification.key(), "", Map.of());
        }

        @Override
        public CompletionStage<Outcome> send(Payload payload, Device device) {
            Notification notification = formatted;
            if (notification == null || !notification.key().equals(payload.key())) {
                throw new IllegalStateException("a payload that was not formatted just before");
            }
            if (tracing()) {
                trace("    push " + payload.key());
            }
            if (node.dead) {
                laws.broken(6, "a dead node has sent");
            }
            Laws.ChatLog chat = laws.sent(notification, device, decided < 0 ? laws.seq : decided);
            Sent one = new Sent(
                    chat == null ? new ChatId("none") : chat.id,
                    payload.key(),
                    chat == null ? 0 : Probe.attempt(chat.state),
                    device);
            sent.add(one);
            if (providerMode >= 35 && providerMode < 55) {
                held.add(one);
                return one.answer;
            }
            if (providerMode >= 93) {
                return CompletableFuture.failedFuture(new IOException("reset"));
            }
            one.outcome = outcome(providerMode < 35 ? 0 : providerMode);
            laws.answered(payload.key(), one.outcome);
            return CompletableFuture.completedFuture(one.outcome);
        }
    }

    private Outcome outcome(int number) {
        if (number < 55) {
            return new Outcome.Accepted();
        }
        if (number < 68) {
            return new Outcome.Unavailable("503");
        }
        if (number < 73) {
            return new Outcome.Unavailable("429", Optional.of(Duration.ofSeconds(8)), number % 2 == 0);
        }
        if (number < 77) {
            return new Outcome.Rejected("400");
        }
        if (number < 82) {
            return new Outcome.TooLarge("413");
        }
        if (number < 89) {
            return new Outcome.Unregistered("410");
        }
        return new Outcome.Unregistered("410", Optional.of(now().minusSeconds(number % 2 == 0 ? 3_600 : 0)));
    }

    /** What the desk was told. */
    private static final class Tell {
        final ChatId chat;
        final long absence;
        final CompletableFuture<Void> answer;
        final Node node;

        @Nullable
        Instant taken;

        Tell(ChatId chat, long absence, CompletableFuture<Void> answer, Node node) {
            this.chat = chat;
            this.absence = absence;
            this.answer = answer;
            this.node = node;
        }
    }

    final long seed;
    final Kind kind;
    final long[][] cells;
    final Laws laws = new Laws(this);
    final int attempts;
    private final Random chance;
    private final VirtualTime time;
    private final InstantSource clock = this::now;
    private final Settings settings;
    private final SerializingSessionStore.@Nullable Cluster cluster;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> alive = new ArrayList<>();
    private final List<User> users = new ArrayList<>();
    private final List<App> apps = new ArrayList<>();
    private final List<Chat> chats = new ArrayList<>();
    private final Map<String, Chat> byServiceId = new HashMap<>();
    private final Map<ConnectionId, Link> links = new HashMap<>();
    private final List<Callback> callbacks = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Sent> held = new ArrayList<>();
    private final List<Tell> tells = new ArrayList<>();
    private final Map<ChatId, Instant> noticesMeant = new HashMap<>();
    private final IdentityHashMap<SessionState, Decision> steps = new IdentityHashMap<>();
    private final IdentityHashMap<String, Decision> texts = new IdentityHashMap<>();
    private final Map<String, SessionState> decoded = new HashMap<>();
    private final boolean remembers;
    private final boolean chatty;
    private final int profile;
    private final @Nullable StringBuilder log;

    private boolean stalled;
    /** The number of commits when the read was asked for that the current task has just got; -1 without one. */
    private long decided = -1;

    private boolean storeFails;
    private int lostReplies;
    private int providerMode;
    private int deskMode;
    private int eventsMade;
    private boolean resting;

    World(Kind kind, long seed, long[][] cells, boolean traced) {
        this.kind = kind;
        this.seed = seed;
        this.cells = cells;
        this.log = traced ? new StringBuilder() : null;
        chance = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        profile = chance.nextInt(100);
        remembers = chance.nextInt(8) != 0;
        chatty = chance.nextInt(20) == 0 && kind == Kind.MEMORY;
        time = chance.nextInt(4) == 0 ? new VirtualTime() : VirtualTime.shuffled(chance.nextLong());
        attempts = chance.nextInt(4) == 0 ? 3 : 300;
        settings = requireNonNull(SETTINGS.get((chance.nextInt(4) == 0 ? 10 : 10_000) * 1_000 + attempts));
        int customers = chance.nextInt(4) == 0 ? 2 : 1;
        for (int i = 0; i < customers; i++) {
            users.add(new User(new UserId("user-" + i), i));
        }
        for (int i = 0; i < APPS; i++) {
            apps.add(new App(users.get(i == 0 ? 0 : customers - 1)));
        }
        if (kind == Kind.NODES) {
            cluster = new SerializingSessionStore.Cluster(clock, direct, chance.nextLong());
            cluster.onCommit(this::committed);
            faults(true);
            int size = 2 + chance.nextInt(2);
            for (int i = 0; i < size; i++) {
                start();
            }
        } else {
            cluster = null;
            if (profile >= 80) {
                storeFails = true;
                lostReplies = 4;
            }
            start();
        }
    }

    private void schedule(Duration delay, Runnable task) {
        time.schedule(delay, () -> {
            decided = -1;
            task.run();
        });
    }

    Instant now() {
        return time.instant();
    }

    boolean tracing() {
        return log != null;
    }

    void trace(String line) {
        if (log != null) {
            log.append(Duration.between(Instant.parse("2015-03-03T20:36:12Z"), now())
                            .toMillis())
                    .append(' ')
                    .append(line)
                    .append('\n');
        }
    }

    String log() {
        return log == null ? "" : log.toString();
    }

    Chat chatOf(String serviceId) {
        return requireNonNull(byServiceId.get(serviceId));
    }

    @Nullable
    Link link(@Nullable ConnectionId id) {
        return id == null ? null : links.get(id);
    }

    /** Whether a connection may leave its chat for another one of its customer. */
    boolean mayMove(Link link, Laws.ChatLog chat) {
        if (link.arrival.serviceId() != null) {
            return false;
        }
        for (Laws.ChatLog other : laws.chats) {
            if (other != chat && chats.get(other.index).user.equals(link.app.user)) {
                link.moving = true;
                return true;
            }
        }
        return false;
    }

    boolean deskHas(Laws.ChatLog chat, long absence) {
        for (Tell tell : tells) {
            if (tell.absence == absence && tell.taken != null && tell.chat.equals(chat.id)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the desk has it for so long that a node that lives has committed it. */
    boolean deskHasLong(Laws.ChatLog chat, long absence) {
        for (Tell tell : tells) {
            if (tell.absence == absence
                    && tell.taken != null
                    && !tell.node.dead
                    && !storeFails
                    && tell.taken.plusSeconds(2).isBefore(now())
                    && !stalled
                    && tell.chat.equals(chat.id)) {
                return true;
            }
        }
        return false;
    }

    private CompletionStage<Void> tell(Node node, ChatId chat, long absence) {
        if (tracing()) {
            trace("    desk is told of absence " + absence);
        }
        laws.told(chat, absence);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Tell tell = new Tell(chat, absence, answer, node);
        tells.add(tell);
        if (deskMode < 55) {
            tell.taken = now();
            answer.complete(null);
        } else if (deskMode >= 80) {
            answer.completeExceptionally(new IOException("the desk is down"));
        }
        return answer;
    }

    // Nodes

    private Node start() {
        SessionStore inner;
        if (cluster == null) {
            inner = new InMemorySessionStore(clock, direct);
        } else {
            inner = cluster.node();
        }
        Node node = new Node(nodes.size(), inner);
        nodes.add(node);
        alive.add(node);
        return node;
    }

    private final Scheduler direct = new Scheduler() {
        @Override
        public void execute(Runnable task) {
            World.this.schedule(Duration.ZERO, task);
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            World.this.schedule(delay, task);
        }
    };

    private void faults(boolean on) {
        if (cluster == null) {
            return;
        }
        boolean messages = on && profile >= 40;
        cluster.delay(on && profile >= 15 ? Duration.ofMillis(20) : Duration.ZERO)
                .conflicts(messages ? 0.2 : 0)
                .lostSignals(messages ? 0.15 : 0)
                .doubledSignals(messages ? 0.2 : 0)
                .lostReplies(on && profile >= 75 ? 0.04 : 0)
                .failures(on && profile >= 85 ? 0.04 : 0);
        if (on && profile >= 75) {
            storeFails = true;
        }
    }

    private void kill(Node node) {
        node.dead = true;
        alive.remove(node);
        if (cluster != null && node.id != null) {
            cluster.kill(node.id);
        }
    }

    private Node node(int number) {
        return alive.get(number % alive.size());
    }

    // What happens

    /** Does a step; returns false if there is nothing that it could be about. */
    boolean act(History.Step step) {
        int length = log == null ? 0 : log.length();
        if (tracing()) {
            trace(step.toString());
        }
        boolean done = happens(step);
        if (log != null && !done) {
            log.setLength(length);
        }
        return done;
    }

    private boolean happens(History.Step step) {
        int a = step.a();
        int b = step.b();
        switch (step.act()) {
            case OPEN -> {
                return open(a, b);
            }
            case SAY -> {
                return say(a, b);
            }
            case SAY_AGAIN -> {
                return sayAgain(a, b);
            }
            case END -> {
                return end(a, b);
            }
            case DEVICE -> {
                return device(a, b);
            }
            case REFRESH -> {
                return refresh(a, b);
            }
            case RETURN -> {
                return comeBack(a, b);
            }
            case LEAVE -> {
                return leave(a, b);
            }
            case VANISH -> {
                return vanish(a, b);
            }
            case LATE -> {
                return late(a, b);
            }
            case ARRIVE -> {
                return arrive(a, b);
            }
            case CONFIRM -> {
                return confirm(a, b);
            }
            case REPEAT -> {
                return repeat(a);
            }
            case TAKE -> {
                return take(a, true);
            }
            case BREAK -> {
                return take(a, false);
            }
            case CALLBACK -> {
                return callback(a, b);
            }
            case ATTACH_AGAIN -> {
                return attachAgain(a);
            }
            case PROVIDER -> providerMode = b;
            case ANSWER -> {
                return answer(a, b);
            }
            case OUTCOME -> {
                return outcomeAgain(a, b);
            }
            case DESK -> deskMode = b;
            case DESK_ANSWER -> {
                return answerOfDesk(a, b);
            }
            case WAKE -> {
                return wake(a, b);
            }
            case NUDGE -> {
                return nudge(a, b);
            }
            case ORPHAN -> {
                return orphan(a, b);
            }
            case KILL -> {
                if (cluster == null || alive.size() < 2) {
                    return false;
                }
                Node node = node(a);
                if (b < 30) {
                    node.engine.close();
                }
                kill(node);
            }
            case START -> {
                if (cluster == null || alive.size() >= 3) {
                    return false;
                }
                start();
            }
            case FAULTS -> {
                if (cluster == null) {
                    return false;
                }
                faults(b < 70);
                if (profile >= 85 && b >= 90) {
                    cluster.failures(1);
                }
            }
            case RUN -> {
                for (int i = b % 4; i >= 0 && time.runNext(); i--) {}
            }
            case SETTLE -> time.settle();
            case TICK -> time.advance(Duration.ofMillis(2L * b));
            case SECONDS -> {
                time.advance(Duration.ofMillis(1_000 + 40 * b));
                checkDelivered(kind == Kind.MEMORY ? lostReplies == 0 : profile < 40 && alive.size() == nodes.size());
            }
            case GRACE -> time.advance(Duration.ofMillis(9_900 + 3 * b));
            case MINUTE -> time.advance(Duration.ofMillis(30_000 + 400 * b));
            case STALL -> {
                time.stall(Duration.ofSeconds(b < 60 ? 1 + b : 390 + b / 4));
                stalled = true;
            }
        }
        return true;
    }

    private boolean open(int a, int b) {
        User user = users.get(a % users.size());
        if (chats.size() >= MOST_CHATS || b >= 95) {
            if (chats.isEmpty()) {
                return false;
            }
            Chat chat = chats.get(a % chats.size());
            if (chat.log != null
                    && (chat.log().removed || chat.log().opened.plusSeconds(30).isBefore(now()))) {
                return false;
            }
            open(chat, null, a);
            return true;
        }
        Service service = SERVICES.get(b % 3);
        boolean polled = b >= 90;
        Chat chat = new Chat(chats.size(), "180-" + chats.size(), service, user, polled);
        chats.add(chat);
        byServiceId.put(chat.serviceId, chat);
        int kind = b / 3 % 6;
        open(chat, kind == 0 ? null : Device.of(kind == 1 && a % 4 == 0 ? "pager" : TYPE, "phone"), a);
        return true;
    }

    private void open(Chat chat, @Nullable Device device, int a) {
        Node node = node(a);
        NewChat opening = new NewChat(chat.service.name(), chat.user.id(), device).withServiceId(chat.serviceId);
        CompletionStage<ChatView> opened = node.engine.open(chat.polled ? opening.asPolled() : opening);
        node.call(opened.exceptionally(failure -> noLonger(chat, failure)), view -> {
            if (view == null) {
                return;
            }
            if (chat.log == null || !chat.log().id.equals(view.id())) {
                laws.broken(6, "a chat that was opened is not there");
            }
        });
    }

    /** A chat that is opened again may be removed while it is looked up. */
    private static @Nullable ChatView noLonger(Chat chat, Throwable failure) {
        if (chat.log != null && chat.log().removed) {
            return null;
        }
        throw new CompletionException(failure);
    }

    /** Picks a chat that is there, the later ones more often. */
    private @Nullable Chat chat(int a) {
        for (int i = 0; i < chats.size(); i++) {
            Chat chat = chats.get(chats.size() - 1 - (a + i) % chats.size());
            if (chat.isThere() && (i > 0 || a % 3 != 0 || Probe.endedBy(chat.log().state) == null)) {
                return chat;
            }
        }
        return null;
    }

    private boolean say(int a, int b) {
        Chat chat = chat(a);
        if (chat == null) {
            return false;
        }
        for (int times = b >= 90 ? 3 : 1; times > 0; times--) {
            String type = ChatEvent.MESSAGE_TEXT;
            Party party = Party.AGENT;
            if (b >= 55 && b < 65) {
                type = b % 2 == 0 ? ChatEvent.NOTICE_TYPING_STARTED : ChatEvent.NOTICE_TYPING_STOPPED;
            } else if (b >= 65 && b < 70) {
                type = ChatEvent.NOTICE_JOINED;
            } else if (b >= 70 && b < 80) {
                party = Party.CLIENT;
            } else if (b >= 80 && b < 85) {
                type = "Foo.Bar";
                party = Party.EXTERNAL;
            }
            String text = chatty && b < 80 ? LONG : "";
            ChatEvent event = new ChatEvent("e" + ++eventsMade, type, party, "", text);
            Laws.Said said = new Laws.Said(event.id(), chat.service.pushable(type, party), false);
            laws.events.put(event.id(), said);
            chat.said.add(said);
            chat.events.add(event);
            say(node(a / 7 + times), chat, event, said);
        }
        return true;
    }

    private void say(Node node, Chat chat, ChatEvent event, Laws.Said said) {
        node.call(node.engine.said(chat.log().id, event), receipt -> acknowledged(chat, receipt, said));
    }

    private void acknowledged(Chat chat, Optional<Receipt> receipt, Laws.Said said) {
        Laws.ChatLog log = chat.log();
        if (receipt.isEmpty()) {
            if (!log.removed) {
                laws.broken(6, "chat " + chat.index + " is there and was not found");
            }
            return;
        }
        OptionalLong position = receipt.get().position();
        if (position.isEmpty()) {
            if (log.ended == null) {
                laws.broken(6, "what was said in chat " + chat.index + " has no position");
            }
        } else if (position.getAsLong() > log.rows.size()
                || !log.rows.get((int) position.getAsLong() - 1).id.equals(said.id)) {
            laws.broken(6, "an event was acknowledged at " + position.getAsLong() + " and is not there");
        }
    }

    private boolean sayAgain(int a, int b) {
        Chat chat = chat(a);
        if (chat == null || chat.events.isEmpty()) {
            return false;
        }
        int which = chat.events.size() - 1 - b % Math.min(5, chat.events.size());
        say(node(a / 7), chat, chat.events.get(which), chat.said.get(which));
        return true;
    }

    private boolean end(int a, int b) {
        Chat chat = chat(a);
        if (chat == null || (b % 3 != 0 && chats.size() < 2)) {
            return false;
        }
        Party party = b < 35 ? Party.CLIENT : Party.AGENT;
        ChatEvent event = new ChatEvent("e" + ++eventsMade, ChatEvent.NOTICE_LEFT, party, "", "");
        Laws.Said said = new Laws.Said(event.id(), false, true);
        laws.events.put(event.id(), said);
        Node node = node(a / 7);
        node.call(node.engine.end(chat.log().id, event), receipt -> acknowledged(chat, receipt, said));
        return true;
    }

    private boolean device(int a, int b) {
        Chat chat = chat(a);
        if (chat == null) {
            return false;
        }
        Device device = b < 40
                ? Device.of(TYPE, "phone-" + b)
                : b < 65 ? null : b < 92 ? Device.of(TYPE, "phone") : Device.of("pager", "Pager 1");
        Node node = node(a / 7);
        node.call(node.engine.device(chat.log().id, device), view -> {});
        return true;
    }

    private boolean refresh(int a, int b) {
        Chat chat = chat(a);
        if (chat == null) {
            return false;
        }
        App app = apps.get(b % APPS);
        long position = position(app.have[chat.index], b).orElse(chat.log().rows.size());
        chat.log().refreshed.add(position);
        chat.log().claimNumber++;
        Node node = node(a / 7);
        node.call(node.engine.refreshed(chat.log().id, position), view -> {});
        return true;
    }

    /** What a customer says who has this much: that, less, something odd, or nothing. */
    private OptionalLong position(long have, int b) {
        if (b < 50) {
            return OptionalLong.of(have);
        }
        if (b < 65) {
            return OptionalLong.of(Math.max(0, have - 1 - b % 3));
        }
        if (b < 75) {
            return OptionalLong.of(b < 70 ? 99_999_999_999L : have + 40);
        }
        return OptionalLong.empty();
    }

    private App app(int a) {
        return apps.get(a % APPS);
    }

    private boolean comeBack(int a, int b) {
        App app = app(a);
        if (app.link != null) {
            if (app.link.live() && b % 3 != 0) {
                return false;
            }
            abandon(app, app.link);
        }
        OptionalLong position = OptionalLong.empty();
        String serviceId = null;
        if (b >= 50) {
            Chat chat = chat(a / 3);
            if (chat != null && chat.user.equals(app.user) && !chat.polled) {
                if (b < 80) {
                    position = position(app.have[chat.index], (b - 50) * 5 / 2);
                }
                if (b >= 70) {
                    serviceId = chat.serviceId;
                }
            }
        }
        attach(app, node(a / 10), serviceId, position, b % 7 == 0, b % 5 < 2);
        return true;
    }

    private Link attach(
            App app, Node node, @Nullable String serviceId, OptionalLong position, boolean slow, boolean holds) {
        Arrival arrival = new Arrival(app.user.id(), serviceId, null, position);
        Link link = new Link(new ConnectionId("c" + links.size()), app, node, arrival, slow, holds);
        links.put(link.id, link);
        app.link = link;
        app.links.add(link);
        claim(link);
        attach(link);
        return link;
    }

    private void attach(Link link) {
        link.attaches++;
        CompletionStage<Void> attached = link.node.engine.connections().attach(link.arrival, link);
        link.node.call(attached, nothing -> {});
        attached.whenComplete((nothing, failure) -> {
            if (failure != null && link.app.link == link) {
                abandon(link.app, link);
            }
        });
    }

    /** The app is gone from its connection, and nobody has said so yet. */
    private void abandon(App app, Link link) {
        link.abandoned = true;
        link.queue.clear();
        if (app.link == link) {
            app.link = null;
        }
        sweepLater(link);
    }

    /** Whoever holds the connection will find that it is gone. */
    private void sweepLater(Link link) {
        Callback callback = new Callback(link, OptionalLong.empty());
        callbacks.add(callback);
        link.node.schedule(Duration.ofMillis(resting ? 10 : chance.nextInt(15_000)), () -> make(callback));
    }

    private void make(Callback callback) {
        if (!callback.made) {
            callback.made = true;
            callbacks.remove(callback);
            left(callback.link, callback.position);
        }
    }

    /** Every chat that a connection is the last one of is claimed about. */
    private void claim(Link link) {
        for (Laws.ChatLog chat : laws.chats) {
            if (chats.get(chat.index).user.equals(link.app.user)) {
                chat.claimNumber++;
            }
        }
    }

    private void left(Link link, OptionalLong position) {
        if (link.node.dead) {
            return;
        }
        if (position.isPresent()) {
            link.named.add(position.getAsLong());
        } else {
            link.silent = true;
        }
        link.leaving = true;
        claim(link);
        Laws.ChatLog chat = null;
        for (Laws.ChatLog one : laws.chats) {
            if (link.id.equals(Probe.lastConnection(one.state)) && !one.removed) {
                chat = chat == null ? one : null;
            }
        }
        Laws.ChatLog about = chat;
        long number = about == null ? 0 : about.claimNumber;
        long head = about == null ? 0 : about.state.head();
        boolean first = !link.departed;
        boolean settled =
                link.confirmedAt == null || link.confirmedAt.plusSeconds(2).isBefore(now());
        link.departed = true;
        CompletionStage<Void> leaving = link.node.engine.connections().left(link.id, position);
        if (storeFails) {
            leaving.whenComplete((nothing, failure) -> {
                if (failure != null && link.attaches < 3 && isLast(link)) {
                    link.mayRepeat++;
                    attach(link);
                    sweepLater(link);
                }
            });
        }
        link.node.call(leaving, nothing -> {
            for (Laws.ChatLog one : laws.chats) {
                if (!one.removed
                        && first
                        && link.attaches == 1
                        && one.state.connection().filter(link.id::equals).isPresent()) {
                    laws.broken(2, "chat " + one.index + " is still online with " + link.id.value() + ", which left");
                }
            }
            if (about != null
                    && first
                    && link.attaches == 1
                    && link.joined.size() == 1
                    && settled
                    && !storeFails
                    && !about.removed
                    && about.claimNumber == number
                    && position.isPresent()
                    && position.getAsLong() <= head
                    && link.id.equals(Probe.lastConnection(about.state))
                    && Probe.seen(about.state) != position.getAsLong()) {
                laws.broken(
                        1,
                        "chat " + about.index + ": " + link.id.value() + " named " + position.getAsLong()
                                + " when it left, and " + Probe.seen(about.state) + " counts");
            }
        });
    }

    private boolean leave(int a, int b) {
        App app = app(a);
        Link link = app.link;
        if (link == null || !link.live()) {
            return false;
        }
        OptionalLong position = link.served < 0 ? OptionalLong.empty() : position(app.have[link.served], b);
        if (link.served >= 0 && b >= 50 && b < 65) {
            app.have[link.served] = position.getAsLong();
        }
        link.abandoned = true;
        link.queue.clear();
        app.link = null;
        if (b % 10 < 7) {
            left(link, position);
            if (b % 10 == 0) {
                left(link, position);
            }
        } else {
            Callback callback = new Callback(link, position);
            callbacks.add(callback);
            link.node.schedule(Duration.ofMillis(chance.nextInt(15_000)), () -> make(callback));
        }
        return true;
    }

    private boolean vanish(int a, int b) {
        App app = app(a);
        Link link = app.link;
        if (link == null) {
            return false;
        }
        if (b % 2 == 0) {
            link.arrive(1);
        }
        abandon(app, link);
        return true;
    }

    private boolean late(int a, int b) {
        App app = app(a);
        Link link = b % 5 == 0 && !app.links.isEmpty() ? app.links.get(b % app.links.size()) : app.last();
        if (link == null) {
            return false;
        }
        if (link == app.link) {
            if (link.live() && b % 4 != 0) {
                return false;
            }
            abandon(app, link);
        }
        int chat = link.served >= 0 ? link.served : link.joined.isEmpty() ? 0 : link.joined.get(0).index;
        OptionalLong position = position(app.have[chat], a * 37 % 100);
        if (position.isPresent()) {
            link.named.add(position.getAsLong());
            app.have[chat] = Math.min(app.have[chat], position.getAsLong());
        }
        link.leaving = true;
        link.late = true;
        claim(link);
        Node node = node(a / 10);
        node.call(
                node.engine
                        .connections()
                        .leftLate(new Arrival(app.user.id(), link.arrival.serviceId(), null, position), link.id),
                nothing -> {});
        return true;
    }

    private boolean arrive(int a, int b) {
        Link link = app(a).link;
        if (link == null || link.queue.isEmpty()) {
            return false;
        }
        link.arrive(b < 50 ? 1 : 100);
        return true;
    }

    private boolean confirm(int a, int b) {
        App app = app(a);
        Link link = app.link != null && b % 8 != 0 ? app.link : app.last();
        if (link == null || link.served < 0 || link.node.dead) {
            return false;
        }
        if (link.handed != link.served) {
            return false;
        }
        long position = b < 70
                ? link.arrived[link.served]
                : b < 85 ? Math.max(0, link.arrived[link.served] - 1) : link.arrived[link.served] + 60;
        link.confirmed.add(link.served * 1_000_000L + position);
        link.confirmedAt = now();
        claim(link);
        if (link.live() && position <= link.arrived[link.served]) {
            link.proved[link.served] = Math.max(link.proved[link.served], position);
        }
        for (int times = b % 6 == 0 ? 2 : 1; times > 0; times--) {
            link.node
                    .engine
                    .connections()
                    .confirmed(link.id, chats.get(link.served).log().id, position);
        }
        return true;
    }

    private boolean repeat(int a) {
        Link link = app(a).link;
        if (link == null || !link.live() || link.handed < 0) {
            return false;
        }
        Chat chat = chats.get(link.handed);
        link.queue.clear();
        link.mayRepeat++;
        long after = link.begun[chat.index] ? link.arrived[chat.index] : link.base[chat.index];
        Duration delay = Duration.ofMillis(after % 3 * 100);
        link.node.engine.connections().repeat(link.id, chat.log().id, after, delay);
        return true;
    }

    private boolean take(int a, boolean well) {
        Link link = app(a).last();
        if (link == null || link.taken.isDone() || link.node.dead) {
            return false;
        }
        if (well) {
            link.taken.complete(null);
        } else {
            link.broken = true;
            link.taken.completeExceptionally(new IOException("broken"));
        }
        return true;
    }

    private boolean callback(int a, int b) {
        if (callbacks.isEmpty()) {
            return false;
        }
        Callback callback = callbacks.get(a % callbacks.size());
        if (b < 40) {
            left(callback.link, callback.position);
        } else {
            make(callback);
        }
        return true;
    }

    /** The call for a handshake comes once more. */
    private boolean attachAgain(int a) {
        Link link = app(a).last();
        if (link == null || link.node.dead) {
            return false;
        }
        if (!isLast(link)) {
            return false;
        }
        boolean gone = !link.live();
        if (gone) {
            link.mayRepeat++;
        }
        attach(link);
        if (gone) {
            sweepLater(link);
        }
        return true;
    }

    /** Whether a connection is the last one that its customer's chats have seen; another must not come back. */
    private boolean isLast(Link link) {
        for (Laws.ChatLog chat : laws.chats) {
            if (!chat.removed
                    && chats.get(chat.index).user.equals(link.app.user)
                    && !link.id.equals(Probe.lastConnection(chat.state))) {
                return false;
            }
        }
        return true;
    }

    private boolean answer(int a, int b) {
        if (held.isEmpty()) {
            return false;
        }
        Sent one = held.get(a % held.size());
        held.remove(one);
        if (b >= 93) {
            one.answer.completeExceptionally(new IOException("reset"));
            return true;
        }
        one.outcome = outcome(b < 40 ? 0 : b);
        laws.answered(one.key, one.outcome);
        one.answer.complete(one.outcome);
        return true;
    }

    /** What a push service has said comes late or once more. */
    private boolean outcomeAgain(int a, int b) {
        if (sent.isEmpty()) {
            return false;
        }
        Sent one = sent.get(sent.size() - 1 - a % Math.min(4, sent.size()));
        Outcome outcome = one.outcome == null ? outcome(b < 50 ? 0 : b) : one.outcome;
        one.outcome = outcome;
        laws.answered(one.key, outcome);
        PushDispatcher pushes = ((DefaultChatEngine) node(b).engine).pushes();
        if (outcome instanceof Outcome.Unavailable) {
            Laws.ChatLog chat = laws.chat(one.chat);
            SessionState before = chat == null ? null : chat.state;
            boolean stale = chat != null && !laws.isPending(chat, one.key, one.attempt);
            pushes.unavailable(one.chat, one.key, one.attempt, true, Duration.ofSeconds(2));
            if (chat != null && stale && kind == Kind.MEMORY && !chat.state.equals(before)) {
                laws.broken(7, "what was said of another attempt than the one under way has changed a session");
            }
        } else if (outcome instanceof Outcome.Unregistered unregistered) {
            pushes.unregistered(one.chat, one.key, one.attempt, one.device, unregistered, Duration.ofSeconds(2));
        } else if (outcome instanceof Outcome.TooLarge tooLarge) {
            pushes.tooLarge(one.chat, one.key, one.attempt, tooLarge);
        } else {
            pushes.settled(one.chat, one.key, outcome);
        }
        return true;
    }

    private boolean answerOfDesk(int a, int b) {
        for (int i = 0; i < tells.size(); i++) {
            Tell tell = tells.get((a + i) % tells.size());
            if (!tell.answer.isDone()) {
                if (b < 70) {
                    tell.taken = now();
                    tell.answer.complete(null);
                } else {
                    tell.answer.completeExceptionally(new IOException("the desk is down"));
                }
                return true;
            }
        }
        return false;
    }

    /** A wake-up that is late or doubled. */
    private boolean wake(int a, int b) {
        Chat chat = chat(a);
        if (chat == null) {
            return false;
        }
        node(b).store.listener().due(chat.log().id);
        return true;
    }

    private boolean nudge(int a, int b) {
        Chat chat = chat(a);
        if (chat == null) {
            return false;
        }
        if (b < 70) {
            node(b).store.listener().nudged(chat.log().id);
        } else {
            node(b).store.listener().announced(chat.user.id());
        }
        return true;
    }

    /** A dead node's connection is told of once more. */
    private boolean orphan(int a, int b) {
        Chat chat = chat(a);
        Link link = chat == null ? null : link(Probe.lastConnection(chat.log().state));
        if (link == null || !link.node.dead) {
            return false;
        }
        node(b).store.listener().orphaned(requireNonNull(chat).log().id, link.id);
        return true;
    }

    // The end of a history

    /** Faults end, time passes, everybody returns: whatever is owed has to be done now. */
    void rest() {
        trace("rest");
        resting = true;
        faults(false);
        lostReplies = 0;
        providerMode = 0;
        deskMode = 0;
        for (App app : apps) {
            if (app.link != null && app.link.live() && chance.nextBoolean()) {
                abandon(app, app.link);
            }
            for (Link link : app.links) {
                link.taken.complete(null);
            }
        }
        for (Callback callback : List.copyOf(callbacks)) {
            make(callback);
        }
        time.advance(Duration.ofSeconds(20));
        for (int i = 0; i < 30 && !isStill(); i++) {
            time.advance(Duration.ofSeconds(10));
        }
        for (Laws.ChatLog chat : laws.chats) {
            if (!chat.removed) {
                laws.checkAway(chat);
                Link link = link(chat.state.connection().orElse(null));
                if (link == null
                        ? !chat.polled && chat.state.connection().isPresent()
                        : link.abandoned || link.closed || link.broken) {
                    laws.broken(6, "chat " + chat.index + " is online, and nobody is there");
                }
                if (chat.state.node().isPresent() && !isAlive(chat.state.node().get())) {
                    laws.broken(6, "chat " + chat.index + " is online on a node that is gone");
                }
            }
        }
        checkDelivered(true);
        laws.checkCounts();
        for (Node node : alive) {
            if (node.underWay > 0) {
                laws.broken(6, node.underWay + " calls never ended");
            }
        }
        if (laws.broken == null) {
            everybodyReturns();
        }
    }

    /** Whoever is connected has been given what is older than a second, unless something has gone wrong on the way. */
    private void checkDelivered(boolean nothingWentWrong) {
        if (!nothingWentWrong || (stalled && !resting)) {
            return;
        }
        Instant recently = now().minusMillis(900);
        for (Laws.ChatLog chat : laws.chats) {
            Link link = chat.removed ? null : link(chat.state.connection().orElse(null));
            if (link != null
                    && link.live()
                    && !link.revenant
                    && link.taken.isDone()
                    && chat.lastLife.isBefore(recently)
                    && link.base[chat.index] < chat.rows.size()
                    && link.last[chat.index] != chat.rows.size()) {
                laws.broken(
                        1,
                        "chat " + chat.index + " has " + chat.rows.size() + " rows, and " + link.id.value()
                                + " was given " + link.last[chat.index]);
            }
        }
    }

    private boolean isAlive(NodeId id) {
        for (Node node : alive) {
            if (id.equals(node.id)) {
                return true;
            }
        }
        return false;
    }

    private boolean isStill() {
        for (Laws.ChatLog chat : laws.chats) {
            int phase = chat.removed ? Probe.ONLINE : Probe.phase(chat.state);
            if (phase == Probe.GRACE
                    || phase == Probe.SENDING
                    || (phase == Probe.RETRYING && Probe.phaseDue(chat.state) != null)) {
                return false;
            }
        }
        return true;
    }

    private void everybodyReturns() {
        trace("everybody returns");
        for (App app : apps) {
            if (app.link != null) {
                abandon(app, app.link);
            }
        }
        time.advance(Duration.ofSeconds(1));
        List<Link> back = new ArrayList<>();
        List<Chat> theirs = new ArrayList<>();
        long[] from = new long[MOST_CHATS];
        for (Chat chat : chats) {
            if (chat.isThere() && !chat.polled) {
                App app = new App(chat.user);
                from[chat.index] = Probe.seen(chat.log().state);
                theirs.add(chat);
                back.add(attach(app, node(chat.index), chat.serviceId, OptionalLong.empty(), false, false));
            }
        }
        time.advance(Duration.ofSeconds(7));
        for (int i = 0; i < back.size(); i++) {
            Link link = back.get(i);
            Chat chat = theirs.get(i);
            if (chat.log().removed) {
                continue;
            }
            if (!chat.log().state.connection().equals(Optional.of(link.id))) {
                laws.broken(
                        1,
                        "chat " + chat.index + " is not served by who came back: " + Probe.describe(chat.log().state));
            }
            long head = chat.log().rows.size();
            if (link.base[chat.index] != from[chat.index]) {
                laws.broken(
                        1,
                        "chat " + chat.index + " had seen " + from[chat.index] + " and is served from "
                                + link.base[chat.index]);
            }
            if (from[chat.index] < head && link.arrived[chat.index] != head) {
                laws.broken(
                        1,
                        "chat " + chat.index + " has " + head + " rows, and who came back got "
                                + link.arrived[chat.index]);
            }
            Node node = node(chat.index + 1);
            node.call(node.engine.transcript(chat.log().id, 0, 1_000), transcript -> {
                long omitted = chat.log().state.omitted();
                List<Row> rows = transcript.orElseThrow().rows();
                if (rows.size() != head - omitted) {
                    laws.broken(6, "chat " + chat.index + " has " + head + " rows, and " + rows.size() + " are read");
                }
                for (Row row : rows) {
                    if (!row.event().id().equals(chat.log().rows.get((int) row.position() - 1).id)) {
                        laws.broken(6, "row " + row.position() + " of chat " + chat.index + " has changed");
                    }
                }
            });
            link.confirmed.add(chat.index * 1_000_000L + head);
            link.node.engine.connections().confirmed(link.id, chat.log().id, head);
            link.leaving = true;
            link.node.engine.connections().left(link.id, OptionalLong.empty());
        }
        time.advance(Duration.ofSeconds(12));
        for (Chat chat : theirs) {
            if (!chat.log().removed && Probe.phase(chat.log().state) != Probe.QUIET) {
                laws.broken(
                        1,
                        "chat " + chat.index + " is not quiet although all is seen: "
                                + Probe.describe(chat.log().state));
            }
        }
        time.stall(RETENTION);
        time.advance(Duration.ofSeconds(6));
        for (Laws.ChatLog chat : laws.chats) {
            if (!chat.removed) {
                laws.broken(6, "chat " + chat.index + " was never removed: " + Probe.describe(chat.state));
            }
        }
    }
}

package dev.halley.cometd;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import com.google.common.base.Ticker;
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
import dev.halley.spi.Observer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.common.HashMapMessage;
import org.cometd.common.JacksonJSONContextClient;
import org.cometd.server.AbstractServerTransport;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.CometDRequest;
import org.cometd.server.CometDResponse;
import org.cometd.server.JacksonJSONContextServer;
import org.cometd.server.http.AbstractHttpTransport;
import org.cometd.server.http.TransportContext;
import org.cometd.server.websocket.common.AbstractWebSocketEndPoint;
import org.cometd.server.websocket.common.AbstractWebSocketTransport;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * CometD's own server with the adapter and an engine, in virtual time and without a socket: a test decides when a
 * request arrives, and whether its answer is ever read.
 */
final class Wire implements AutoCloseable {

    private static final JacksonJSONContextClient JSON = new JacksonJSONContextClient();
    private static final String USER_HEADER = "gms_user";

    /** A session as its client knows it. */
    record Session(String user, String clientId, String cookie, BayeuxContext context) {}

    /** What a push has carried. */
    record Push(String key, List<Long> positions) {}

    /** A request that has arrived, and its answer once there is one. */
    static final class Answer {
        private @Nullable List<ServerMessage> messages;
        private boolean failed;
        private String cookie = "";

        /** Whether the server has answered, and not with an error of HTTP's own. */
        boolean isThere() {
            return messages != null;
        }

        boolean failed() {
            return failed;
        }

        List<ServerMessage> messages() {
            return requireNonNull(messages, "no answer yet");
        }

        /** The positions of all rows, in the order in which they stand there. */
        List<Long> positions() {
            return Wire.positions(messages());
        }

        ServerMessage reply() {
            return messages().get(messages().size() - 1);
        }
    }

    final VirtualTime time;
    final SerializingSessionStore.Cluster cluster;
    final ChatEngine engine;
    final BayeuxServerImpl bayeux = new BayeuxServerImpl();
    final List<Push> pushes = new ArrayList<>();
    final List<String> refusals = new ArrayList<>();
    private final Polling polling;
    private final WebSockets webSockets;

    Wire(long seed) {
        this(seed, Settings.builder());
    }

    Wire(long seed, Settings.Builder settings) {
        time = VirtualTime.shuffled(seed);
        cluster = new SerializingSessionStore.Cluster(time, time, seed);
        engine = ChatEngine.builder()
                .settings(settings.service(
                                Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ofSeconds(1)))
                        .build())
                .providers(PushProviders.of(Map.of("test", new Provider())))
                .store(cluster.node())
                .clock(time)
                .scheduler(time)
                .observer(new Observer() {
                    @Override
                    public void refused(String bound) {
                        refusals.add(bound);
                    }
                })
                .build();
        bayeux.setExecutor(time::execute);
        bayeux.setScheduler(new Clockwork(time));
        // Sessions expire by the real clock, which does not move here: who has vanished is swept by sweep().
        bayeux.setOption(
                BayeuxServerImpl.SWEEP_PERIOD_OPTION, Duration.ofDays(1).toMillis());
        bayeux.setOption(AbstractServerTransport.JSON_CONTEXT_OPTION, new JacksonJSONContextServer());
        bayeux.setOption(AbstractHttpTransport.MAX_SESSIONS_PER_BROWSER_OPTION, -1);
        polling = new Polling(bayeux);
        webSockets = new WebSockets(bayeux);
        bayeux.setTransports(List.of(polling, webSockets));
        CometdAdapter.install(bayeux, engine, UserResolver.gmsUser(), new ChatApiV1(), new Ticker() {
            @Override
            public long read() {
                return Duration.between(java.time.Instant.EPOCH, time.instant()).toNanos();
            }
        });
        try {
            bayeux.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    ChatId open(String user) {
        NewChat chat = new NewChat(Settings.REQUEST_CHAT, new UserId(user), Device.of("test", "phone"));
        return await(engine.open(chat.withNickname("Mia"))).id();
    }

    /** Lets the agent say something; it may take its time in the store. */
    void say(ChatId chat, String text) {
        engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text));
    }

    ChatView view(ChatId chat) {
        return await(engine.transcript(chat, 0, 0)).orElseThrow().chat();
    }

    private <T> T await(CompletionStage<T> stage) {
        while (!stage.toCompletableFuture().isDone()) {
            time.advance(Duration.ofMillis(50));
        }
        return stage.toCompletableFuture().join();
    }

    // What clients send

    Session handshake(String user, Map<String, Object> ext) {
        Answer answer = shakeHands(user, ext);
        String clientId = String.valueOf(answer.reply().getClientId());
        return new Session(user, clientId, answer.cookie, context(user, answer.cookie));
    }

    ServerMessage handshakeReply(String user, Map<String, Object> ext) {
        return shakeHands(user, ext).reply();
    }

    private Answer shakeHands(String user, Map<String, Object> ext) {
        HashMapMessage handshake = message(Channel.META_HANDSHAKE, ext);
        handshake.put("version", "1.0");
        handshake.put("supportedConnectionTypes", new Object[] {"long-polling"});
        Answer answer = post(handshake, context(user, ""), "");
        time.settle();
        return answer;
    }

    /** A connect arrives at the server. */
    Answer connect(Session session, int id, boolean marked, Map<String, Object> ext) {
        HashMapMessage connect = connect(session, "long-polling", id, marked, ext);
        return post(connect, session.context(), session.cookie());
    }

    /** One with this advice instead of a mark. */
    Answer connect(Session session, int id, Map<String, Object> advice, Map<String, Object> ext) {
        HashMapMessage connect = connect(session, "long-polling", id, false, ext);
        connect.getAdvice(true).putAll(advice);
        return post(connect, session.context(), session.cookie());
    }

    Answer disconnect(Session session, long position) {
        HashMapMessage message = message(Channel.META_DISCONNECT, named(position));
        message.setClientId(session.clientId());
        return post(message, session.context(), session.cookie());
    }

    static Map<String, Object> named(long position) {
        return Map.of("transcriptPosition", String.valueOf(position));
    }

    static final Map<String, Object> NOTHING = Map.of();

    private static HashMapMessage connect(
            Session session, String type, int id, boolean marked, Map<String, Object> ext) {
        HashMapMessage connect = message(Channel.META_CONNECT, ext);
        connect.setClientId(session.clientId());
        connect.put("connectionType", type);
        connect.setId(String.valueOf(id));
        if (marked) {
            connect.getAdvice(true).put("timeout", 0L);
        }
        return connect;
    }

    private static HashMapMessage message(String channel, Map<String, Object> ext) {
        HashMapMessage message = new HashMapMessage();
        message.setChannel(channel);
        if (!ext.isEmpty()) {
            message.put(Message.EXT_FIELD, new HashMap<>(ext));
        }
        return message;
    }

    private Answer post(HashMapMessage message, BayeuxContext context, String cookie) {
        Answer answer = new Answer();
        ServerMessage.Mutable copy = bayeux.newMessage();
        copy.putAll(message);
        polling.post(copy, context, answer, cookie);
        return answer;
    }

    /** CometD notices that a session has been silent for too long, as it does after some seconds. */
    void sweep(Session session) {
        ServerSession gone = bayeux.getSession(session.clientId());
        if (gone != null) {
            bayeux.removeServerSession(gone, true);
        }
    }

    boolean isServed(Session session) {
        return bayeux.getSession(session.clientId()) != null;
    }

    static List<Long> positions(List<? extends Message> messages) {
        List<Long> positions = new ArrayList<>();
        for (Message message : messages) {
            if (CometdAdapter.CHANNEL.equals(message.getChannel())) {
                Map<?, ?> state =
                        (Map<?, ?>) requireNonNull(message.getDataAsMap().get("message"));
                Object rows = requireNonNull(state.get("transcriptToShow"));
                int size = rows instanceof Object[] array ? array.length : ((List<?>) rows).size();
                long last = Long.parseLong(String.valueOf(state.get("transcriptPosition")));
                LongStream.rangeClosed(last - size + 1, last).forEach(positions::add);
            }
        }
        return positions;
    }

    @Override
    public void close() {
        try {
            bayeux.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        engine.close();
    }

    private static BayeuxContext context(String user, String cookie) {
        return Proxies.of(BayeuxContext.class, (method, arguments) -> switch (method.getName()) {
            case "getHeader" -> USER_HEADER.equals(arguments[0]) ? user : null;
            case "getHeaderValues" -> USER_HEADER.equals(arguments[0]) ? List.of(user) : List.of();
            case "getCookie" -> cookie.isEmpty() ? null : cookie;
            case "isSecure", "isUserInRole" -> false;
            case "toString" -> "context";
            default -> null;
        });
    }

    /** CometD's long-polling, whose answers go to a test instead of a socket. */
    private static final class Polling extends AbstractHttpTransport {

        private final Map<TransportContext, Answer> answers = new ConcurrentHashMap<>();

        Polling(BayeuxServerImpl bayeux) {
            super(bayeux, "long-polling");
        }

        void post(ServerMessage.Mutable message, BayeuxContext context, Answer answer, String cookie) {
            TransportContext transport = new TransportContext(
                    context,
                    request(cookie),
                    response(answer),
                    Promise.from(ok -> {}, failure -> answer.failed = true));
            answers.put(transport, answer);
            processMessages(transport, List.of(message));
        }

        @Override
        public boolean accept(CometDRequest request) {
            return true;
        }

        @Override
        protected void handle(TransportContext context) {
            throw new UnsupportedOperationException("messages come parsed");
        }

        @Override
        protected void write(TransportContext context, List<ServerMessage> messages) {
            List<ServerMessage> all = new ArrayList<>(messages);
            all.addAll(context.replies());
            requireNonNull(answers.remove(context)).messages = all;
            if (context.scheduleExpiration()) {
                scheduleExpiration(context.session(), context.metaConnectCycle());
            }
            context.promise().succeed(null);
        }

        private static CometDRequest request(String cookie) {
            return Proxies.of(CometDRequest.class, (method, arguments) -> switch (method.getName()) {
                case "getCookie" -> cookie.isEmpty() ? null : cookie;
                case "getProtocol" -> "HTTP/1.1";
                default -> null;
            });
        }

        private static CometDResponse response(Answer answer) {
            return Proxies.of(CometDResponse.class, (method, arguments) -> {
                if (method.getName().equals("addHeader") && "Set-Cookie".equals(arguments[0])) {
                    answer.cookie = String.valueOf(arguments[1]).split("[=;]", 3)[1];
                }
                return null;
            });
        }
    }

    /** CometD's tasks, in virtual time. */
    private static final class Clockwork extends AbstractLifeCycle implements Scheduler {
        private final VirtualTime time;

        Clockwork(VirtualTime time) {
            this.time = time;
        }

        @Override
        public Task schedule(Runnable task, long delay, TimeUnit unit) {
            AtomicBoolean open = new AtomicBoolean(true);
            time.schedule(Duration.ofNanos(unit.toNanos(delay)), () -> {
                if (open.get()) {
                    task.run();
                }
            });
            return () -> open.getAndSet(false);
        }
    }

    // WebSocket

    private static final class WebSockets extends AbstractWebSocketTransport {
        WebSockets(BayeuxServerImpl bayeux) {
            super(bayeux);
        }
    }

    /** One WebSocket, whose frames go to a test. */
    final class Line extends AbstractWebSocketEndPoint {
        private final String user;
        private final Consumer<List<Message.Mutable>> frames;
        boolean closed;

        Line(String user, Consumer<List<Message.Mutable>> frames) {
            super(webSockets, context(user, ""));
            this.user = user;
            this.frames = frames;
        }

        void handshake(Map<String, Object> ext) {
            HashMapMessage handshake = message(Channel.META_HANDSHAKE, ext);
            handshake.put("version", "1.0");
            handshake.put("supportedConnectionTypes", new Object[] {"websocket"});
            arrive(handshake);
        }

        void connect(String clientId, int id, boolean marked, Map<String, Object> ext) {
            arrive(Wire.connect(new Session(user, clientId, "", context(user, "")), "websocket", id, marked, ext));
        }

        void disconnect(String clientId, long position) {
            HashMapMessage message = message(Channel.META_DISCONNECT, named(position));
            message.setClientId(clientId);
            arrive(message);
        }

        private void arrive(HashMapMessage message) {
            onMessage("[" + JSON.generate(message) + "]", Promise.noop());
        }

        /** The connection is found to be broken. */
        void breakOff() {
            closed = true;
            onClose(1006, "gone");
        }

        @Override
        protected void send(ServerSession session, String data, Promise<Void> promise) {
            try {
                List<Message.Mutable> messages = JSON.parse(data);
                if (!closed) {
                    frames.accept(messages);
                }
                promise.succeed(null);
            } catch (java.text.ParseException e) {
                promise.fail(e);
            }
        }

        @Override
        public void close(int code, String reason) {
            closed = true;
        }
    }

    private final class Provider implements PushProvider {
        @Override
        public Payload format(Notification notification, Device device) {
            pushes.add(new Push(
                    notification.key(),
                    notification.rows().stream().map(row -> row.position()).toList()));
            return new Payload(notification.key(), "", Map.of());
        }

        @Override
        public CompletionStage<Outcome> send(Payload payload, Device device) {
            return completedFuture(new Outcome.Accepted());
        }
    }
}

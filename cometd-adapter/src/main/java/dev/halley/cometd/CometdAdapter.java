package dev.halley.cometd;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import dev.halley.ChatEngine;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.Authorizer;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an engine's customers over CometD: sessions that come and go tell who is online, and the channel
 * {@value #CHANNEL} carries live delivery and catch-up. Works beside an application's own channels, extensions and
 * security policy, and blocks no thread of CometD. A message that a web page has sent is refused with {@value
 * #FOREIGN_ORIGIN} unless its origin is among the {@link AllowedOrigins}.
 *
 * <p>Sets CometD's option {@value #HANDSHAKE_PER_CONNECTION} to true unless the application has set it. Each new
 * WebSocket must then begin with a handshake, as clients do by themselves. So whoever learns a {@code clientId} can't
 * read what is sent to it, and rows that were lost with an old WebSocket are sent again. The option takes effect before
 * CometD's transports start; if you install the adapter later, set it yourself.
 */
public final class CometdAdapter {

    /** The channel on which every customer is served. Only the server publishes there, to one session at a time. */
    public static final String CHANNEL = "/_genesys";

    /** CometD's option that makes each WebSocket begin with a handshake. */
    static final String HANDSHAKE_PER_CONNECTION = "ws.requireHandshakePerConnection";

    private static final Logger LOGGER = LoggerFactory.getLogger(CometdAdapter.class);
    private static final String LINK = CometdLink.class.getName();
    private static final String ARRIVAL = Arrival.class.getName();
    private static final String REFUSED = CometdAdapter.class.getName() + ".refused";

    /** The longest key or service id that is accepted, in characters: both are kept as long as the session. */
    private static final int MOST_OF_EXT = 256;

    private static final String NAMED_OUTSIDE_EXT = CometdAdapter.class.getName() + ".namedOutsideExt";

    /** What CometD says about a session that does not exist; also said about a session of somebody else. */
    static final String UNKNOWN_SESSION = "402::session_unknown";

    /** Said where neither header nor ext names a user; it names the most frequent cause. */
    private static final String USER_MISSING =
            "401::user_missing, nginx drops the header gms_user without underscores_in_headers on";

    /** Said to one more session of a user all of whose sessions wait for an answer. */
    private static final String TOO_MANY_SESSIONS = "429::too_many_sessions";

    private static final long CROWDED_MILLIS = 5_000;

    /** Said about a session whose chat a newer session serves. */
    private static final String SUPERSEDED_SESSION = "402::session_superseded";

    /** Said to pages whose origin is not allowed. */
    static final String FOREIGN_ORIGIN = "403::origin_not_allowed";

    /** Set in a message that a page has sent whose origin is not allowed; such a message is not processed. */
    private static final String OF_FOREIGN_PAGE = CometdAdapter.class.getName() + ".ofForeignPage";

    /** Set in a message that is late, or whose sender does not own the session; such a message is not processed. */
    private static final String FOREIGN = CometdAdapter.class.getName() + ".foreign";

    private final BayeuxServer bayeux;
    private final Connections connections;
    private final ChatEngine engine;
    private final UserResolver users;
    private final AllowedOrigins origins;
    private final MessageForm form;
    private final Ticker ticker;
    private final StaleSessions stale;
    private final SessionsByUser sessions;

    /** Counts handshakes: of several sessions, the one that shook hands last serves the chat. */
    private final AtomicLong handshakes = new AtomicLong();

    private CometdAdapter(BayeuxServer bayeux, ChatEngine engine, UserResolver users, MessageForm form, Ticker ticker) {
        this.bayeux = requireNonNull(bayeux, "bayeux");
        this.engine = requireNonNull(engine, "engine");
        this.users = requireNonNull(users, "users");
        this.origins = AllowedOrigins.of(engine.settings());
        this.form = requireNonNull(form, "form");
        this.ticker = ticker;
        this.stale = new StaleSessions(ticker);
        this.connections = engine.connections();
        this.sessions = new SessionsByUser(engine.settings().maxSessionsPerUser());
    }

    /**
     * Installs the adapter with {@link UserResolver#gmsUser()} and {@link ChatApiV1}.
     *
     * @param bayeux the server, which takes no requests yet
     * @param engine whose chats are served
     */
    public static void install(BayeuxServer bayeux, ChatEngine engine) {
        install(bayeux, engine, UserResolver.gmsUser(), new ChatApiV1());
    }

    /**
     * Installs the adapter.
     *
     * @param bayeux the server, which takes no requests yet
     * @param engine whose chats are served
     * @param users says who sent a message
     * @param form what messages to customers look like
     */
    public static void install(BayeuxServer bayeux, ChatEngine engine, UserResolver users, MessageForm form) {
        install(bayeux, engine, users, form, Ticker.systemTicker());
    }

    static void install(BayeuxServer bayeux, ChatEngine engine, UserResolver users, MessageForm form, Ticker ticker) {
        CometdAdapter adapter = new CometdAdapter(bayeux, engine, users, form, ticker);
        if (bayeux.getOption(HANDSHAKE_PER_CONNECTION) == null) {
            bayeux.setOption(HANDSHAKE_PER_CONNECTION, true);
        }
        bayeux.createChannelIfAbsent(CHANNEL, channel -> {
            channel.setPersistent(true);
            channel.addAuthorizer((operation, id, session, message) ->
                    operation == Authorizer.Operation.PUBLISH && !session.isLocalSession()
                            ? Authorizer.Result.deny("only the server publishes here")
                            : Authorizer.Result.grant());
        });
        bayeux.addExtension(adapter.new Messages());
        bayeux.addListener(adapter.new Sessions());
    }

    /** Customers who come and go. */
    private final class Sessions implements BayeuxServer.SessionListener {
        @Override
        public void sessionAdded(ServerSession session, ServerMessage message) {
            if (session.getAttribute(ARRIVAL) instanceof Arrival arrival) {
                CometdLink link = new CometdLink(
                        bayeux,
                        session,
                        connections,
                        engine.settings(),
                        form,
                        stale,
                        ticker::read,
                        arrival,
                        Boolean.TRUE.equals(session.getAttribute(NAMED_OUTSIDE_EXT)));
                link.trust(message);
                // No longer needed, and there are as many sessions as customers.
                session.removeAttribute(ARRIVAL);
                session.removeAttribute(NAMED_OUTSIDE_EXT);
                session.setAttribute(LINK, link);
                sessions.add(link);
                session.addListener(link);
                // Missed messages come in order with the answer to the first connect, before its reply.
                session.setMetaConnectDeliveryOnly(true);
            }
        }

        @Override
        public void sessionRemoved(ServerSession session, @Nullable ServerMessage message, boolean timeout) {
            CometdLink link = linkOf(session);
            if (link != null) {
                sessions.remove(link);
                link.leave(message == null ? OptionalLong.empty() : Positions.in(message));
            }
        }
    }

    /** The messages of clients and the replies to them. */
    private final class Messages implements BayeuxServer.Extension {
        @Override
        public void incoming(@Nullable ServerSession session, ServerMessage.Mutable message, Promise<Boolean> promise) {
            String channel = message.getChannel();
            if (!origins.allows(message)) {
                // Also on a WebSocket, and with the id and cookie of a customer's session.
                connections.refused("allowed_origins");
                message.put(OF_FOREIGN_PAGE, true);
                promise.succeed(false);
                return;
            }
            if (Channel.META_HANDSHAKE.equals(channel) && session != null && !session.isLocalSession()) {
                handshake(session, message, promise);
                return;
            }
            CometdLink link = linkOf(session);
            if (link == null) {
                goOn(session, null, message, promise);
            } else if (link.isUntrusted(message)) {
                authenticate(session, link, message, promise);
            } else if (isFromOwner(link, message)) {
                goOn(session, link, message, promise);
            } else {
                refuse(message, promise);
            }
        }

        @Override
        public void outgoing(
                @Nullable ServerSession sender,
                @Nullable ServerSession session,
                ServerMessage.Mutable message,
                Promise<Boolean> promise) {
            ServerMessage.Mutable answered = message.getAssociated();
            if (answered == null) {
                promise.succeed(true); // not a reply, but an event of the chat
                return;
            }
            String channel = message.getChannel();
            CometdLink link = linkOf(session);
            if (answered.containsKey(OF_FOREIGN_PAGE)) {
                message.setSuccessful(false);
                message.put(Message.ERROR_FIELD, FOREIGN_ORIGIN);
                message.getAdvice(true).put(Message.RECONNECT_FIELD, Message.RECONNECT_NONE_VALUE);
            } else if (Channel.META_HANDSHAKE.equals(channel)) {
                answerHandshake(session, link, message);
            } else if (answered.containsKey(FOREIGN)
                    || UNKNOWN_SESSION.equals(message.get(Message.ERROR_FIELD))
                    || (link != null && link.hasFailed())) {
                answerUnknown(answered, message);
            } else if (link != null && Channel.META_DISCONNECT.equals(channel)) {
                succeedAfter(link.departed(), promise);
                return;
            } else if (link != null && Channel.META_CONNECT.equals(channel)) {
                link.answering(message);
            }
            promise.succeed(true);
        }
    }

    private void answerHandshake(
            @Nullable ServerSession session, @Nullable CometdLink link, ServerMessage.Mutable reply) {
        Object refusal = session == null ? null : session.getAttribute(REFUSED);
        if (refusal != null) {
            reply.put(Message.ERROR_FIELD, refusal);
            Map<String, Object> advice = reply.getAdvice(true);
            if (TOO_MANY_SESSIONS.equals(refusal)) {
                advice.put(Message.RECONNECT_FIELD, Message.RECONNECT_HANDSHAKE_VALUE);
                advice.put(Message.INTERVAL_FIELD, CROWDED_MILLIS);
            } else {
                advice.put(Message.RECONNECT_FIELD, Message.RECONNECT_NONE_VALUE);
            }
        } else if (link != null) {
            long interval = stale.interval(link.user());
            if (interval > 0) {
                link.slowed();
                reply.getAdvice(true).put(Message.INTERVAL_FIELD, interval);
            }
        }
    }

    /** Answers a message of a session that does not exist, or that is not the sender's, which looks the same. */
    private void answerUnknown(ServerMessage.Mutable answered, ServerMessage.Mutable reply) {
        reply.setSuccessful(false);
        String clientId = String.valueOf(answered.get(Message.CLIENT_ID_FIELD));
        Optional<UserId> sender = userOf(answered);
        if (!answered.containsKey(FOREIGN) && stale.isSuperseded(clientId, sender)) {
            reply.put(Message.ERROR_FIELD, SUPERSEDED_SESSION);
            reply.getAdvice(true).put(Message.RECONNECT_FIELD, Message.RECONNECT_NONE_VALUE);
            return;
        }
        reply.put(Message.ERROR_FIELD, UNKNOWN_SESSION);
        if (Channel.META_CONNECT.equals(reply.getChannel())) {
            CometdLink link = linkOf(bayeux.getSession(clientId)); // perhaps only the cookie was lost
            UserId user = sender.orElse(link == null ? null : link.user());
            long interval = 0;
            if (user != null) {
                stale.met(user);
                interval = stale.interval(user);
            }
            reply.getAdvice(true).put(Message.RECONNECT_FIELD, Message.RECONNECT_HANDSHAKE_VALUE);
            reply.getAdvice(true).put(Message.INTERVAL_FIELD, interval);
        }
    }

    private void goOn(
            @Nullable ServerSession session,
            @Nullable CometdLink link,
            ServerMessage.Mutable message,
            Promise<Boolean> promise) {
        if (Channel.META_DISCONNECT.equals(message.getChannel()) && isOfAnother(session, message)) {
            lateDisconnect(message, promise);
            return;
        }
        if (!Channel.META_CONNECT.equals(message.getChannel()) || link == null || isOfAnother(session, message)) {
            promise.succeed(true);
        } else if (!link.connecting(message, promise)) {
            refuse(message, promise);
        }
    }

    /**
     * CometD lets whoever knows a session's id go on with it on another WebSocket; we ask for what a handshake needs.
     */
    private void authenticate(
            @Nullable ServerSession session, CometdLink link, ServerMessage.Mutable message, Promise<Boolean> promise) {
        Optional<UserId> user = userOf(message);
        if (user.isEmpty() || !link.isFrom(user)) {
            refuse(message, promise);
            return;
        }
        admits(arrival(user.get(), message)).whenComplete((admitted, failure) -> {
            if (failure == null && admitted) {
                link.trust(message);
                goOn(session, link, message, promise);
            } else {
                refuse(message, promise);
            }
        });
    }

    /** Throws nothing: CometD lets a message pass if an extension throws. */
    private CompletionStage<Boolean> admits(Arrival arrival) {
        try {
            return connections.admits(arrival);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns who sent a message; also empty if the application's resolver throws, as it may for a broken token. */
    private Optional<UserId> userOf(ServerMessage message) {
        try {
            return requireNonNull(users.resolve(message), "user");
        } catch (RuntimeException e) {
            LOGGER.debug("No user: {}", e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    private boolean isFromOwner(CometdLink link, ServerMessage message) {
        try {
            Optional<UserId> user = users.resolve(message);
            // Whom nobody can make out is not the same as nobody.
            boolean ambiguous = user.isEmpty() && users == GmsUser.INSTANCE && GmsUser.isNamed(message);
            return !ambiguous && link.isFrom(user);
        } catch (RuntimeException e) {
            LOGGER.debug("Refused: {}", e.getClass().getSimpleName());
            return false; // somebody unknown was named, which is not the same as nobody
        }
    }

    private static void refuse(ServerMessage.Mutable message, Promise<Boolean> promise) {
        message.put(FOREIGN, true);
        promise.succeed(false);
    }

    private void handshake(ServerSession session, ServerMessage.Mutable message, Promise<Boolean> promise) {
        Optional<UserId> user = userOf(message);
        if (user.isEmpty()) {
            boolean dropped = users == GmsUser.INSTANCE && !GmsUser.isNamed(message);
            session.setAttribute(REFUSED, dropped ? USER_MISSING : "401::user_missing_or_ambiguous");
            promise.succeed(false);
            return;
        }
        if (isTooLong(message, "serviceId") || isTooLong(message, "secureKey")) {
            session.setAttribute(REFUSED, "400::ext_too_long");
            promise.succeed(false);
            return;
        }
        boolean namedOutsideExt = isNamedOutsideExt(message);
        Arrival arrival = arrival(user.get(), message);
        admits(arrival).whenComplete((admitted, failure) -> {
            if (failure == null && admitted && !makeRoom(user.get())) {
                session.setAttribute(REFUSED, TOO_MANY_SESSIONS);
                promise.succeed(false);
            } else if (failure == null && admitted) {
                session.setAttribute(ARRIVAL, engine.settings().requireSecureKey() ? arrival : arrival.withoutKey());
                session.setAttribute(NAMED_OUTSIDE_EXT, namedOutsideExt);
                promise.succeed(true);
            } else {
                session.setAttribute(
                        REFUSED, failure == null ? "403::secure_key_missing_or_wrong" : "503::unavailable");
                promise.succeed(false);
            }
        });
    }

    private boolean makeRoom(UserId user) {
        if (sessions.hasRoom(user)) {
            return true;
        }
        connections.refused("max_sessions_per_user");
        return sessions.endOldest(user);
    }

    /** Whether the request itself names the user, so that each later request of the session must. */
    private boolean isNamedOutsideExt(ServerMessage.Mutable handshake) {
        Object ext = handshake.remove(Message.EXT_FIELD);
        try {
            return users.resolve(handshake).isPresent();
        } catch (RuntimeException e) {
            return true; // unknown, so each request must
        } finally {
            if (ext != null) {
                handshake.put(Message.EXT_FIELD, ext);
            }
        }
    }

    /** Whether a message names a session that is gone, or one that its client can no longer prove to own. */
    private static boolean isOfAnother(@Nullable ServerSession session, ServerMessage message) {
        return session == null || !session.getId().equals(message.get(Message.CLIENT_ID_FIELD));
    }

    private void lateDisconnect(ServerMessage.Mutable message, Promise<Boolean> promise) {
        Optional<UserId> user = userOf(message);
        Optional<ConnectionId> connection = connectionId(message.get(Message.CLIENT_ID_FIELD));
        if (user.isEmpty() || connection.isEmpty()) {
            promise.succeed(true);
            return;
        }
        succeedAfter(connections.leftLate(arrival(user.get(), message), connection.get()), promise);
    }

    private Arrival arrival(UserId user, ServerMessage message) {
        return new Arrival(
                user,
                ext(message, "serviceId"),
                ext(message, "secureKey"),
                Positions.in(message),
                OptionalLong.empty(),
                handshakes.incrementAndGet());
    }

    private static @Nullable String ext(ServerMessage message, String name) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext && ext.get(name) instanceof String value
                ? value
                : null;
    }

    private static boolean isTooLong(ServerMessage message, String name) {
        String value = ext(message, name);
        return value != null && value.length() > MOST_OF_EXT;
    }

    private static Optional<ConnectionId> connectionId(@Nullable Object clientId) {
        try {
            return clientId instanceof String id ? Optional.of(new ConnectionId(id)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Goes on once the stage is complete, also if it failed: the transcript keeps what was not delivered. */
    static void succeedAfter(CompletionStage<Void> stage, Promise<Boolean> promise) {
        stage.whenComplete((nothing, failure) -> {
            if (failure != null) {
                LOGGER.warn(
                        "The engine could not serve a connection: {}",
                        failure.getClass().getSimpleName());
            }
            promise.succeed(true);
        });
    }

    private static @Nullable CometdLink linkOf(@Nullable ServerSession session) {
        return session != null && session.getAttribute(LINK) instanceof CometdLink link ? link : null;
    }
}

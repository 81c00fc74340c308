package dev.halley.examples.server;

import dev.halley.UserId;
import dev.halley.cometd.UserResolver;
import dev.halley.spi.Arrival;
import dev.halley.spi.Connections;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * Counts handshakes and late disconnects whose key is missing or wrong, and other messages whose key is wrong. Refuses
 * senders with too many of them. Installed before the adapter.
 */
final class SlowHandshakes implements BayeuxServer.Extension {

    private static final String WAIT = SlowHandshakes.class.getName() + ".wait";

    private final Connections connections;
    private final FailedKeys failedKeys;
    private final UserResolver users;

    SlowHandshakes(Connections connections, FailedKeys failedKeys, UserResolver users) {
        this.connections = connections;
        this.failedKeys = failedKeys;
        this.users = users;
    }

    @Override
    public void incoming(@Nullable ServerSession session, ServerMessage.Mutable message, Promise<Boolean> promise) {
        boolean handshake = Channel.META_HANDSHAKE.equals(message.getChannel());
        Optional<UserId> user = handshake || showsKey(session, message) ? users.resolve(message) : Optional.empty();
        if (user.isEmpty()) {
            promise.succeed(true);
            return;
        }
        long wait = failedKeys.secondsToWait(user.get(), addressOf(message));
        if (wait > 0) {
            message.put(WAIT, wait);
            promise.succeed(false);
        } else if (!handshake) {
            // The answer does not say whether the key was right.
            connections.admits(arrival(user.get(), message)).whenComplete((admitted, failure) -> {
                if (failure == null && !admitted) {
                    failedKeys.failed(user.get(), addressOf(message));
                }
                promise.succeed(true);
            });
        } else {
            promise.succeed(true);
        }
    }

    @Override
    public void outgoing(
            @Nullable ServerSession sender,
            @Nullable ServerSession session,
            ServerMessage.Mutable reply,
            Promise<Boolean> promise) {
        ServerMessage.Mutable message = reply.getAssociated();
        if (message != null && message.get(WAIT) instanceof Long wait) {
            reply.put(Message.ERROR_FIELD, "429::too_many_failures");
            Map<String, Object> advice = reply.getAdvice(true);
            advice.put(Message.RECONNECT_FIELD, Message.RECONNECT_HANDSHAKE_VALUE);
            advice.put(Message.INTERVAL_FIELD, wait * 1_000);
        } else if (message != null
                && Channel.META_HANDSHAKE.equals(reply.getChannel())
                && String.valueOf(reply.get(Message.ERROR_FIELD)).startsWith("403::secure_key")) {
            users.resolve(message).ifPresent(user -> failedKeys.failed(user, addressOf(message)));
        }
        promise.succeed(true);
    }

    /** Whether access depends on the message's key: its session is gone, or it comes on another WebSocket. */
    private static boolean showsKey(@Nullable ServerSession session, ServerMessage message) {
        boolean late = Channel.META_DISCONNECT.equals(message.getChannel())
                && (session == null || !session.getId().equals(message.getClientId()));
        return late || keyOf(message) != null;
    }

    private static @Nullable String keyOf(ServerMessage message) {
        return extOf(message).get("secureKey") instanceof String key ? key : null;
    }

    private static Map<?, ?> extOf(ServerMessage message) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext ? ext : Map.of();
    }

    private static Arrival arrival(UserId user, ServerMessage message) {
        Object service = extOf(message).get("serviceId");
        return new Arrival(user, service instanceof String id ? id : null, keyOf(message), OptionalLong.empty());
    }

    private static @Nullable SocketAddress addressOf(ServerMessage message) {
        BayeuxContext context = message.getBayeuxContext();
        return context == null ? null : context.getRemoteAddress();
    }
}

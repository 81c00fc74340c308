package dev.halley.examples.server;

import dev.halley.cometd.UserResolver;
import java.net.SocketAddress;
import java.util.Map;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;

/** Counts handshakes whose key is missing or wrong, and refuses those of whoever had too many. Installed before the adapter. */
final class SlowHandshakes implements BayeuxServer.Extension {

    private static final String WAIT = SlowHandshakes.class.getName() + ".wait";

    private final FailedKeys failedKeys;
    private final UserResolver users;

    SlowHandshakes(FailedKeys failedKeys, UserResolver users) {
        this.failedKeys = failedKeys;
        this.users = users;
    }

    @Override
    public void incoming(@Nullable ServerSession session, ServerMessage.Mutable message, Promise<Boolean> promise) {
        if (!Channel.META_HANDSHAKE.equals(message.getChannel())) {
            promise.succeed(true);
            return;
        }
        long wait = users.resolve(message)
                .map(user -> failedKeys.secondsToWait(user, addressOf(message)))
                .orElse(0L);
        if (wait > 0) {
            message.put(WAIT, wait);
        }
        promise.succeed(wait == 0);
    }

    @Override
    public void outgoing(
            @Nullable ServerSession sender,
            @Nullable ServerSession session,
            ServerMessage.Mutable reply,
            Promise<Boolean> promise) {
        ServerMessage.Mutable handshake = reply.getAssociated();
        if (handshake != null && Channel.META_HANDSHAKE.equals(reply.getChannel())) {
            if (handshake.get(WAIT) instanceof Long wait) {
                reply.put(Message.ERROR_FIELD, "429::too_many_failures");
                Map<String, Object> advice = reply.getAdvice(true);
                advice.put(Message.RECONNECT_FIELD, Message.RECONNECT_HANDSHAKE_VALUE);
                advice.put(Message.INTERVAL_FIELD, wait * 1_000);
            } else if (String.valueOf(reply.get(Message.ERROR_FIELD)).startsWith("403::secure_key")) {
                users.resolve(handshake).ifPresent(user -> failedKeys.failed(user, addressOf(handshake)));
            }
        }
        promise.succeed(true);
    }

    private static @Nullable SocketAddress addressOf(ServerMessage message) {
        BayeuxContext context = message.getBayeuxContext();
        return context == null ? null : context.getRemoteAddress();
    }
}

package dev.halley.cometd;

import dev.halley.UserId;
import java.util.Optional;
import org.cometd.bayeux.server.ServerMessage;

/**
 * Says whose message this is. An application with a login of its own gives another one to
 * {@link CometdAdapter#install(org.cometd.bayeux.server.BayeuxServer, dev.halley.ChatEngine, UserResolver, MessageForm)}.
 *
 * <p>Implementations are thread-safe and do not block.
 */
@FunctionalInterface
public interface UserResolver {

    /**
     * Returns the user; empty if nobody is named. An exception refuses the message, and is logged by its class alone: do not
     * throw where nobody is named.
     *
     * <p>A session's later messages are asked about as well: whoever is named by the request (a header) is named by each of
     * them, or it is not theirs; whoever was named in the handshake's {@code ext} alone need not be named again.
     *
     * @param message any message of a client, also a handshake without its {@code ext}; the {@code ext} is the client's word and may be of any type
     */
    Optional<UserId> resolve(ServerMessage message);

    /**
     * The header {@code gms_user} (on WebSocket that of the upgrade request) or {@code ext.gms_user}; refuses if both are
     * given and differ. Nothing proves the name: see SECURITY.md.
     */
    static UserResolver gmsUser() {
        return GmsUser.INSTANCE;
    }
}

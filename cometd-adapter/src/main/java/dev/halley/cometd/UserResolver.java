package dev.halley.cometd;

import dev.halley.UserId;
import java.util.Optional;
import org.cometd.bayeux.server.ServerMessage;

/**
 * Says who sent a message. An application with a login of its own gives its own resolver to {@link CometdAdapter}.
 *
 * <p>Implementations are thread-safe and do not block.
 */
@FunctionalInterface
public interface UserResolver {

    /**
     * Returns the user; empty if the message names nobody. An exception refuses the message, and only its class is
     * logged. Do not throw where nobody is named.
     *
     * <p>This is called for every message of a session. If the request itself (such as a header) names the user at the
     * handshake, every later request must name the same user. If only the handshake's {@code ext} does, later messages
     * need not name anybody.
     *
     * @param message any message of a client, also a handshake without its {@code ext}; the {@code ext} is the client's
     *     word and may be of any type
     * @return the user, or empty
     */
    Optional<UserId> resolve(ServerMessage message);

    /**
     * The header {@code gms_user} (over WebSocket, that of the upgrade request) or {@code ext.gms_user}; names nobody
     * if both are given and differ. Nothing proves the name: see SECURITY.md.
     *
     * @return the resolver that {@link CometdAdapter} uses by default
     */
    static UserResolver gmsUser() {
        return GmsUser.INSTANCE;
    }
}

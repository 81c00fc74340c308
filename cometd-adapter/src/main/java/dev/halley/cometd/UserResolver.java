package dev.halley.cometd;

import dev.halley.UserId;
import java.util.List;
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
     * The attribute of a request in which a server may put the values of all headers {@code gms_user}, as a {@code
     * List<String>}, before CometD gets the request. Otherwise {@link #gmsUser()} asks CometD for them, which over
     * Jetty's WebSocket splits values at commas, drops quotes, and does not see both of two headers whose names differ
     * in the case of letters.
     */
    String GMS_USER_VALUES = "dev.halley.cometd.gms_user";

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
     * if both are given and differ, or if there is more than one header. Nothing proves the name: see SECURITY.md.
     *
     * @return the resolver that {@link CometdAdapter} uses by default
     */
    static UserResolver gmsUser() {
        return GmsUser.INSTANCE;
    }

    /**
     * Returns whom the header {@code gms_user} names, for requests that are no messages, such as those of a REST API:
     * the same user as {@link #gmsUser()} for the same header. The name is read as UTF-8 where it is that.
     *
     * @param values the values of all headers of this name, as the server has read them
     * @return the user; empty if there is no header, more than one, or one that is no user's name
     */
    static Optional<UserId> gmsUser(List<String> values) {
        return GmsUser.of(values);
    }
}

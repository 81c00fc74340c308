package dev.halley.cometd;

import dev.halley.UserId;
import java.util.Map;
import java.util.Optional;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.ServerMessage;
import org.jspecify.annotations.Nullable;

/** Resolves the user whom the header {@value #NAME} or the message's {@code ext} names. */
final class GmsUser implements UserResolver {

    static final GmsUser INSTANCE = new GmsUser();

    private static final String NAME = "gms_user";

    private GmsUser() {}

    @Override
    public Optional<UserId> resolve(ServerMessage message) {
        String header = header(message);
        Object named = ext(message);
        if (header != null && named != null && !header.equals(named)) {
            return Optional.empty();
        }
        return toUser(header == null ? named : header);
    }

    /** Whether the message names anybody, validly or not. */
    static boolean isNamed(ServerMessage message) {
        return header(message) != null || ext(message) != null;
    }

    private static @Nullable String header(ServerMessage message) {
        BayeuxContext context = message.getBayeuxContext();
        return context == null ? null : context.getHeader(NAME);
    }

    private static @Nullable Object ext(ServerMessage message) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext ? ext.get(NAME) : null;
    }

    private static Optional<UserId> toUser(@Nullable Object name) {
        try {
            return name instanceof String text ? Optional.of(new UserId(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

package dev.halley.cometd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.UserId;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
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
        List<String> headers = headers(message);
        Object named = ext(message);
        if (headers.isEmpty()) {
            return toUser(named);
        }
        Optional<UserId> user = of(headers);
        return named == null
                        || user.filter(header -> header.value().equals(named)).isPresent()
                ? user
                : Optional.empty();
    }

    /** Returns whom the values of all headers name: nobody if there is more than one header. */
    static Optional<UserId> of(List<String> headers) {
        return headers.size() == 1 ? toUser(decoded(headers.get(0))) : Optional.empty();
    }

    /** Whether the message names anybody, validly or not. */
    static boolean isNamed(ServerMessage message) {
        return !headers(message).isEmpty() || ext(message) != null;
    }

    /** Servers read headers as ISO-8859-1, and apps write a name in UTF-8, as in {@code ext}. */
    private static String decoded(String header) {
        try {
            return UTF_8.newDecoder()
                    .decode(ISO_8859_1.newEncoder().encode(CharBuffer.wrap(header)))
                    .toString();
        } catch (CharacterCodingException e) {
            return header; // not UTF-8, or the server has read it as that itself
        }
    }

    private static List<String> headers(ServerMessage message) {
        BayeuxContext context = message.getBayeuxContext();
        if (context == null) {
            return List.of();
        }
        if (context.getRequestAttribute(GMS_USER_VALUES) instanceof List<?> values) {
            return values.stream().map(String::valueOf).toList();
        }
        List<String> headers = context.getHeaderValues(NAME);
        return headers == null ? List.of() : headers;
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

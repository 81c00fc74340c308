package dev.halley.examples.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.ChannelId;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.common.JSONContext;
import org.cometd.server.HttpException;
import org.cometd.server.JacksonJSONContextServer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes Bayeux messages as JSON: one, or an array of them. CometD casts fields unchecked, so fields of a
 * wrong type are refused here. No exception contains what was sent.
 */
final class BayeuxJson extends JacksonJSONContextServer {

    /** How many messages a body may have: clients send a handful, and each costs many times its length. */
    private static final int MOST_MESSAGES = 100;

    /** CometD makes every wildcard channel above a channel, which costs the square of its length in memory and time. */
    private static final int MOST_OF_CHANNEL = 256;

    private static final int MOST_OF_ID = 256;

    private static final Map<String, Predicate<Object>> FORMS = Map.of(
            Message.CHANNEL_FIELD, BayeuxJson::isChannel,
            Message.CLIENT_ID_FIELD, String.class::isInstance,
            Message.ID_FIELD, BayeuxJson::isId,
            Message.EXT_FIELD, Map.class::isInstance,
            Message.ADVICE_FIELD, BayeuxJson::isAdvice,
            Message.SUBSCRIPTION_FIELD, BayeuxJson::isSubscription,
            Message.SUPPORTED_CONNECTION_TYPES_FIELD, BayeuxJson::isTexts,
            Message.SUCCESSFUL_FIELD, Boolean.class::isInstance);

    BayeuxJson() {
        getObjectMapper().enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY);
        JsonFactory factory = getObjectMapper().getFactory();
        factory.setStreamReadConstraints(Json.BOUNDS);
        factory.enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER.mappedFeature());
    }

    @Override
    public List<ServerMessage.Mutable> parse(String json) {
        try {
            return checked(super.parse(json));
        } catch (ParseException e) {
            throw malformed();
        }
    }

    @Override
    public JSONContext.AsyncParser newAsyncParser() {
        JSONContext.AsyncParser parser = super.newAsyncParser();
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        return new JSONContext.AsyncParser() {
            /** Keeps the bytes: a message that never comes to its end would take six times as much when parsed. */
            @Override
            public void parse(ByteBuffer buffer) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                arrived.writeBytes(bytes);
            }

            @Override
            @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // CometD's signature
            public <R> R complete() {
                try {
                    parser.parse(ByteBuffer.wrap(arrived.toByteArray()));
                    return (R) checked(parser.complete());
                } catch (IllegalStateException | IllegalArgumentException e) {
                    throw malformed();
                }
            }
        };
    }

    private static List<ServerMessage.Mutable> checked(@Nullable List<ServerMessage.Mutable> messages) {
        if (messages == null
                || messages.isEmpty()
                || messages.size() > MOST_MESSAGES
                || connects(messages) > 1
                || !messages.stream().allMatch(BayeuxJson::isWellFormed)) {
            throw malformed();
        }
        return messages;
    }

    /** CometD answers one of several connects at once, and keeps what it remembers of the others. */
    private static long connects(List<ServerMessage.Mutable> messages) {
        return messages.stream()
                .filter(message -> message != null && Channel.META_CONNECT.equals(message.get(Message.CHANNEL_FIELD)))
                .count();
    }

    private static boolean isWellFormed(ServerMessage.@Nullable Mutable message) {
        return message != null
                && message.get(Message.CHANNEL_FIELD) != null
                && FORMS.entrySet().stream().allMatch(form -> {
                    Object value = message.get(form.getKey());
                    return value == null || form.getValue().test(value);
                });
    }

    private static boolean isChannel(Object value) {
        try {
            return value instanceof String name && name.length() <= MOST_OF_CHANNEL && new ChannelId(name).depth() > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Each is kept as long as its message, and goes back with the reply. */
    private static boolean isId(Object value) {
        return (value instanceof String || value instanceof Number)
                && String.valueOf(value).length() <= MOST_OF_ID;
    }

    private static boolean isAdvice(Object value) {
        return value instanceof Map<?, ?> advice
                && isNumberOrAbsent(advice.get(Message.TIMEOUT_FIELD))
                && isNumberOrAbsent(advice.get(Message.INTERVAL_FIELD));
    }

    private static boolean isNumberOrAbsent(@Nullable Object value) {
        return value == null || value instanceof Number;
    }

    private static boolean isSubscription(Object value) {
        return isChannel(value)
                || (value instanceof List<?> channels && channels.stream().allMatch(c -> c != null && isChannel(c)));
    }

    private static boolean isTexts(Object value) {
        return value instanceof List<?> texts && texts.stream().allMatch(String.class::isInstance);
    }

    private static HttpException malformed() {
        return new HttpException(400, null);
    }
}

package dev.halley.cometd;

import dev.halley.ChatView;
import dev.halley.Row;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The form that Genesys Mobile Services gives to messages of its Chat API, version 1. Stateless. */
public final class ChatApiV1 implements MessageForm {

    /** The state of a chat in the answer to its creation. */
    public static final String CONNECTED = "CONNECTED";
    /** The state of a chat while it lives. */
    public static final String TRANSCRIPT = "TRANSCRIPT";
    /** The state of a chat after its end. */
    public static final String DISCONNECTED = "DISCONNECTED";

    /** Returns the form. */
    public ChatApiV1() {}

    /** Returns a message with an id of its own, the state of the chat, and a tag that names the service's instance. */
    @Override
    public Map<String, Object> data(ChatView chat, List<Row> rows) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", randomId());
        data.put("message", state(chat, rows));
        data.put("tag", "service.chat.refresh." + chat.serviceId());
        return data;
    }

    /** Returns the state of a chat with these rows. */
    public static Map<String, Object> state(ChatView chat, List<Row> rows) {
        return state(chat, rows, chat.ended() ? DISCONNECTED : TRANSCRIPT);
    }

    /** Returns the state of a chat with these rows, under this name. */
    public static Map<String, Object> state(ChatView chat, List<Row> rows, String chatIxnState) {
        long position =
                rows.isEmpty() ? chat.position() : rows.get(rows.size() - 1).position();
        List<List<String>> shown = new ArrayList<>(rows.size());
        for (Row row : rows) {
            shown.add(List.of(
                    row.event().type(),
                    row.event().nickname(),
                    row.event().text(),
                    String.valueOf(secondsSince(chat, row)),
                    row.event().party().name()));
        }
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("chatSessionId", chat.id().value());
        state.put("transcriptPosition", String.valueOf(position));
        state.put("chatServiceMessage", "Chat service is available");
        state.put("startedAt", toTheSecond(chat.startedAt()));
        state.put("chatIxnState", chatIxnState);
        state.put("transcriptToShow", shown);
        if (chat.omitted() > 0) {
            state.put("omitted", chat.omitted());
        }
        return state;
    }

    private static long secondsSince(ChatView chat, Row row) {
        return Math.max(0, row.at().getEpochSecond() - chat.startedAt().getEpochSecond());
    }

    /** Without a formatter, which would be the slowest part of a message. {@code toString} leaves seconds out if they are 0. */
    private static String toTheSecond(Instant at) {
        String text = LocalDateTime.ofEpochSecond(at.getEpochSecond(), 0, ZoneOffset.UTC)
                .toString();
        boolean hasNoSeconds = text.lastIndexOf(':') == text.indexOf(':');
        return hasNoSeconds ? text + ":00Z" : text + "Z";
    }

    private static String randomId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String high = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
        String low = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
        return high + low;
    }
}

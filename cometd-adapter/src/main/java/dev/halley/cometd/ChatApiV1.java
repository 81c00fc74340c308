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

/** The form of messages in the Chat API v1 of Genesys Mobile Services. Stateless. */
public final class ChatApiV1 implements MessageForm {

    /** The state of a chat in the answer to the request that opens it. */
    public static final String CONNECTED = "CONNECTED";
    /** The state of a chat that is open. */
    public static final String TRANSCRIPT = "TRANSCRIPT";
    /** The state of a chat that has ended. */
    public static final String DISCONNECTED = "DISCONNECTED";

    /** Returns the form. */
    public ChatApiV1() {}

    @Override
    public Map<String, Object> data(ChatView chat, List<Row> rows) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", randomId());
        data.put("message", state(chat, rows));
        data.put("tag", "service.chat.refresh." + chat.serviceId());
        return data;
    }

    /**
     * Returns the state of a chat with these rows, named {@link #TRANSCRIPT}, or {@link #DISCONNECTED} if the chat has
     * ended and there are no rows after these.
     *
     * @param chat the chat, as of the same instant as the rows
     * @param rows the rows to show, in order; may be empty
     * @return the state, to be written as JSON
     */
    public static Map<String, Object> state(ChatView chat, List<Row> rows) {
        return state(chat, rows, chat.ended() && lastOf(chat, rows) == chat.position() ? DISCONNECTED : TRANSCRIPT);
    }

    private static long lastOf(ChatView chat, List<Row> rows) {
        return rows.isEmpty() ? chat.position() : rows.get(rows.size() - 1).position();
    }

    /**
     * Returns the state of a chat with these rows, under this name.
     *
     * @param chat the chat, as of the same instant as the rows
     * @param rows the rows to show, in order; may be empty
     * @param chatIxnState the name of the state
     * @return the state, to be written as JSON
     */
    public static Map<String, Object> state(ChatView chat, List<Row> rows, String chatIxnState) {
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
        state.put("transcriptPosition", String.valueOf(lastOf(chat, rows)));
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

    /** Uses no formatter: that would be the slowest part of a message. {@code toString} omits seconds that are 0. */
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

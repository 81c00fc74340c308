package dev.halley;

import java.util.List;

/**
 * A chat and rows of it, as of the same instant.
 *
 * @param chat the chat
 * @param rows contiguous, in order
 */
public record Transcript(ChatView chat, List<Row> rows) {

    /**
     * Copies the rows.
     *
     * @param chat {@link #chat()}
     * @param rows {@link #rows()}
     */
    public Transcript {
        rows = List.copyOf(rows);
    }
}

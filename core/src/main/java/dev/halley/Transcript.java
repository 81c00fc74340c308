package dev.halley;

import java.util.List;

/**
 * Rows of a chat and the chat itself, both of the same instant.
 *
 * @param chat the chat
 * @param rows contiguous, in order
 */
public record Transcript(ChatView chat, List<Row> rows) {

    /** Copies the rows. */
    public Transcript {
        rows = List.copyOf(rows);
    }
}

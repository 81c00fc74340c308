package dev.halley.cometd;

import dev.halley.ChatView;
import dev.halley.Row;
import java.util.List;
import java.util.Map;

/**
 * What a message to a customer looks like: maps, lists, texts and numbers, which CometD's JSON context writes.
 *
 * <p>Implementations are pure.
 */
@FunctionalInterface
public interface MessageForm {

    /**
     * Returns the data of one message.
     *
     * @param chat the chat, of the same instant as the rows
     * @param rows contiguous, in order, at least one
     */
    Map<String, Object> data(ChatView chat, List<Row> rows);
}

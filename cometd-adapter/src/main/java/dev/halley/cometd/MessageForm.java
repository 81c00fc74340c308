package dev.halley.cometd;

import dev.halley.ChatView;
import dev.halley.Row;
import java.util.List;
import java.util.Map;

/**
 * What a message to a customer looks like, in maps, lists, texts and numbers, which CometD writes as JSON.
 *
 * <p>Implementations are pure.
 */
@FunctionalInterface
public interface MessageForm {

    /**
     * Returns the data of one message.
     *
     * @param chat the chat, as of the same instant as the rows
     * @param rows contiguous, in order, at least one
     * @return what becomes the message's {@code data}
     */
    Map<String, Object> data(ChatView chat, List<Row> rows);
}

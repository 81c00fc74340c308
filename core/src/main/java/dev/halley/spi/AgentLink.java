package dev.halley.spi;

import dev.halley.ChatId;
import java.util.concurrent.CompletionStage;

/** A way to the agent's desk. Implementations are thread-safe and do not block. */
@FunctionalInterface
public interface AgentLink {

    /**
     * Tells the agent that the customer is away. This is not part of the transcript.
     *
     * @param chat the chat
     * @param absence the number of the absence; a repeat after a failure carries the same
     * @param text what to show, {@code _agent_timeout_notification_message}
     * @return completes when the desk has received it; if it fails or never completes, the call is repeated after the
     *     lease
     */
    CompletionStage<Void> customerAway(ChatId chat, long absence, String text);
}

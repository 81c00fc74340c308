package dev.halley;

import dev.halley.internal.DefaultChatEngine;
import dev.halley.spi.AgentLink;
import dev.halley.spi.Connections;
import dev.halley.spi.Observer;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Chats that survive the background. Each has one transcript, from which connected customers are served, absent ones
 * are woken, and returning ones are given what they missed.
 *
 * <p>Calls return at once, and their stages complete when the change is committed; with the in-memory store that is on
 * return. A stage completes exceptionally only if the store fails or an argument is refused.
 *
 * <p>This class is thread-safe.
 */
public interface ChatEngine extends AutoCloseable {

    /** {@return a builder, in which every part has a default} */
    static Builder builder() {
        return DefaultChatEngine.builder();
    }

    /**
     * Opens a chat and writes the customer's {@code Notice.Joined} at position 1. Opening the same service id again
     * returns the existing chat.
     *
     * @param chat what to open
     * @return the chat
     * @throws IllegalArgumentException (in the stage) if there is no such service, or if the service id belongs to
     *     another owner or, where a key is required, to another key
     * @throws RefusedException (in the stage) if the customer has too many chats, or the store has no room for another
     */
    CompletionStage<ChatView> open(NewChat chat);

    /**
     * Writes an event into the transcript, from which it reaches every reader. If its id is among the chat's last 64,
     * this writes nothing and returns the position of the existing row.
     *
     * @param chat the chat
     * @param event what was said
     * @return empty if there is no such chat; a receipt without a position if it has ended
     * @throws IllegalArgumentException (in the stage) if the text is longer than {@link Settings#maxText()}
     * @throws RefusedException (in the stage) if the store has no room for another event
     */
    CompletionStage<Optional<Receipt>> said(ChatId chat, ChatEvent event);

    /**
     * Ends a chat with a last event. If the customer ended it, all pushing ends; if anybody else did, pending pushes
     * are still sent.
     *
     * @param chat the chat
     * @param last the last event, usually {@link ChatEvent#left}; its party is who ended the chat
     * @return as for {@link #said}
     */
    CompletionStage<Optional<Receipt>> end(ChatId chat, ChatEvent last);

    /**
     * Replaces the device to wake. A new device of an absent customer is sent what is pending.
     *
     * @param chat the chat
     * @param device the device; null for none
     * @return the chat afterwards; empty if there is no such chat
     */
    CompletionStage<Optional<ChatView>> device(ChatId chat, @Nullable Device device);

    /**
     * Says that a customer has asked for news after a position. This confirms the position, but only upwards, and only
     * while the customer is online.
     *
     * @param chat the chat
     * @param position the position
     * @return the chat afterwards; empty if there is no such chat
     */
    CompletionStage<Optional<ChatView>> refreshed(ChatId chat, long position);

    /**
     * Returns the rows after a position.
     *
     * @param chat the chat
     * @param after the position; 0 for all rows
     * @param max how many rows at most
     * @return the rows; empty if there is no such chat
     */
    CompletionStage<Optional<Transcript>> transcript(ChatId chat, long after, int max);

    /**
     * Finds a customer's chat by the instance of its service.
     *
     * @param owner the customer
     * @param serviceId the instance of the service
     * @param secureKey the owner's key, which matters only where one is required
     * @return the chat; empty if there is none, if it is somebody else's, or if the key is wrong
     */
    CompletionStage<Optional<ChatView>> find(UserId owner, String serviceId, @Nullable String secureKey);

    /**
     * Returns a page of the chats of all customers, including ended ones, in the order of their ids.
     *
     * @param after where the last page ended; null for the first page
     * @param limit how many chats at most
     * @return the page
     */
    CompletionStage<List<ChatView>> chats(@Nullable ChatId after, int limit);

    /** {@return the settings in force} */
    Settings settings();

    /** {@return what an adapter calls when customers come, go and confirm} */
    Connections connections();

    /** Stops pushes, timers and deliveries, and closes what this engine made. What was handed in stays open. */
    @Override
    void close();

    /** Makes an engine. Not thread-safe. */
    interface Builder {

        /**
         * Sets the options by section, as in the Configuration Manager. Replaces what {@link #settings} set.
         *
         * @param options default: none
         * @return this builder
         */
        Builder options(Options options);

        /**
         * Sets typed settings. Replaces what {@link #options} says about them.
         *
         * @param settings default: {@link Options#settings()}
         * @return this builder
         */
        Builder settings(Settings settings);

        /**
         * Sets the push providers by device type. They are closed with the engine if {@code discover} made them.
         *
         * @param providers default: none
         * @return this builder
         */
        Builder providers(PushProviders providers);

        /**
         * Sets who tells the agent that the customer is away.
         *
         * @param agentLink default: nobody
         * @return this builder
         */
        Builder agentLink(AgentLink agentLink);

        /**
         * Sets where chats are kept.
         *
         * @param store default: in memory; stays open when the engine is closed
         * @return this builder
         */
        Builder store(SessionStore store);

        /**
         * Sets who counts what happens.
         *
         * @param observer default: nobody
         * @return this builder
         */
        Builder observer(Observer observer);

        /**
         * Sets the clock.
         *
         * @param clock default: the system's
         * @return this builder
         */
        Builder clock(InstantSource clock);

        /**
         * Sets who runs tasks now and later.
         *
         * @param scheduler default: threads of the engine's own; goes on running when the engine is closed
         * @return this builder
         */
        Builder scheduler(Scheduler scheduler);

        /**
         * {@return a running engine}
         *
         * @throws IllegalArgumentException if settings contradict each other
         */
        ChatEngine build();
    }
}

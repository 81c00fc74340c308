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
 * Chats that survive the background: one transcript each, from which connected customers are served, absent ones woken
 * and returning ones given what they missed.
 *
 * <p>Calls return at once and complete when the change is committed; with the in-memory store they are complete on return.
 * A stage completes exceptionally only if the store fails or an argument is refused.
 *
 * <p>This class is thread-safe.
 */
public interface ChatEngine extends AutoCloseable {

    /** Returns a builder; every part has a default. */
    static Builder builder() {
        return DefaultChatEngine.builder();
    }

    /**
     * Opens a chat and writes the customer's {@code Notice.Joined} at position 1. Opening the same service id again returns
     * the chat that is there.
     *
     * @throws IllegalArgumentException (in the stage) if there is no such service, or if the service id belongs to another
     *     owner or, where a key is required, to another key
     */
    CompletionStage<ChatView> open(NewChat chat);

    /**
     * Writes an event into the transcript; from there it reaches whoever reads it. Saying an event with an id that is among
     * the chat's last 64 writes nothing and returns the position that it has.
     *
     * @return empty if there is no such chat; a receipt without a position if it has ended
     * @throws IllegalArgumentException (in the stage) if the text is longer than {@link Settings#maxText()}
     */
    CompletionStage<Optional<Receipt>> said(ChatId chat, ChatEvent event);

    /**
     * Ends a chat with a last event. Ended by its customer, all pushing ends; ended by anybody else, what is pending still
     * goes out.
     *
     * @param last the last row, {@link ChatEvent#left} as a rule; whose it is says who ended the chat
     * @return as for {@link #said}
     */
    CompletionStage<Optional<Receipt>> end(ChatId chat, ChatEvent last);

    /**
     * Replaces the device to wake; null removes it. A new device of an absent customer is told what is pending.
     *
     * @return the chat afterwards, empty if there is none
     */
    CompletionStage<Optional<ChatView>> device(ChatId chat, @Nullable Device device);

    /**
     * Says that a customer has asked for news after a position, which confirms it: upwards only, and only while online.
     *
     * @return the chat afterwards, empty if there is none
     */
    CompletionStage<Optional<ChatView>> refreshed(ChatId chat, long position);

    /**
     * Returns the rows after a position.
     *
     * @param after 0 for all
     * @param max at most so many rows
     * @return empty if there is no such chat
     */
    CompletionStage<Optional<Transcript>> transcript(ChatId chat, long after, int max);

    /**
     * Finds a customer's chat by the instance of its service.
     *
     * @param secureKey the owner's key; looked at only where one is required
     * @return empty alike if there is none, if it is somebody else's, or if the key is wrong
     */
    CompletionStage<Optional<ChatView>> find(UserId owner, String serviceId, @Nullable String secureKey);

    /**
     * Returns chats of every customer, ended ones too, a page at a time, in the order of their ids.
     *
     * @param after where the last page ended; null for the first
     * @param limit at most so many
     */
    CompletionStage<List<ChatView>> chats(@Nullable ChatId after, int limit);

    /** Returns the settings in force. */
    Settings settings();

    /** Returns what an adapter calls when customers come, go and confirm. */
    Connections connections();

    /** Stops pushes, timers and deliveries, and closes what this engine made; what was handed in stays open. */
    @Override
    void close();

    /** Makes an engine. Not thread-safe. */
    interface Builder {

        /** Options by section, as in the Configuration Manager. Default: none. Replaces what {@link #settings} said. */
        Builder options(Options options);

        /** Typed settings. Default: {@link Options#settings()}. Replaces what {@link #options} said of them. */
        Builder settings(Settings settings);

        /** Push providers by device type. Default: none. Closed with the engine if {@code discover} made them. */
        Builder providers(PushProviders providers);

        /** Who tells the agent that the customer is away. Default: nobody. */
        Builder agentLink(AgentLink agentLink);

        /** Where chats are kept. Default: in memory. A store that is handed in stays open. */
        Builder store(SessionStore store);

        /** Who counts what happens. Default: nobody. */
        Builder observer(Observer observer);

        /** What time it is. Default: the system's clock. */
        Builder clock(InstantSource clock);

        /** Who runs tasks now and later. Default: threads of the engine's own. One that is handed in is left running. */
        Builder scheduler(Scheduler scheduler);

        /**
         * Returns a running engine.
         *
         * @throws IllegalArgumentException if settings contradict each other
         */
        ChatEngine build();
    }
}

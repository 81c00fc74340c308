package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Outcome;
import java.time.Duration;

/**
 * Is told what an operator may want to count. Every method does nothing by default, must not block and must be
 * thread-safe. Exceptions are logged and dropped.
 */
public interface Observer {

    /**
     * A chat was opened.
     *
     * @param serviceName the service
     */
    default void chatOpened(String serviceName) {}

    /**
     * A chat and its transcript were removed, at the end of their retention.
     *
     * @param serviceName the service
     */
    default void chatRemoved(String serviceName) {}

    /**
     * An event was written.
     *
     * @param serviceName the service
     * @param type the type of event
     * @param pushable whether it wakes an absent customer
     */
    default void eventSaid(String serviceName, String type, boolean pushable) {}

    /**
     * Rows were dropped because their chat has reached {@link dev.halley.Settings#maxEvents} or {@link
     * dev.halley.Settings#maxChatBytes}.
     *
     * @param serviceName the service
     * @param rows how many
     */
    default void eventsDropped(String serviceName, long rows) {}

    /**
     * A customer connected.
     *
     * @param serviceName the service
     */
    default void customerOnline(String serviceName) {}

    /**
     * A customer's new connection took a chat over from one that was still there.
     *
     * @param serviceName the service
     */
    default void customerTookOver(String serviceName) {}

    /**
     * A customer went away.
     *
     * @param serviceName the service
     */
    default void customerAway(String serviceName) {}

    /**
     * The agent was told of an absence.
     *
     * @param serviceName the service
     */
    default void agentTold(String serviceName) {}

    /**
     * The agent could not be told of an absence. This is tried again.
     *
     * @param serviceName the service
     */
    default void agentNotTold(String serviceName) {}

    /**
     * A push is on its way.
     *
     * @param type the type of device
     * @param attempt which attempt it is, from 1
     */
    default void pushSent(String type, int attempt) {}

    /**
     * A push service has answered, or failed to.
     *
     * @param type the type of device
     * @param outcome the answer
     * @param took how long that took
     */
    default void pushSettled(String type, Outcome outcome, Duration took) {}

    /**
     * A push was withdrawn just before it was sent: the customer is back, or another node has sent it.
     *
     * @param type the type of device
     */
    default void pushWithdrawn(String type) {}

    /**
     * A push was put off because its provider is failing or has too much to do. It is tried again.
     *
     * @param type the type of device
     * @param reason why
     */
    default void pushDeferred(String type, String reason) {}

    /**
     * A push was given up: its time to live or its attempts are used up, or it was rejected.
     *
     * @param type the type of device; {@code none} if there is no device, or no provider for its type
     * @param reason why
     */
    default void pushGivenUp(String type, String reason) {}

    /**
     * A customer's device has a type for which there is no provider.
     *
     * @param type the type of device, which the customer chose: there can be any number of them
     */
    default void deviceUnreachable(String type) {}

    /**
     * A device token was forgotten because the push service no longer knows it.
     *
     * @param chat the chat
     * @param device the device as it was
     * @param reason why
     */
    default void tokenForgotten(ChatId chat, Device device, String reason) {}

    /**
     * A circuit breaker has opened or closed. A provider has one for each credential or endpoint. Each is told to have
     * opened once until it is told to have closed, so that the difference is how many are open.
     *
     * @param type the type of device
     * @param open true for opened
     */
    default void circuitOpen(String type, boolean open) {}

    /**
     * Something was refused or dropped because a bound was reached.
     *
     * @param bound the option that sets the bound, such as {@code max_chats_per_user}
     */
    default void refused(String bound) {}

    /**
     * A call of the store has failed. It is tried again where that is possible.
     *
     * @param call the name of the call
     * @param failure how it failed
     */
    default void storeFailed(String call, Throwable failure) {}
}

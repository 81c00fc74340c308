package dev.halley.spi;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Outcome;
import java.time.Duration;

/**
 * Is told what an operator counts. Every method does nothing by default, must not block and must be thread-safe; what it
 * throws is logged and dropped.
 */
public interface Observer {

    /** A chat was opened. */
    default void chatOpened(String serviceName) {}

    /** A chat and its transcript were removed, at the end of their retention. */
    default void chatRemoved(String serviceName) {}

    /** An event was written. */
    default void eventSaid(String serviceName, String type, boolean pushable) {}

    /** Rows were dropped because their chat has reached its limit. */
    default void eventsDropped(String serviceName, long rows) {}

    /** A customer connected. */
    default void customerOnline(String serviceName) {}

    /** A customer took a chat over from another connection that was still there. */
    default void customerTookOver(String serviceName) {}

    /** A customer went away. */
    default void customerAway(String serviceName) {}

    /** The agent was told of an absence. */
    default void agentTold(String serviceName) {}

    /** The agent could not be told of an absence; it is tried again. */
    default void agentNotTold(String serviceName) {}

    /** A push is on its way to a device of this type; {@code attempt} counts from 1. */
    default void pushSent(String type, int attempt) {}

    /** A push service answered, or did not, after so long. */
    default void pushSettled(String type, Outcome outcome, Duration took) {}

    /** A push was withdrawn just before it was sent: its customer is back, or somebody else has sent it. */
    default void pushWithdrawn(String type) {}

    /** A push was not sent now, because its push service is failing or has too much to do; it is tried again. */
    default void pushDeferred(String type, String reason) {}

    /** A push was given up: its time to live or its attempts are over, or its push service refused it. */
    default void pushGivenUp(String type, String reason) {}

    /** A device's type has no provider. */
    default void deviceUnreachable(String type) {}

    /** A device token was forgotten because its push service said so. */
    default void tokenForgotten(ChatId chat, Device device, String reason) {}

    /** A circuit breaker of this type of devices has opened ({@code true}) or closed. */
    default void circuitOpen(String type, boolean open) {}

    /** The store failed; what was asked is tried again where that is possible. */
    default void storeFailed(String call, Throwable failure) {}
}

package dev.halley;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Settings of one service. Immutable; the methods that change something return a copy.
 *
 * @param gracePeriod the time from the first pushable event of an absence to its first push,
 *     {@code _client_timeout_notification}. Default: 90 seconds. 0 pushes at once.
 * @param message the sentence of a push, {@code _client_timeout_notification_message}. Default: "New message from
 *     Agent".
 * @param agentMessage what the agent is told, {@code _agent_timeout_notification_message}. Default: "customer is not
 *     online".
 * @param filter which events wake a customer, {@code filtering_chat_events}. Default: {@link EventFilter#DEFAULT}.
 * @param refusedAfterEnd whether calls of the customer after the end are errors,
 *     {@code _chat_400_response_on_disconnected}. Default: false.
 */
public record ServiceSettings(
        Duration gracePeriod, String message, String agentMessage, EventFilter filter, boolean refusedAfterEnd) {

    /** The longest grace period that is accepted. */
    public static final Duration MAX_GRACE_PERIOD = Duration.ofHours(12);

    /** The defaults. */
    public static final ServiceSettings DEFAULT = new ServiceSettings(
            Duration.ofSeconds(90), "New message from Agent", "customer is not online", EventFilter.DEFAULT, false);

    /**
     * Checks the components.
     *
     * @param gracePeriod {@link #gracePeriod()}
     * @param message {@link #message()}
     * @param agentMessage {@link #agentMessage()}
     * @param filter {@link #filter()}
     * @param refusedAfterEnd {@link #refusedAfterEnd()}
     * @throws IllegalArgumentException if the grace period is negative or longer than 12 hours
     */
    public ServiceSettings {
        requireNonNull(message, "message");
        requireNonNull(agentMessage, "agentMessage");
        requireNonNull(filter, "filter");
        if (gracePeriod.isNegative() || gracePeriod.compareTo(MAX_GRACE_PERIOD) > 0) {
            throw new IllegalArgumentException("A grace period is from 0 to 12 hours, not " + gracePeriod);
        }
    }

    /**
     * Sets the grace period.
     *
     * @param value from 0 to {@link #MAX_GRACE_PERIOD}
     * @return a copy
     */
    public ServiceSettings withGracePeriod(Duration value) {
        return new ServiceSettings(value, message, agentMessage, filter, refusedAfterEnd);
    }

    /**
     * Sets the sentence of a push.
     *
     * @param value the sentence
     * @return a copy
     */
    public ServiceSettings withMessage(String value) {
        return new ServiceSettings(gracePeriod, value, agentMessage, filter, refusedAfterEnd);
    }

    /**
     * Sets what the agent is told.
     *
     * @param value the sentence
     * @return a copy
     */
    public ServiceSettings withAgentMessage(String value) {
        return new ServiceSettings(gracePeriod, message, value, filter, refusedAfterEnd);
    }

    /**
     * Sets which events wake a customer.
     *
     * @param value the filter
     * @return a copy
     */
    public ServiceSettings withFilter(EventFilter value) {
        return new ServiceSettings(gracePeriod, message, agentMessage, value, refusedAfterEnd);
    }

    /**
     * Sets whether calls of the customer after the end are errors.
     *
     * @param value true for errors
     * @return a copy
     */
    public ServiceSettings withRefusedAfterEnd(boolean value) {
        return new ServiceSettings(gracePeriod, message, agentMessage, filter, value);
    }
}

package dev.halley;

import java.time.Instant;

/**
 * A chat as it was at one instant. Immutable.
 *
 * @param id the chat
 * @param serviceId the instance of the service
 * @param serviceName the service
 * @param owner the customer
 * @param nickname the customer's name in the transcript
 * @param startedAt when it was opened
 * @param presence where the customer is
 * @param position the position of the last event
 * @param seen the highest position known to have arrived at the customer
 * @param pushed the highest position that a push of this absence has told of
 * @param omitted how many of the first events were dropped because the chat reached its limit
 */
public record ChatView(
        ChatId id,
        String serviceId,
        String serviceName,
        UserId owner,
        String nickname,
        Instant startedAt,
        Presence presence,
        long position,
        long seen,
        long pushed,
        long omitted) {

    /** Returns whether the chat is over. */
    public boolean ended() {
        return presence == Presence.ENDED;
    }

    @Override
    public String toString() {
        return "ChatView[" + id + ", " + presence + ", position=" + position + "]";
    }
}

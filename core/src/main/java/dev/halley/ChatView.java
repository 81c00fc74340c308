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
 * @param presence whether the customer is online or away, or the chat has ended
 * @param position the position of the last event
 * @param seen the highest position known to have arrived at the customer
 * @param pushed the position up to which pushes have told the customer
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

    /** {@return whether the chat has ended} */
    public boolean ended() {
        return presence == Presence.ENDED;
    }

    @Override
    public String toString() {
        return "ChatView[" + id + ", " + presence + ", position=" + position + "]";
    }
}

package dev.halley;

import static java.util.Objects.requireNonNull;

/**
 * A call was refused because a bound was reached: see {@link Settings}. Nothing was changed; the same call may succeed
 * later. Its message names the bound and no customer.
 */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why a call is refused. */
    public enum Reason {
        /** The customer has as many chats as one may have: {@link Settings#maxChatsPerUser}. */
        TOO_MANY_CHATS_OF_USER,
        /** The store has no room for another chat: {@link Settings#maxChats}, {@link Settings#maxBytes}. */
        NO_ROOM_FOR_CHATS,
        /** The store has no room for another event: {@link Settings#maxBytes}. */
        NO_ROOM_FOR_EVENTS
    }

    private final Reason reason;

    /**
     * Creates the exception.
     *
     * @param reason why the call is refused
     * @param message the same in words
     */
    public RefusedException(Reason reason, String message) {
        super(message, null, false, false); // it is a normal answer, not a fault: no stack trace
        this.reason = requireNonNull(reason, "reason");
    }

    /** {@return why the call was refused} */
    public Reason reason() {
        return reason;
    }
}

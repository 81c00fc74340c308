package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Checks;
import dev.halley.internal.EventIds;

/**
 * Something that was said or done in a chat. Immutable.
 *
 * <p>Texts are not changed, except that lone surrogates become U+FFFD. The {@code id} makes a retry harmless: saying an
 * event again writes nothing while it is among the last 64 of its chat.
 *
 * @param id identifies the event within its chat: 1 to 64 of {@code A-Z a-z 0-9 _ -}
 * @param type for example {@link #MESSAGE_TEXT}; 1 to 64 of {@code A-Z a-z 0-9 . _ -}; the constants are not all there
 *     may be, but {@code _action} is refused, as apps would take it for the key of a callback push
 * @param party who did it
 * @param nickname the name to show; at most {@value #MAX_NICKNAME} characters
 * @param text what was said; the option {@code max_text} sets the greatest length
 */
public record ChatEvent(String id, String type, Party party, String nickname, String text) {

    /** A message. */
    public static final String MESSAGE_TEXT = "Message.Text";
    /** Somebody came. */
    public static final String NOTICE_JOINED = "Notice.Joined";
    /** Somebody went. */
    public static final String NOTICE_LEFT = "Notice.Left";
    /** Somebody began to type. */
    public static final String NOTICE_TYPING_STARTED = "Notice.TypingStarted";
    /** Somebody stopped typing. */
    public static final String NOTICE_TYPING_STOPPED = "Notice.TypingStopped";
    /** A page to open. */
    public static final String NOTICE_PUSH_URL = "Notice.PushUrl";
    /** A notice of the application's own. */
    public static final String NOTICE_CUSTOM = "Notice.Custom";

    /** The longest nickname, in characters: a row with the longest text still fits into one message. */
    public static final int MAX_NICKNAME = 200;

    /**
     * Checks the components.
     *
     * @param id {@link #id()}
     * @param type {@link #type()}
     * @param party {@link #party()}
     * @param nickname {@link #nickname()}
     * @param text {@link #text()}
     * @throws IllegalArgumentException if a component does not have the form given above
     */
    public ChatEvent {
        Checks.identifier("event id", id);
        Checks.eventType(type);
        requireNonNull(party, "party");
        nickname = Checks.wellFormed(requireNonNull(nickname, "nickname"));
        text = Checks.wellFormed(requireNonNull(text, "text"));
        if (nickname.length() > MAX_NICKNAME) {
            throw new IllegalArgumentException(
                    "A nickname has at most " + MAX_NICKNAME + " characters, not " + nickname.length());
        }
    }

    /**
     * Returns an event of any type, with a new id.
     *
     * @param type the type of event
     * @param party who did it
     * @param nickname the name to show
     * @param text what was said
     * @return the event
     */
    public static ChatEvent of(String type, Party party, String nickname, String text) {
        return new ChatEvent(EventIds.next(), type, party, nickname, text);
    }

    /**
     * Returns a message.
     *
     * @param party who wrote it
     * @param nickname the name to show
     * @param text what was said
     * @return the event
     */
    public static ChatEvent text(Party party, String nickname, String text) {
        return of(MESSAGE_TEXT, party, nickname, text);
    }

    /**
     * Returns a notice that somebody came.
     *
     * @param party who came
     * @param nickname the name to show
     * @return the event
     */
    public static ChatEvent joined(Party party, String nickname) {
        return of(NOTICE_JOINED, party, nickname, "has joined the session");
    }

    /**
     * Returns a notice that somebody went.
     *
     * @param party who went
     * @param nickname the name to show
     * @return the event
     */
    public static ChatEvent left(Party party, String nickname) {
        return of(NOTICE_LEFT, party, nickname, "has left the session");
    }

    /**
     * Returns a notice that somebody began or stopped typing.
     *
     * @param party who
     * @param nickname the name to show
     * @param typing true for began, false for stopped
     * @return the event
     */
    public static ChatEvent typing(Party party, String nickname, boolean typing) {
        return typing
                ? of(NOTICE_TYPING_STARTED, party, nickname, "is typing")
                : of(NOTICE_TYPING_STOPPED, party, nickname, "stopped typing");
    }

    /**
     * Returns this event with an id that the caller can repeat after a failure.
     *
     * @param newId the id
     * @return a copy
     */
    public ChatEvent withId(String newId) {
        return new ChatEvent(newId, type, party, nickname, text);
    }

    @Override
    public String toString() {
        return "ChatEvent[" + id + ", " + type + ", " + party + "]";
    }
}

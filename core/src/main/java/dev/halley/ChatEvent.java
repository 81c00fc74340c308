package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Checks;
import dev.halley.internal.EventIds;

/**
 * Something that was said or done in a chat. Immutable.
 *
 * <p>Texts pass through untouched, but for lone surrogates, which become U+FFFD. Its {@code id} makes a retry harmless:
 * saying an event a second time adds nothing while it is among the last 64 of its chat.
 *
 * @param id identifies the event within its chat: 1 to 64 of {@code A-Z a-z 0-9 _ -}
 * @param type for example {@link #MESSAGE_TEXT}; 1 to 64 of {@code A-Z a-z 0-9 . _ -}; others than the constants are
 *     fine, but for {@code _action}, which would be a key that apps take for a callback push
 * @param party who did it
 * @param nickname the name shown; at most {@value #MAX_NICKNAME} characters
 * @param text what was said; its longest length is the engine's setting {@code max_text}
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

    /** The longest nickname, in characters; so that a row of the longest text still fits into one message. */
    public static final int MAX_NICKNAME = 200;

    /** @throws IllegalArgumentException if a part has another form than said above */
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

    /** Returns an event of any type, with an id of its own. */
    public static ChatEvent of(String type, Party party, String nickname, String text) {
        return new ChatEvent(EventIds.next(), type, party, nickname, text);
    }

    /** Returns a message. */
    public static ChatEvent text(Party party, String nickname, String text) {
        return of(MESSAGE_TEXT, party, nickname, text);
    }

    /** Returns a notice that somebody came. */
    public static ChatEvent joined(Party party, String nickname) {
        return of(NOTICE_JOINED, party, nickname, "has joined the session");
    }

    /** Returns a notice that somebody went. */
    public static ChatEvent left(Party party, String nickname) {
        return of(NOTICE_LEFT, party, nickname, "has left the session");
    }

    /** Returns a notice that somebody began, or stopped, to type. */
    public static ChatEvent typing(Party party, String nickname, boolean typing) {
        return typing
                ? of(NOTICE_TYPING_STARTED, party, nickname, "is typing")
                : of(NOTICE_TYPING_STOPPED, party, nickname, "stopped typing");
    }

    /** Returns this event with another id, one that the caller can repeat after a failure. */
    public ChatEvent withId(String newId) {
        return new ChatEvent(newId, type, party, nickname, text);
    }

    @Override
    public String toString() {
        return "ChatEvent[" + id + ", " + type + ", " + party + "]";
    }
}

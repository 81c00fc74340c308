package dev.halley.internal;

import static java.util.Objects.requireNonNull;

/** Checks the form of names and texts when they enter. */
public final class Checks {

    private Checks() {}

    /** Checks that a value has 1 to 64 of the characters {@code A-Z a-z 0-9 _ -}. */
    public static void identifier(String what, String value) {
        requireNonNull(value, what);
        if (!isIdentifier(value)) {
            throw new IllegalArgumentException("A " + what + " has 1 to 64 of the characters A-Z a-z 0-9 _ -");
        }
    }

    /** Returns whether a value has 1 to 64 of the characters {@code A-Z a-z 0-9 _ -}. */
    public static boolean isIdentifier(String value) {
        return value.indexOf('.') < 0 && isName(value);
    }

    /** Checks that a value has 1 to 64 of the characters {@code A-Z a-z 0-9 . _ -}. */
    public static void name(String what, String value) {
        requireNonNull(value, what);
        if (!isName(value)) {
            throw new IllegalArgumentException("A " + what + " has 1 to 64 of the characters A-Z a-z 0-9 . _ -");
        }
    }

    /** Uses no stream, because every event is checked twice. */
    private static boolean isName(String value) {
        if (value.isEmpty() || value.length() > 64) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** Checks the form of an event's type. */
    public static void eventType(String value) {
        name("event type", value);
        if (value.equals("_action")) {
            throw new IllegalArgumentException("An event type can't be _action, which apps take for a callback push");
        }
    }

    /** Returns the text with each lone surrogate replaced by U+FFFD. */
    public static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else {
                    return replaceLoneSurrogates(text);
                }
            }
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}

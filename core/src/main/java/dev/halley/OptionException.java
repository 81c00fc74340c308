package dev.halley;

import dev.halley.internal.Nearest;

/** Says that an option is unknown or has a wrong value, in one line: section, option, value, and what is accepted. */
public final class OptionException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * A complaint about a value.
     *
     * @param value as it may be printed
     * @param accepted what is accepted instead
     */
    public OptionException(String section, String option, String value, String accepted) {
        super("[" + section + "] " + option + " = " + value + ": accepted is " + accepted);
    }

    /**
     * Returns the complaint about a value that has the right form and can't be used after all, such as the path of a file
     * that can't be read.
     *
     * @param value printed without control characters
     * @param why in a few words, without anything secret
     * @param accepted what is accepted instead
     */
    public static OptionException unusable(String section, String option, String value, String why, String accepted) {
        return new OptionException(section, option, "'" + Nearest.printable(value) + "' (" + why + ")", accepted);
    }

    /** A complaint about something else. */
    public OptionException(String message) {
        super(message);
    }
}

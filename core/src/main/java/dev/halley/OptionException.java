package dev.halley;

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

    /** A complaint about something else. */
    public OptionException(String message) {
        super(message);
    }
}

package dev.halley;

import dev.halley.internal.Nearest;

/**
 * Says that an option is unknown, missing or has a value that is not accepted. The message is one line, for example
 * {@code [push.provider.customhttp] customhttp.timeout = '0': accepted is whole seconds from 1 to 30}.
 */
public final class OptionException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the complaint about a value.
     *
     * @param section the section without its brackets
     * @param option the option's name
     * @param value the value as it may be printed: without control characters and without anything secret
     * @param accepted what is accepted instead, in words
     */
    public OptionException(String section, String option, String value, String accepted) {
        super("[" + section + "] " + option + " = " + value + ": accepted is " + accepted);
    }

    /**
     * Returns the complaint about a value that has the right form but can't be used, such as the path of a file that
     * can't be read.
     *
     * @param section the section without its brackets
     * @param option the option's name
     * @param value the value, which is printed without its control characters
     * @param why why it can't be used, in a few words, without anything secret
     * @param accepted what is accepted instead, in words
     * @return the exception, for the caller to throw
     */
    public static OptionException unusable(String section, String option, String value, String why, String accepted) {
        return new OptionException(section, option, "'" + Nearest.printable(value) + "' (" + why + ")", accepted);
    }

    /**
     * Creates a complaint that is not about a single value.
     *
     * @param message what is wrong and what is accepted, without anything secret
     */
    public OptionException(String message) {
        super(message);
    }
}

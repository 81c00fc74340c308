package dev.halley.spi;

import dev.halley.Notification;
import dev.halley.OptionException;
import dev.halley.Options;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a factory needs to make a provider. Immutable.
 *
 * @param type the device type to serve, in lower case
 * @param options all options; each value is already checked by its own declaration
 */
public record ProviderConfig(String type, Options options) {

    /**
     * Returns the value of an option from {@code [push.provider.<type>]}, else from {@code [push]}.
     *
     * @param name the option
     * @return its value; empty if neither section sets it
     */
    public Optional<String> option(String name) {
        return options.get("push.provider." + type, name).or(() -> options.get("push", name));
    }

    /**
     * Returns all sets of options that a notification can have: devices choose among them by the name of their
     * provider, by debug mode and by their language. A factory reads all its credentials from these, so that wrong ones
     * are found at the start.
     *
     * @return the sets, each once
     */
    public List<Map<String, String>> variants() {
        return options.variants(Notification.NEW_AGENT_MESSAGE);
    }

    /**
     * Returns whether any section sets an option or its {@code debug.} twin.
     *
     * @param name the option
     * @return whether it is set anywhere
     */
    public boolean isSetAnywhere(String name) {
        return options.isSetAnywhere(name);
    }

    /**
     * Returns the complaint that an option is missing.
     *
     * @param name the option
     * @param accepted what is accepted, in words
     * @return the exception, for the caller to throw
     */
    public OptionException missing(String name, String accepted) {
        return new OptionException("push.provider." + type, name, "(missing)", accepted);
    }

    /**
     * Returns the complaint that a value has the right form but can't be used, such as the path of a file that can't be
     * read.
     *
     * @param name the option
     * @param value its value, which is printed without its control characters
     * @param why why it can't be used, in a few words, without anything secret
     * @param accepted what is accepted, in words
     * @return the exception, for the caller to throw
     */
    public OptionException unusable(String name, String value, String why, String accepted) {
        return OptionException.unusable(section(name, value), name, value, why, accepted);
    }

    /**
     * Returns the complaint that a value is not accepted together with the values of other options.
     *
     * @param name the option
     * @param value its value as it may be printed: without anything secret
     * @param accepted what is accepted, in words
     * @return the exception, for the caller to throw
     */
    public OptionException refused(String name, String value, String accepted) {
        return new OptionException(section(name, value), name, value, accepted);
    }

    private String section(String name, String value) {
        return options.sectionWith(name, value).orElse("push.provider." + type);
    }
}

package dev.halley.spi;

import dev.halley.Notification;
import dev.halley.OptionException;
import dev.halley.Options;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a factory is given to make a provider. Immutable.
 *
 * @param type the device type to serve
 * @param options all options, already checked one by one
 */
public record ProviderConfig(String type, Options options) {

    /** Returns an option from {@code [push.provider.<type>]}, else from {@code [push]}. */
    public Optional<String> option(String name) {
        return options.get("push.provider." + type, name).or(() -> options.get("push", name));
    }

    /**
     * Returns all sets of options that devices can choose by the name of their provider, by being in debug mode and by their
     * language, each once: what a notification's options can be. A provider with credentials reads them here, at the start.
     */
    public List<Map<String, String>> variants() {
        return options.variants(Notification.NEW_AGENT_MESSAGE);
    }

    /** Returns whether an option is set in any section. */
    public boolean isSetAnywhere(String name) {
        return options.isSetAnywhere(name);
    }

    /**
     * Returns the complaint that an option is missing.
     *
     * @param accepted what it could be
     */
    public OptionException missing(String name, String accepted) {
        return new OptionException("push.provider." + type, name, "(missing)", accepted);
    }

    /**
     * Returns the complaint that a value can't be used after all, such as the path of a file that can't be read.
     *
     * @param why in a few words, without anything secret
     * @param accepted what it could be
     */
    public OptionException unusable(String name, String value, String why, String accepted) {
        return OptionException.unusable(section(name, value), name, value, why, accepted);
    }

    /**
     * Returns the complaint that a value is not accepted beside those of other options.
     *
     * @param value as it may be printed
     * @param accepted what it could be
     */
    public OptionException refused(String name, String value, String accepted) {
        return new OptionException(section(name, value), name, value, accepted);
    }

    private String section(String name, String value) {
        return options.sectionWith(name, value).orElse("push.provider." + type);
    }
}

package dev.halley.spi;

import dev.halley.OptionException;
import dev.halley.Options;
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
}

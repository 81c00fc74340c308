package dev.halley.spi;

import java.util.List;
import java.util.Set;

/**
 * Makes push providers; found by {@link java.util.ServiceLoader}. Only for a type that {@code pushEnabled} names is one
 * made, one for each type.
 */
public interface PushProviderFactory {

    /** Returns the device types that this factory serves, in lower case. */
    Set<String> types();

    /** Returns the options that are its providers' own; no other place knows them. */
    List<Option> options();

    /**
     * Makes a provider, without I/O.
     *
     * @throws dev.halley.OptionException if an option is missing or contradicts another
     */
    PushProvider create(ProviderConfig config);
}

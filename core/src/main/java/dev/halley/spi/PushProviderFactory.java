package dev.halley.spi;

import java.util.List;
import java.util.Set;

/**
 * Makes push providers. Factories are found by {@link java.util.ServiceLoader}, so they need a public constructor
 * without parameters. Life cycle: {@code options} is asked while options are checked; then {@code create} is called
 * once for each of its types that {@code pushEnabled} names.
 *
 * <p>Calls come from the thread that calls {@link dev.halley.Options#of} or {@link dev.halley.PushProviders#discover}.
 */
public interface PushProviderFactory {

    /** {@return the device types that this factory serves, in lower case} */
    Set<String> types();

    /** {@return the options of its providers, which are declared nowhere else} */
    List<Option> options();

    /**
     * Makes a provider. It pushes nothing yet; at most credentials are read and checked.
     *
     * @param config the type to serve, one of {@link #types()}, and the options
     * @return the provider, which the caller closes
     * @throws dev.halley.OptionException if an option is missing, can't be used or contradicts another
     */
    PushProvider create(ProviderConfig config);
}

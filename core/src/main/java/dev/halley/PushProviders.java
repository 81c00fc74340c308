package dev.halley;

import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Push providers by device type. Closing it closes the providers that it made. This class is thread-safe. */
public final class PushProviders implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PushProviders.class);

    private final Map<String, PushProvider> byType;
    private final boolean made;

    private PushProviders(Map<String, PushProvider> byType, boolean made) {
        this.byType = Map.copyOf(byType);
        this.made = made;
    }

    /**
     * Makes a provider for each type that {@code pushEnabled} names, with the factories on the class path.
     *
     * @param options the options of the providers
     * @return the providers, which the caller closes
     * @throws OptionException if no factory serves a type, or a factory refuses its options
     */
    public static PushProviders discover(Options options) {
        return discover(options, ServiceLoader.load(PushProviderFactory.class));
    }

    /**
     * Makes a provider for each type that {@code pushEnabled} names, with the given factories.
     *
     * @param options the options of the providers
     * @param factories the factories; if several serve a type, the first makes its provider
     * @return the providers, which the caller closes
     * @throws OptionException if no factory serves a type, or a factory refuses its options
     */
    public static PushProviders discover(Options options, Iterable<? extends PushProviderFactory> factories) {
        Map<String, PushProviderFactory> byType = new LinkedHashMap<>();
        for (PushProviderFactory factory : factories) {
            factory.types().forEach(type -> byType.putIfAbsent(Device.canonicalType(type), factory));
        }
        Map<String, PushProvider> providers = new LinkedHashMap<>();
        try {
            for (String type : options.pushEnabled()) {
                PushProviderFactory factory = byType.get(type);
                if (factory == null) {
                    throw new OptionException("push", "pushEnabled", type, accepted(byType.keySet()));
                }
                providers.put(type, factory.create(new ProviderConfig(type, options)));
            }
        } catch (RuntimeException e) {
            new PushProviders(providers, true).close();
            throw e;
        }
        return new PushProviders(providers, true);
    }

    /**
     * Takes providers that exist already. They stay open when the result is closed.
     *
     * @param byType device type to provider
     * @return the providers
     */
    public static PushProviders of(Map<String, PushProvider> byType) {
        Map<String, PushProvider> providers = new LinkedHashMap<>();
        byType.forEach((type, provider) -> providers.put(Device.canonicalType(type), provider));
        return new PushProviders(providers, false);
    }

    /** {@return no providers: nobody is ever pushed to} */
    public static PushProviders none() {
        return of(Map.of());
    }

    /** {@return the device types that have a provider, in lower case} */
    public Set<String> types() {
        return byType.keySet();
    }

    /**
     * Returns the provider of a device type.
     *
     * @param type the device type, as {@link Device#type()} has it
     * @return its provider; empty if the type is not pushed to
     */
    public Optional<PushProvider> provider(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    /** Closes the providers that {@link #discover} made; those that {@link #of} was given stay open. */
    @Override
    public void close() {
        if (made) {
            byType.forEach((type, provider) -> {
                try {
                    provider.close();
                } catch (RuntimeException e) {
                    LOGGER.warn(
                            "Could not close the provider of {}: {}",
                            type,
                            e.getClass().getName());
                }
            });
        }
    }

    private static String accepted(Set<String> found) {
        return found.isEmpty()
                ? "nothing, for no provider is on the class path; add halley-push-http or another"
                : "any of " + String.join(", ", new TreeSet<>(found))
                        + ", the types of the providers on the class path";
    }

    @Override
    public String toString() {
        return "PushProviders" + new TreeSet<>(byType.keySet());
    }
}

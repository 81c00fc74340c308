package dev.halley.examples.ntfy;

import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Makes the provider for devices whose {@code push_notification_type} is {@code ntfy}. */
public final class NtfyProviderFactory implements PushProviderFactory {

    static final Option URL = Option.matching(
            "ntfy.url",
            "must be set",
            "Where pushes are published.",
            "the URL of a server, such as https://ntfy.sh",
            "https?://[^\\s?#]+");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Override
    public Set<String> types() {
        return Set.of("ntfy");
    }

    @Override
    public List<Option> options() {
        return List.of(URL);
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        String url = config.option(URL.name()).orElseThrow(() -> config.missing(URL.name(), URL.accepted()));
        return new NtfyProvider(URI.create(url), TIMEOUT);
    }
}

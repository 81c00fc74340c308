package dev.halley;

import dev.halley.spi.Option;
import dev.halley.spi.Payload;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes providers that send nothing, and remembers which it made and which were closed. */
final class FakeProviders implements PushProviderFactory {

    final List<String> made = new ArrayList<>();
    final List<String> closed = new ArrayList<>();
    private final Set<String> types;
    private final List<Option> options;

    FakeProviders(Set<String> types, Option... options) {
        this.types = types;
        this.options = List.of(options);
    }

    @Override
    public Set<String> types() {
        return types;
    }

    @Override
    public List<Option> options() {
        return options;
    }

    @Override
    public PushProvider create(ProviderConfig config) {
        if (config.type().equals("broken")) {
            throw config.missing("broken.url", "an https URL");
        }
        made.add(config.type());
        return new PushProvider() {
            @Override
            public Payload format(Notification notification, Device device) {
                return new Payload(notification.key(), "", Map.of());
            }

            @Override
            public CompletionStage<Outcome> send(Payload payload, Device device) {
                return CompletableFuture.completedFuture(new Outcome.Accepted());
            }

            @Override
            public void close() {
                closed.add(config.type());
                if (config.type().equals("sticky")) {
                    throw new IllegalStateException("It does not close");
                }
            }
        };
    }
}

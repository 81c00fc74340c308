package dev.halley.benchmarks;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Accepts pushes and sends them nowhere. */
final class NoPush implements PushProvider {

    static final String TYPE = "none";

    private final Consumer<Notification> told;

    private NoPush(Consumer<Notification> told) {
        this.told = told;
    }

    static PushProviders providers(Consumer<Notification> told) {
        return PushProviders.of(Map.of(TYPE, new NoPush(told)));
    }

    @Override
    public Payload format(Notification notification, Device device) {
        told.accept(notification);
        return new Payload(notification.key(), "", Map.of());
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        return completedFuture(new Outcome.Accepted());
    }
}

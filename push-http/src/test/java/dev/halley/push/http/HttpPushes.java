package dev.halley.push.http;

import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A provider and pushes for it, of the same options. */
final class Pushes implements AutoCloseable {

    static final String KEY = "0001BaAFC4J8000N_1_6";
    static final String SERVICE_ID = "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7";

    static {
        loadClasses();
    }

    private final Options options;
    private final PushProvider provider;

    private Pushes(Options options, PushProvider provider) {
        this.options = options;
        this.provider = provider;
    }

    static Pushes of(String type, Map<String, String> values, InstantSource clock) {
        Options options = options(Map.of("push.provider." + type, values));
        return new Pushes(options, new HttpProviderFactory(clock).create(new ProviderConfig(type, options)));
    }

    static Pushes of(String type, Map<String, String> values) {
        return of(type, values, InstantSource.system());
    }

    static Pushes to(String url) {
        return of("customhttp", Map.of("customhttp.url", url, "customhttp.timeout", "1"));
    }

    /** Sends a first push, so that nobody's second is spent on loading classes. */
    private static void loadClasses() {
        try (Receiver receiver = new Receiver();
                Pushes patient = of("customhttp", Map.of("customhttp.url", receiver.url("/")))) {
            Outcome outcome = patient.send();
            if (!outcome.equals(new Outcome.Accepted())) {
                throw new IllegalStateException("The first push was " + outcome);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Options options(Map<String, Map<String, String>> sections) {
        return Options.of(sections, List.of(new HttpProviderFactory()));
    }

    PushProvider provider() {
        return provider;
    }

    Notification notification(String key, Device device, String... texts) {
        return notification(key, options.forPush(device.provider(), Notification.NEW_AGENT_MESSAGE, false), texts);
    }

    static Notification notification(String key, Map<String, String> options, String... texts) {
        List<Row> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(row(rows.size() + 1, ChatEvent.MESSAGE_TEXT, text));
        }
        return new Notification(
                key,
                Notification.NEW_AGENT_MESSAGE,
                "New message from Agent",
                SERVICE_ID,
                "",
                rows,
                rows.size(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(60),
                options);
    }

    static Row row(long position, String type, String text) {
        return new Row(position, true, Instant.EPOCH, ChatEvent.of(type, Party.AGENT, "Ann", text));
    }

    Outcome send(Device device, String... texts) throws Exception {
        return provider.send(provider.format(notification(KEY, device, texts), device), device)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    Outcome send() throws Exception {
        return send(Device.of("customhttp", "device-1"), "Hello");
    }

    @Override
    public void close() {
        provider.close();
    }
}

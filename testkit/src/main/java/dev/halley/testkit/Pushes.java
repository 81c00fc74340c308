package dev.halley.testkit;

import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A provider as a configuration makes it, and pushes for it with the same options, to test what
 * {@link PushProviderContract} can't know: what a push looks like, and what happens to it.
 *
 * <p>This class is thread-safe.
 */
public final class Pushes implements AutoCloseable {

    /** The key of whatever has no other. */
    public static final String KEY = "0001BaAFC4J8000N_1_6";

    /** The chat's instance of its service. */
    public static final String SERVICE_ID = "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7";

    /** When each row was said, and each attempt is made. */
    public static final Instant AT = Instant.parse("2026-11-24T08:00:00.9Z");

    private final Options options;
    private final PushProvider provider;
    private final Device device;

    /**
     * Makes a provider for the type of a device.
     *
     * @param factory what makes the provider
     * @param sections of the configuration, each with its options
     * @param device to which pushes go that are for no other
     * @throws dev.halley.OptionException if the options are not accepted
     */
    public Pushes(PushProviderFactory factory, Map<String, Map<String, String>> sections, Device device) {
        this.options = Options.of(sections, List.of(factory));
        this.provider = factory.create(new ProviderConfig(device.type(), options));
        this.device = device;
    }

    /**
     * Returns the provider.
     *
     * @return the provider under test, open until {@link #close}
     */
    public PushProvider provider() {
        return provider;
    }

    /**
     * Returns a push with the options of a device.
     *
     * @param key the push's key
     * @param to the device
     * @param texts a row for each
     * @return a push that is worth something for a minute
     */
    public Notification notification(String key, Device to, String... texts) {
        return notification(key, options.forPush(to, Notification.NEW_AGENT_MESSAGE), texts);
    }

    /**
     * Returns a push with these options.
     *
     * @param key the push's key
     * @param options as they are resolved for a device and an event
     * @param texts a row for each
     * @return a push that is worth something for a minute
     */
    public static Notification notification(String key, Map<String, String> options, String... texts) {
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
                rows.size() + 5,
                AT,
                AT.plusSeconds(60),
                options);
    }

    /**
     * Returns a row of the agent's.
     *
     * @param position in the transcript, from 1
     * @param type of the event, such as {@link ChatEvent#MESSAGE_TEXT}
     * @param text what was said
     * @return a row that is pushable
     */
    public static Row row(long position, String type, String text) {
        return new Row(position, true, AT, ChatEvent.of(type, Party.AGENT, "Ann", text));
    }

    /**
     * Sends a push, and does not wait for what happens to it.
     *
     * @param key the push's key
     * @param to the device
     * @param texts a row for each
     * @return completes with what happens to it
     */
    public CompletableFuture<Outcome> begin(String key, Device to, String... texts) {
        return provider.send(provider.format(notification(key, to, texts), to), to)
                .toCompletableFuture();
    }

    /**
     * Sends a push, and waits for what happens to it.
     *
     * @param to the device
     * @param texts a row for each
     * @return what became of it
     * @throws Exception if nothing did within 20 seconds, or the provider failed
     */
    public Outcome send(Device to, String... texts) throws Exception {
        return begin(KEY, to, texts).get(20, TimeUnit.SECONDS);
    }

    /**
     * Sends a push that says "Hello", and waits for what happens to it.
     *
     * @return what became of it
     * @throws Exception if nothing did within 20 seconds, or the provider failed
     */
    public Outcome send() throws Exception {
        return send(device, "Hello");
    }

    /**
     * Sends a first push, so that no other's time is spent on loading classes, and closes the provider.
     *
     * @throws IllegalStateException if it is not accepted
     */
    public void warmUp() {
        try (this) {
            Outcome outcome = send();
            if (!outcome.equals(new Outcome.Accepted())) {
                throw new IllegalStateException("The first push was " + outcome);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes the provider. */
    @Override
    public void close() {
        provider.close();
    }
}

package dev.halley.push.ios;

import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.standins.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A provider and pushes for it, of the same options. */
final class Pushes implements AutoCloseable {

    static final String KEY = "0001BaAFC4J8000N_1_6";
    static final String SERVICE_ID = "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7";
    static final String TOKEN = "0123456789abcdefABCDEF".repeat(3);
    static final Device DEVICE = Device.of("ios", TOKEN);
    static final Instant AT = Instant.parse("2026-11-24T08:00:00.9Z");

    static {
        loadClasses();
    }

    private final Options options;
    private final PushProvider provider;

    private Pushes(Options options, PushProvider provider) {
        this.options = options;
        this.provider = provider;
    }

    static Pushes of(Map<String, Map<String, String>> sections, Duration timeLimit) {
        IosProviderFactory factory = new IosProviderFactory(timeLimit);
        Options options = Options.of(sections, List.of(factory));
        return new Pushes(options, factory.create(new ProviderConfig("ios", options)));
    }

    static Pushes of(Map<String, Map<String, String>> sections) {
        return of(sections, Duration.ofSeconds(10));
    }

    /** Pushes to a port of this machine. */
    static Pushes to(int port, Duration timeLimit) {
        return of(Map.of("push.provider.ios", access(port)), timeLimit);
    }

    static Pushes to(int port) {
        return to(port, Duration.ofSeconds(10));
    }

    /** Sends a first push, so that nobody's second is spent on loading classes. */
    private static void loadClasses() {
        try (RawApns apns = new RawApns(RawApns.Request::accept);
                Pushes patient = to(apns.port())) {
            Outcome outcome = patient.send();
            if (!outcome.equals(new Outcome.Accepted())) {
                throw new IllegalStateException("The first push was " + outcome);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files for all tests, made once. */
    static Certificates certificates() {
        return Made.CERTIFICATES;
    }

    static Map<String, String> access(int port) {
        return Map.of(
                "apple.key", certificates().providerKey().toString(),
                "apple.keyId", "ABCDE12345",
                "apple.teamId", "TEAM567890",
                "apple.topic", "com.example.app",
                "apple.host", "127.0.0.1",
                "apple.port", String.valueOf(port),
                "apple.trusted", certificates().serverPem().toString());
    }

    static Map<String, String> with(Map<String, String> options, String... namesAndValues) {
        Map<String, String> result = new HashMap<>(options);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            result.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return result;
    }

    PushProvider provider() {
        return provider;
    }

    Notification notification(String key, Device device, String... texts) {
        return notification(key, options.forPush(device, Notification.NEW_AGENT_MESSAGE), texts);
    }

    static Notification notification(String key, Map<String, String> options, String... texts) {
        List<Row> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(
                    new Row(rows.size() + 1, true, AT, ChatEvent.of(ChatEvent.MESSAGE_TEXT, Party.AGENT, "Ann", text)));
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

    CompletableFuture<Outcome> ask(String key, Device device, String... texts) {
        return provider.send(provider.format(notification(key, device, texts), device), device)
                .toCompletableFuture();
    }

    Outcome send(Device device, String... texts) throws Exception {
        return ask(KEY, device, texts).get(20, TimeUnit.SECONDS);
    }

    Outcome send() throws Exception {
        return send(DEVICE, "Hello");
    }

    @Override
    public void close() {
        provider.close();
    }

    private static final class Made {
        static final Certificates CERTIFICATES = make();

        private static Certificates make() {
            try {
                Path folder = Files.createTempDirectory(Path.of("target"), "certificates");
                return Certificates.make(folder.toAbsolutePath());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

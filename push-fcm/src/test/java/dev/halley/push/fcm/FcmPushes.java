package dev.halley.push.fcm;

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
import dev.halley.standins.FcmStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A provider and pushes for it, of the same options. */
final class Pushes implements AutoCloseable {

    static final String KEY = "0001BaAFC4J8000N_1_6";
    static final String SERVICE_ID = "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7";
    static final Device PHONE = Device.of("fcm", "token-of-a-phone");

    private static final Path FOLDER = newFolder();
    static final Certificates CERTIFICATES = newCertificates();

    static {
        loadClasses();
    }

    private final Options options;
    private final PushProvider provider;

    Pushes(Map<String, Map<String, String>> sections, FcmProviderFactory factory) {
        options = Options.of(sections, List.of(factory));
        provider = factory.create(new ProviderConfig("fcm", options));
    }

    static Pushes to(FcmStandIn fcm, Map<String, String> more) throws IOException {
        return new Pushes(Map.of("push.provider.fcm", options(fcm, more)), factory(InstantSource.system()));
    }

    /** Gives each push the usual time. */
    static Pushes patient(FcmStandIn fcm) throws IOException {
        return new Pushes(
                Map.of("push.provider.fcm", options(fcm, Map.of())),
                factory(InstantSource.system(), FcmClient.TIMEOUT));
    }

    /** Sends a first push, so that nobody's two seconds are spent on loading classes. */
    private static void loadClasses() {
        try (FcmStandIn fcm = standIn().start();
                Pushes patient = patient(fcm)) {
            Outcome outcome = patient.send();
            if (!outcome.equals(new Outcome.Accepted())) {
                throw new IllegalStateException("The first push was " + outcome);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Pushes to(FcmStandIn fcm) throws IOException {
        return to(fcm, Map.of());
    }

    /** Options for a stand-in, and more. */
    static Map<String, String> options(FcmStandIn fcm, Map<String, String> more) throws IOException {
        Map<String, String> options = new HashMap<>();
        options.put("fcm.credentials", credentials(fcm).toString());
        options.put("fcm.url", fcm.url());
        options.putAll(more);
        return options;
    }

    static Path credentials(FcmStandIn fcm) throws IOException {
        return fcm.writeCredentials(newFile());
    }

    static Path newFile() throws IOException {
        return Files.createTempFile(FOLDER, "file", "");
    }

    static FcmStandIn.Builder standIn() {
        return FcmStandIn.builder(CERTIFICATES);
    }

    /** A factory that trusts stand-ins, and gives each push two seconds. */
    static FcmProviderFactory factory(InstantSource clock) {
        return factory(clock, Duration.ofSeconds(2));
    }

    private static FcmProviderFactory factory(InstantSource clock, Duration timeout) {
        return new FcmProviderFactory(clock, timeout, trust(), () -> {
            throw new IOException("none");
        });
    }

    static SSLContext trust() {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setTrustStorePath(CERTIFICATES.serverKeyStore().toString());
        tls.setTrustStorePassword(Certificates.PASSWORD);
        try {
            tls.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return tls.getSslContext();
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

    CompletableFuture<Outcome> begin(String key, Device device, String... texts) {
        return provider.send(provider.format(notification(key, device, texts), device), device)
                .toCompletableFuture();
    }

    Outcome send(Device device, String... texts) throws Exception {
        return begin(KEY, device, texts).get(20, TimeUnit.SECONDS);
    }

    Outcome send() throws Exception {
        return send(PHONE, "Hello");
    }

    @Override
    public void close() {
        provider.close();
    }

    private static Path newFolder() {
        try {
            Path folder = Files.createTempDirectory("halley-push-fcm");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Certificates newCertificates() {
        try {
            return Certificates.make(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.Device;
import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import dev.halley.testkit.Pushes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Makes {@link Pushes} over FCM's stand-in. */
final class FcmPushes {

    static final Device PHONE = Device.of("fcm", "token-of-a-phone");

    private static final Path FOLDER = newFolder();
    static final Certificates CERTIFICATES = newCertificates();

    static {
        loadClasses();
    }

    private FcmPushes() {}

    static Pushes of(Map<String, Map<String, String>> sections, FcmProviderFactory factory) {
        return new Pushes(factory, sections, PHONE);
    }

    static Pushes to(FcmStandIn fcm, Map<String, String> more) throws IOException {
        return of(Map.of("push.provider.fcm", options(fcm, more)), factory(InstantSource.system()));
    }

    /** Gives each push the usual time. */
    static Pushes patient(FcmStandIn fcm) throws IOException {
        return of(
                Map.of("push.provider.fcm", options(fcm, Map.of())),
                factory(InstantSource.system(), FcmClient.TIMEOUT));
    }

    /** Sends a first push, so that nobody's two seconds are spent on loading classes. */
    private static void loadClasses() {
        try (FcmStandIn fcm = standIn().start()) {
            patient(fcm).warmUp();
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

    /** What can fail. */
    interface Play {
        void play() throws Exception;
    }

    /** Returns what is logged meanwhile. */
    static String logged(Play play) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, UTF_8));
        try {
            play.play();
        } finally {
            System.setErr(before);
        }
        return logged.toString(UTF_8);
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

package dev.halley.push.ios;

import dev.halley.Device;
import dev.halley.standins.Certificates;
import dev.halley.testkit.Pushes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Makes {@link Pushes} to a port of this computer. */
final class IosPushes {

    static final String TOKEN = "0123456789abcdefABCDEF".repeat(3);
    static final Device DEVICE = Device.of("ios", TOKEN);

    static {
        loadClasses();
    }

    private IosPushes() {}

    static Pushes of(Map<String, Map<String, String>> sections, Duration timeLimit) {
        return of(sections, timeLimit, InstantSource.system());
    }

    static Pushes of(Map<String, Map<String, String>> sections, Duration timeLimit, InstantSource clock) {
        return new Pushes(new IosProviderFactory(timeLimit, clock), sections, DEVICE);
    }

    static Pushes of(Map<String, Map<String, String>> sections) {
        return of(sections, Duration.ofSeconds(10));
    }

    static Pushes to(int port, Duration timeLimit) {
        return of(Map.of("push.provider.ios", access(port)), timeLimit);
    }

    static Pushes to(int port) {
        return to(port, Duration.ofSeconds(10));
    }

    /** Sends a first push, so that nobody's second is spent on loading classes. */
    private static void loadClasses() {
        try (RawApns apns = new RawApns(RawApns.Request::accept)) {
            to(apns.port()).warmUp();
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

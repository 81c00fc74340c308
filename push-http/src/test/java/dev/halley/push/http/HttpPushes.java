package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Options;
import dev.halley.testkit.Pushes;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Makes {@link Pushes} over HTTP. */
final class HttpPushes {

    static {
        loadClasses();
    }

    private HttpPushes() {}

    static Pushes of(String type, Map<String, String> values, InstantSource clock) {
        return new Pushes(
                new HttpProviderFactory(clock), Map.of("push.provider." + type, values), Device.of(type, "device-1"));
    }

    static Pushes of(String type, Map<String, String> values) {
        return of(type, values, InstantSource.system());
    }

    static Pushes to(String url) {
        return of("customhttp", Map.of("customhttp.url", url, "customhttp.timeout", "1"));
    }

    /** Sends a first push, so that nobody's second is spent on loading classes. */
    private static void loadClasses() {
        try (Receiver receiver = new Receiver()) {
            of("customhttp", Map.of("customhttp.url", receiver.url("/"))).warmUp();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Options options(Map<String, Map<String, String>> sections) {
        return Options.of(sections, List.of(new HttpProviderFactory()));
    }
}

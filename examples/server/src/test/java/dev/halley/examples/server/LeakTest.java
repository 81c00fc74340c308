package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.halley.Options;
import dev.halley.fixtures.Cases;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A server that was started and stopped leaves nothing behind. */
class LeakTest {

    private static final int STARTS = Cases.times(200, 20);

    @Test
    void startsAndStops_leaveThreadsAndSocketsAsTheyWere() throws Exception {
        startAndStop(); // what the first one leaves is the JVM's: cached threads, loaded classes
        List<String> threads = threads();
        long files = openFiles();
        for (int i = 0; i < STARTS; i++) {
            startAndStop();
        }
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            // One by one: a name that was there before may be there twice now.
            List<String> more = threads();
            threads.forEach(more::remove);
            assertThat(more).isEmpty();
            assertThat(openFiles()).isLessThanOrEqualTo(files + 5);
        });
    }

    private static void startAndStop() throws Exception {
        Options options = Options.of(Map.of(
                "push", Map.of("pushEnabled", "customhttp, httpcb"),
                "push.provider.customhttp", Map.of("customhttp.url", "http://127.0.0.1:9/push")));
        try (RunningServer server = RunningServer.start(ServerSettings.of(options))) {
            Http http = new Http(server.uri());
            http.post("ada", "/genesys/1/service/request-chat", "");
            Bayeux.handshake(http, "ada").connect();
        }
    }

    /** Names of threads but for those of the test's own tools; its HTTP clients go when they are collected. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("HttpClient-") && !name.equals("awaitility-thread"))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static long openFiles() {
        System.gc();
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}

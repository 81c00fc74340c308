package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatId;
import dev.halley.UserId;
import dev.halley.cometd.FaultyProxy.Fault;
import dev.halley.cometd.TestClient.Transport;
import dev.halley.cometd.TestServer.Push;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Measures how long CometD with its own defaults takes to notice that a customer is gone, and prints a Markdown table.
 * Its name keeps it out of the normal run, for it takes most of a minute:
 *
 * <pre>
 * mvn -pl cometd-adapter -am test -Dtest=SilentLossTable -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dmaven.test.redirectTestOutputToFile=false
 * </pre>
 *
 * <p>Every connection fails when its poll has just begun, which is when it takes longest. The timer is 0. Without
 * traffic, the agent writes when told of the absence, and the push carries what the agent wrote.
 */
class SilentLossTable {

    private static final Duration LONGEST = Duration.ofSeconds(90);

    /** Seconds after the fault. */
    private record Noticed(double told, double pushed) {}

    @Test
    void print() throws Exception {
        List<Callable<Noticed>> cases = new ArrayList<>();
        List<Future<Noticed>> noticed;
        ExecutorService threads = Executors.newCachedThreadPool();
        try (TestServer server = new TestServer(TestServer.settings().build(), Map.of(), false)) {
            for (Transport transport : Transport.values()) {
                for (Fault fault : Fault.values()) {
                    cases.add(() -> measure(server, transport, fault, false));
                    cases.add(() -> measure(server, transport, fault, true));
                }
            }
            noticed = threads.invokeAll(cases);
        } finally {
            threads.shutdownNow();
        }

        StringBuilder table = new StringBuilder("""
                | seconds from the fault | no traffic: agent told | event then: pushed \
                | event after 1 s: agent told | pushed |
                | --- | ---: | ---: | ---: | ---: |
                """);
        int next = 0;
        for (Transport transport : Transport.values()) {
            for (Fault fault : Fault.values()) {
                Noticed silent = noticed.get(next++).get();
                Noticed written = noticed.get(next++).get();
                table.append(String.format(
                        Locale.ROOT,
                        "| %s, %s | %.1f | %.1f | %.1f | %.1f |%n",
                        transport.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        fault.name().toLowerCase(Locale.ROOT),
                        silent.told(),
                        silent.pushed(),
                        written.told(),
                        written.pushed()));
            }
        }
        System.out.print(table);
    }

    private static Noticed measure(TestServer server, Transport transport, Fault fault, boolean traffic)
            throws Exception {
        UserId user = new UserId(transport + "-" + fault + "-" + traffic);
        ChatId chat = server.open(user);
        try (FaultyProxy proxy = new FaultyProxy(server.port())) {
            TestClient client = new TestClient(transport, proxy.uri(server.uri()), user.value()).connect();
            // Confirmed by the connect that is held from now on.
            await().untilAsserted(() -> assertThat(server.view(chat).seen()).isEqualTo(1));
            proxy.fail(fault);
            long failed = System.nanoTime();
            if (traffic) {
                Executor later = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);
                later.execute(() -> server.say(chat, "Written to nobody"));
            }
            await().atMost(LONGEST).until(() -> server.toldNanos.containsKey(chat));
            if (!traffic) {
                server.say(chat, "Are you there?");
            }
            await().until(() -> server.view(chat).pushed() == 2);
            List<Push> pushes = server.pushes.stream()
                    .filter(push -> push.key().startsWith(chat.value() + "_"))
                    .toList();
            assertThat(pushes).extracting(Push::positions).containsExactly(List.of(2L));
            client.vanish();
            return new Noticed(
                    seconds(server.toldNanos.getOrDefault(chat, 0L) - failed),
                    seconds(pushes.get(0).nanos() - failed));
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}

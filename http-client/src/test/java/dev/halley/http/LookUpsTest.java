package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import com.google.common.net.InetAddresses;
import dev.halley.testkit.VirtualTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one customer's name servers do must not hold back anybody else. In virtual time, with real threads. */
class LookUpsTest {

    private static final InetAddress ADDRESS = InetAddresses.forString("192.0.2.1");
    private static final Duration NEARLY = LookUps.TIME_LIMIT.minusMillis(1);

    private final VirtualTime time = new VirtualTime();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    /** Name servers of hosts with "silent" in their names answer when this is opened. */
    private volatile CountDownLatch gate = new CountDownLatch(1);

    /** As the JVM's own look-up, which goes on whatever happens. */
    private volatile boolean isUninterruptible;

    private final LookUps lookUps = new LookUps(this::addresses, time::schedule, ticker(), "look-ups-test");

    @AfterEach
    void stop() {
        gate.countDown();
        lookUps.close();
        await().until(() -> lookUps.running() == 0);
    }

    @Test
    void thousandDomainsWithSilentNameServers_holdBackNeitherWhomIsKnownNorForLongWhoIsNew() {
        assertFound(resolve("known.example"));
        List<CompletableFuture<?>> silent = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(i -> silent.add(resolve("silent.evil" + i + ".com")));
        await().until(() -> asked.size() >= 1 + LookUps.MOST_OF_STRANGERS);

        assertFound(resolve("known.example"));
        assertThat(asked)
                .as("asked anew, not remembered")
                .filteredOn("known.example"::equals)
                .hasSize(2);

        // As the engine does: it tries again, until freed threads have had their turn at those that came before.
        int attempts = 0;
        CompletableFuture<?> stranger;
        do {
            attempts++;
            stranger = resolve("new.example");
            time.advance(LookUps.TIME_LIMIT);
            await().until(stranger::isDone);
        } while (stranger.isCompletedExceptionally() && attempts < 10);
        assertFound(stranger);
        assertThat(attempts).isLessThan(5);

        assertThat(silent.subList(0, LookUps.MOST_OF_STRANGERS)).allSatisfy(LookUpsTest::assertSilent);
        time.advance(LookUps.TIME_LIMIT);
        assertThat(silent).allMatch(CompletableFuture::isCompletedExceptionally);
        int before = asked.size();
        assertSilent(resolve("silent.evil0.com"));
        assertThat(asked).hasSize(before);
    }

    /** The system may go on asking silent name servers long after the time limit. */
    @Test
    void threadsThatCannotBeInterrupted_areAsMany_whateverIsAskedFor_andWhoIsKnownIsServed() {
        isUninterruptible = true;
        assertFound(resolve("known.example"));
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 100; i++) {
                var unused = resolve("silent.evil" + round + "-" + i + ".com");
            }
            time.advance(LookUps.TIME_LIMIT.multipliedBy(2));
        }
        assertThat(lookUps.running()).isEqualTo(LookUps.MOST_OF_STRANGERS);
        assertFound(resolve("known.example"));
        gate.countDown();
        await().until(() -> lookUps.running() == 0);
        assertFound(resolve("new.example"));
    }

    /** Even if strangers were good for long enough to become known. */
    @Test
    void knownHostsThatTurnSilent_leaveOthersTheAddressesThatWereFoundLast() {
        isUninterruptible = true;
        assertFound(resolve("honest.example"));
        gate.countDown();
        for (int i = 0; i < 200; i++) {
            assertFound(resolve("silent.evil" + i + ".com"));
        }
        gate = new CountDownLatch(1);
        for (int i = 0; i < 200; i++) {
            var unused = resolve("silent.evil" + i + ".com");
        }
        assertThat(lookUps.running()).isEqualTo(LookUps.MOST_THREADS);
        int before = asked.size();
        assertThat(resolve("honest.example")).isCompletedWithValue(List.of(new InetSocketAddress(ADDRESS, 443)));
        assertThat(asked).hasSize(before);
    }

    @Test
    void knownHost_whoseNameServerTurnsSilent_isServedFromMemory_forAnHour() {
        gate.countDown();
        assertFound(resolve("silent.example"));
        gate = new CountDownLatch(1);
        CompletableFuture<?> second = resolve("silent.example");
        time.advance(NEARLY);
        assertThat(second).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertFound(second);
        assertThat(resolve("silent.example")).isCompleted();
        time.advance(LookUps.KEPT);
        CompletableFuture<?> third = resolve("silent.example");
        time.advance(LookUps.TIME_LIMIT);
        assertSilent(third);
    }

    @Test
    void oneHost_isAskedForOnce_howeverManyWant() {
        List<CompletableFuture<?>> all = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(i -> all.add(resolve(i % 2 == 0 ? "silent.example" : "SILENT.example.")));
        await().until(() -> !asked.isEmpty());
        gate.countDown();
        all.forEach(LookUpsTest::assertFound);
        assertThat(asked).containsExactly("silent.example");
    }

    @Test
    void oneDomain_hasFewThreads_andAFewThatWait() {
        List<CompletableFuture<?>> all = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(i -> all.add(resolve("silent" + i + ".evil.co.uk")));
        assertThat(lookUps.running()).isEqualTo(LookUps.MOST_OF_A_DOMAIN);
        assertThat(all.stream().filter(CompletableFuture::isDone))
                .hasSize(1_000 - LookUps.MOST_OF_A_DOMAIN - LookUps.MOST_WAITING_OF_A_DOMAIN)
                .allSatisfy(LookUpsTest::assertRefused);
        assertFound(resolve("honest.co.uk"));
        gate.countDown();
        IntStream.range(0, LookUps.MOST_OF_A_DOMAIN + LookUps.MOST_WAITING_OF_A_DOMAIN)
                .forEach(i -> assertFound(all.get(i)));
    }

    @ParameterizedTest
    @CsvSource({
        "a.b.evil.co.uk, evil.co.uk",
        "evil.com, evil.com",
        "x.ann.github.io, ann.github.io",
        "localhost, localhost",
        "hooks.internal, hooks.internal",
        "com, com",
        "under_score.evil.com, evil.com",
        "-, -",
        "2130706433, 2130706433",
    })
    void domain_isWhatSomebodyRegistered(String host, String domain) {
        assertThat(LookUps.domain(host)).isEqualTo(domain);
    }

    @Test
    void silentHost_isAskedForAgain_afterAMinute_andAtOnceIfItAnswersLate() {
        isUninterruptible = true;
        CompletableFuture<?> first = resolve("silent.example");
        await().until(() -> asked.size() == 1);
        time.advance(LookUps.TIME_LIMIT);
        assertSilent(first);
        time.advance(LookUps.PAUSE.minusMillis(1));
        assertSilent(resolve("silent.example"));
        assertThat(asked).hasSize(1);
        time.advance(Duration.ofMillis(1));
        CompletableFuture<?> second = resolve("silent.example");
        await().until(() -> asked.size() == 2);
        time.advance(LookUps.TIME_LIMIT);
        assertSilent(second);

        gate.countDown();
        await().until(() -> lookUps.running() == 0);
        assertFound(resolve("silent.example"));
    }

    @Test
    void hostThatDoesNotExist_isUnknown_andAskedForAgain() {
        for (int i = 1; i <= 2; i++) {
            assertThat(resolve("unknown.example"))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withCauseInstanceOf(UnknownHostException.class);
            assertThat(asked).hasSize(i);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "[::1]", "::1"})
    void addresses_needNoThread(String host) {
        assertThat(resolve(host)).isCompleted();
        assertThat(lookUps.running()).isZero();
    }

    @Test
    void close_failsWhatIsUnderWay_andRefusesMore() {
        CompletableFuture<?> running = resolve("silent.example");
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        IntStream.range(0, 10).forEach(i -> waiting.add(resolve("silent" + i + ".example")));
        lookUps.close();
        assertRefused(running);
        assertThat(waiting).allSatisfy(LookUpsTest::assertRefused);
        assertRefused(resolve("new.example"));
        await().until(() -> lookUps.running() == 0);
    }

    @Test
    void whoeverThrows_doesNotKeepOthersFromTheAddresses() {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        lookUps.resolve(
                "silent.example",
                443,
                Promise.from(
                        addresses -> {
                            throw new IllegalStateException("No room");
                        },
                        thrown::complete));
        CompletableFuture<?> other = resolve("silent.example");
        gate.countDown();
        assertFound(other);
        assertThat(thrown).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(IllegalStateException.class);
    }

    private InetAddress[] addresses(String host) throws UnknownHostException {
        if (InetAddresses.isUriInetAddress(host) || InetAddresses.isInetAddress(host)) {
            return InetAddress.getAllByName(host);
        }
        asked.add(host);
        if (host.contains("unknown")) {
            throw new UnknownHostException(host);
        }
        if (host.contains("silent")) {
            waitForTheGate(gate);
        }
        return new InetAddress[] {ADDRESS};
    }

    private void waitForTheGate(CountDownLatch latch) throws UnknownHostException {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                if (!isUninterruptible) {
                    throw new UnknownHostException("interrupted");
                }
            }
        }
    }

    private Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                return TimeUnit.MILLISECONDS.toNanos(
                        Duration.between(Instant.EPOCH, time.instant()).toMillis());
            }
        };
    }

    private CompletableFuture<List<InetSocketAddress>> resolve(String host) {
        CompletableFuture<List<InetSocketAddress>> result = new CompletableFuture<>();
        lookUps.resolve(host, 443, Promise.from(result::complete, result::completeExceptionally));
        return result;
    }

    private static void assertFound(CompletableFuture<?> result) {
        assertThat(result)
                .succeedsWithin(Duration.ofSeconds(20))
                .isEqualTo(List.of(new InetSocketAddress(ADDRESS, 443)));
    }

    private static void assertSilent(CompletableFuture<?> result) {
        assertFailed(result, LookUpTimeoutException.class);
    }

    private static void assertRefused(CompletableFuture<?> result) {
        assertFailed(result, RejectedExecutionException.class);
    }

    private static void assertFailed(CompletableFuture<?> result, Class<? extends Exception> how) {
        assertThat(result)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withCauseInstanceOf(how);
    }
}

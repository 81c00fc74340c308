package dev.halley.examples.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.halley.examples.server.App.Shown;
import dev.halley.examples.server.Chats.Customer;
import dev.halley.examples.server.PollingApp.Death;
import dev.halley.examples.server.Proxy.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A thousand customers behind one proxy, while the agent writes. A third of them are killed, a third are reset, and a
 * third vanish without a word. Not part of the usual run:
 *
 * <pre>mvn -pl examples/server -am test -Dtest=BehindProxies -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class BehindProxies {

    /**
     * What became of a crowd.
     *
     * @param shown rows that the customers have
     * @param missing rows that they don't have
     * @param covered rows of answers that were read and followed by another connect
     * @param seen rows that the server knew to have arrived when all were away
     * @param pushed rows that were pushed
     * @param pushedThoughRead those that the customer had read
     * @param pushedThoughCovered those that were covered
     */
    record Figures(
            Configuration configuration,
            int customers,
            long shown,
            long missing,
            long covered,
            long seen,
            long pushed,
            long pushedThoughRead,
            long pushedThoughCovered,
            long seconds) {}

    private static final List<Death> DEATHS = List.of(Death.values());
    private static final int ROWS = 20;
    private static final int LAST = ROWS + 1;

    /** Somebody dies at most so long after a row begins. A row takes about as long, so some die while it travels. */
    private static final int MAX_DELAY_MILLIS = 40;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @BeforeAll
    static void require() {
        Proxy.require();
    }

    @ParameterizedTest
    @EnumSource(names = {"NGINX_PLAIN", "NGINX_POOL", "HAPROXY_POOL"})
    void aThousandCustomers_missNothing_andAreNotPushedWhatTheyHaveRead(Configuration configuration) throws Exception {
        Figures figures = play(configuration, 1_000, Duration.ofSeconds(10));
        System.out.println(figures);
        assertThat(figures.missing()).isZero();
        assertThat(figures.pushedThoughCovered()).isZero();
    }

    /** @param time how long a poll is held, and how long a customer may be silent between two */
    static Figures play(Configuration configuration, int customers, Duration time) throws Exception {
        try (Chats chats = new Chats(time);
                Proxy proxy = new Proxy(configuration, chats.uri());
                Crowd crowd = new Crowd(
                        chats, proxy.uri(), customers, configuration.name().hashCode())) {
            return crowd.play(configuration);
        }
    }

    private static final class Crowd implements AutoCloseable {

        private final Chats chats;
        private final URI uri;
        private final List<Member> members = new ArrayList<>();
        private final ExecutorService workers = Executors.newFixedThreadPool(16);
        private final ScheduledExecutorService fate = Executors.newScheduledThreadPool(2);

        Crowd(Chats chats, URI uri, int customers, int seed) {
            this.chats = chats;
            this.uri = uri;
            Random random = new Random(seed);
            for (int i = 0; i < customers; i++) {
                members.add(new Member(
                        chats.new Customer("member-" + i),
                        DEATHS.get(i % DEATHS.size()),
                        2 + random.nextInt(ROWS),
                        random.nextInt(MAX_DELAY_MILLIS)));
            }
        }

        Figures play(Configuration configuration) {
            long start = System.nanoTime();
            all(member -> member.start(uri));
            await().atMost(PATIENCE).until(() -> members.stream().allMatch(Member::hasStarted));
            for (int row = 0; row < ROWS; row++) {
                all(member -> member.hears(fate));
            }
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> areAll(view -> view.path("presence").asText().equals("away")));
            Map<String, JsonNode> views = chats.views();
            members.forEach(member -> member.isAway(views));
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> members.stream().allMatch(Member::isPushed));
            all(member -> member.comeBack(uri));
            try {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> members.stream().allMatch(member -> member.missing() == 0));
            } catch (ConditionTimeoutException e) {
                // The figures say it.
            }
            long missing = members.stream().mapToLong(Member::missing).sum();
            return new Figures(
                    configuration,
                    members.size(),
                    (long) members.size() * LAST - missing,
                    missing,
                    members.stream().mapToLong(Member::covered).sum(),
                    members.stream().mapToLong(Member::seen).sum(),
                    members.stream()
                            .mapToLong(member -> member.pushedUpTo(LAST))
                            .sum(),
                    members.stream()
                            .mapToLong(member -> member.pushedUpTo(member.read()))
                            .sum(),
                    members.stream()
                            .mapToLong(member -> member.pushedUpTo(member.covered()))
                            .sum(),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
        }

        private boolean areAll(Predicate<JsonNode> wanted) {
            Map<String, JsonNode> views = chats.views();
            return views.size() == members.size() && views.values().stream().allMatch(wanted);
        }

        private void all(Consumer<Member> step) {
            CompletableFuture.allOf(members.stream()
                            .map(member -> CompletableFuture.runAsync(() -> step.accept(member), workers))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }

        @Override
        public void close() {
            workers.shutdownNow();
            fate.shutdownNow();
            members.forEach(Member::close);
        }
    }

    /** A customer who dies about when a certain row comes, and returns later. */
    private static final class Member {

        private final Customer customer;
        private final Death death;
        private final long lastRow;
        private final int delayMillis;
        private final List<Shown> read = new ArrayList<>();
        private @Nullable PollingApp app;
        private @Nullable PollingApp next;
        private long seen;

        Member(Customer customer, Death death, long lastRow, int delayMillis) {
            this.customer = customer;
            this.death = death;
            this.lastRow = lastRow;
            this.delayMillis = delayMillis;
        }

        void start(URI uri) {
            app = newApp(uri);
        }

        void comeBack(URI uri) {
            read.addAll(requireNonNull(app).rows());
            next = newApp(uri);
        }

        private PollingApp newApp(URI uri) {
            try {
                return new PollingApp(uri, customer.user()).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        boolean hasStarted() {
            return !requireNonNull(app).rows().isEmpty();
        }

        void hears(ScheduledExecutorService fate) {
            if (customer.position() + 1 == lastRow) {
                var unused = fate.schedule(this::die, delayMillis, TimeUnit.MILLISECONDS);
            }
            customer.hears();
        }

        private @Nullable Void die() throws IOException {
            requireNonNull(app).die(death);
            return null;
        }

        void isAway(Map<String, JsonNode> views) {
            seen = views.getOrDefault(customer.user(), MissingNode.getInstance())
                    .path("seen")
                    .asLong();
        }

        long seen() {
            return seen;
        }

        long read() {
            return requireNonNull(app).rows().stream()
                    .mapToLong(Shown::position)
                    .max()
                    .orElse(0);
        }

        long covered() {
            return requireNonNull(app).covered();
        }

        boolean isPushed() {
            return seen == LAST || customer.pushed().contains((long) LAST);
        }

        long pushedUpTo(long row) {
            return customer.pushed().stream().filter(pushed -> pushed <= row).count();
        }

        /** Rows that neither the app has that died, nor the one that came after it. */
        long missing() {
            List<Shown> rows = new ArrayList<>(read);
            rows.addAll(requireNonNull(next).rows());
            long last = 0;
            for (Shown row : rows) {
                last = row.position() == last + 1 ? row.position() : last;
            }
            return LAST - last;
        }

        void close() {
            for (PollingApp one : new PollingApp[] {app, next}) {
                if (one != null) {
                    one.close();
                }
            }
        }
    }
}

package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.examples.server.App.Shown;
import dev.halley.examples.server.Chats.Customer;
import dev.halley.examples.server.Line.Fault;
import dev.halley.examples.server.NodeApp.Client;
import dev.halley.examples.server.NodeApp.Transport;
import dev.halley.examples.server.PollingApp.Death;
import dev.halley.examples.server.Proxy.Configuration;
import dev.halley.examples.server.Route.Side;
import dev.halley.fixtures.AtOnce;
import dev.halley.fixtures.Cases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The promises hold behind the proxies that people use: nothing is lost, and what was read is not pushed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxiesTest {

    /** What an app is made of. */
    enum Kind {
        JAVASCRIPT,
        JAVA,
        JAVA_NAMING
    }

    record Played(Kind kind, Transport transport, Configuration configuration) {

        boolean isPossible() {
            return transport == Transport.LONG_POLLING || configuration.passesWebSockets();
        }
    }

    record Faulty(Played through, Side side, Fault fault) {

        boolean isPossible() {
            return through.transport() == Transport.LONG_POLLING || fault != Fault.SENT_AGAIN;
        }

        /** A connection of its own for each request has nothing more to tell the server. */
        boolean isFelt() {
            return fault != Fault.SERVER_DEAF
                    || side == Side.BEFORE_PROXY
                    || through.configuration() != Configuration.NGINX_PLAIN;
        }
    }

    record Gone(Configuration configuration, int others, boolean comesBack) {}

    private static final Duration ONE_WAY = Duration.ofMillis(100);
    private static final List<Death> DEATHS = List.of(Death.values());

    private final Chats chats = new Chats(Duration.ofSeconds(2));
    private final Map<Configuration, Proxy> proxies = new HashMap<>();
    private final AtomicInteger customers = new AtomicInteger();

    ProxiesTest() throws Exception {}

    @BeforeAll
    void startProxies() throws Exception {
        Proxy.require();
        NodeApp.install();
        for (Configuration configuration : Configuration.values()) {
            proxies.put(configuration, new Proxy(configuration, chats.uri()));
        }
    }

    @AfterAll
    void stop() {
        proxies.values().forEach(Proxy::close);
        chats.close();
    }

    private static Stream<Played> everything(Kind... kinds) {
        return Stream.of(kinds)
                .flatMap(kind -> Stream.of(Transport.values())
                        .flatMap(transport -> Stream.of(Configuration.values())
                                .map(configuration -> new Played(kind, transport, configuration))))
                .filter(Played::isPossible);
    }

    private static Stream<Faulty> onEitherSide(Stream<Played> everything, EnumSet<Fault> faults) {
        return everything
                .flatMap(played -> Stream.of(Side.values())
                        .flatMap(side -> faults.stream().map(fault -> new Faulty(played, side, fault))))
                .filter(Faulty::isPossible);
    }

    @TestFactory
    Stream<DynamicTest> background_isPushed_andEverythingMissedComesInOrder() {
        return AtOnce.play(Cases.of(everything(Kind.JAVASCRIPT, Kind.JAVA)), played -> {
            URI uri = proxy(played.configuration()).uri();
            Customer customer = chats.new Customer(newUser(), new Http(uri));
            try (App app = start(played, uri, customer)) {
                customer.hears(3);
                app.awaitShown(1, 4);
                app.background();
            }
            customer.awaitAway();
            customer.hears(5);
            assertThat(customer.awaitPushed(9)).containsExactly(5L, 6L, 7L, 8L, 9L);
            try (App app = start(played, uri, customer, 5)) {
                app.awaitShown(5, 9);
                customer.hears(3);
                app.awaitShown(5, 12);
                assertThat(app.rows().stream().map(Shown::position)).containsExactlyElementsOf(positions(5, 12));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> pooledProxy_thatReadsForAClientThatIsGone_losesNothing() {
        Stream<Gone> cases = Stream.of(Configuration.values())
                .filter(Configuration::pools)
                .flatMap(configuration -> Stream.of(0, 20)
                        .flatMap(others ->
                                Stream.of(true, false, false).map(back -> new Gone(configuration, others, back))));
        return AtOnce.play(Cases.of(cases), gone -> {
            try (Proxy proxy = new Proxy(gone.configuration(), chats.uri());
                    Others others = new Others(gone.others(), proxy.uri())) {
                pooledProxyReadsForAClientThatIsGone(proxy.uri(), others, gone.comesBack());
            }
        });
    }

    private void pooledProxyReadsForAClientThatIsGone(URI uri, Others others, boolean comesBack) throws Exception {
        Customer customer = chats.new Customer(newUser());
        try (PollingApp app = new PollingApp(uri, customer.user())) {
            app.handshake();
            app.poll();
            for (int i = 0; i < 2; i++) {
                app.sendPoll();
                customer.hears();
                app.takeAnswer();
            }
            app.sendPoll();
            others.hear();
            customer.hears();
            await().until(app::isAnswered);

            app.abandonConnection();
            app.sendPoll();
            others.hear();
            await().until(app::isAnswered);
            assertThat(customer.seen()).isEqualTo(3);
            if (comesBack) {
                app.takeAnswer();
                app.sendPoll();
                customer.hears();
                app.takeAnswer();
                assertThat(app.positionsFrom(1)).isEqualTo(positions(1, 5));
                return;
            }
            app.die(Death.SILENT);
        }
        customer.awaitAway();
        customer.hears();
        assertThat(customer.awaitPushed(5)).containsExactly(4L, 5L);
        try (PollingApp app = new PollingApp(uri, customer.user())) {
            app.handshake();
            app.poll();
            assertThat(app.positionsFrom(4)).containsExactly(4L, 5L);
        }
    }

    /** CometD's bound: what the last answer carried may be pushed though it was read. */
    @TestFactory
    Stream<DynamicTest> killedAfterReading_isNotPushedWhatWasRead() {
        return AtOnce.play(Cases.of(everything(Kind.JAVASCRIPT, Kind.JAVA, Kind.JAVA_NAMING)), played -> {
            URI uri = proxy(played.configuration()).uri();
            Customer customer = chats.new Customer(newUser());
            long seen;
            try (App app = start(played, uri, customer)) {
                while (customer.position() < 22) {
                    app.awaitShown(1, customer.hears());
                }
                customer.awaitSeen(21);
                seen = customer.seen();
            }
            customer.awaitAway();
            customer.hears();
            assertThat(customer.awaitPushed(23)).containsExactlyElementsOf(positions(seen + 1, 23));
            try (App app = start(played, uri, customer, seen + 1)) {
                app.awaitShown(seen + 1, 23);
                assertThat(app.rows()).first().extracting(Shown::position).isEqualTo(seen + 1);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> heldPollThatDiesWithoutAWord_losesNothing() {
        Stream<Faulty> cases = onEitherSide(
                Stream.concat(
                        everything(Kind.JAVA),
                        everything(Kind.JAVASCRIPT, Kind.JAVA_NAMING)
                                .filter(played -> !played.configuration().isRecommended())),
                EnumSet.of(Fault.FREEZE));
        return AtOnce.play(Cases.of(cases), faulty -> {
            try (Route route = route(faulty)) {
                heldPollDiesWithoutAWord(faulty.through(), route);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> heldPollThatDiesWithoutAWord_losesNothing_withoutAProxyEither() {
        Stream<Played> cases = everything(Kind.JAVASCRIPT, Kind.JAVA, Kind.JAVA_NAMING)
                .filter(played -> played.configuration() == Configuration.NGINX_POOL);
        return AtOnce.play(cases, played -> {
            try (Route route = Route.direct(chats.uri())) {
                heldPollDiesWithoutAWord(played, route);
            }
        });
    }

    /** As a phone does that changes from a wireless network to a mobile one. */
    private void heldPollDiesWithoutAWord(Played played, Route route) throws Exception {
        Line line = route.line();
        Customer customer = chats.new Customer(newUser());
        try (App app = start(played, route.uri(), customer)) {
            while (customer.position() < 3) {
                app.awaitShown(1, customer.hears());
            }
            await().until(line::isAsked);
            int lost = line.lost();
            line.fail(Fault.FREEZE);
            customer.hears();
            await().until(() -> line.lost() > lost);
            int connections = line.connections();
            line.resetClients();
            await().atMost(Duration.ofSeconds(10)).until(() -> line.connections() > connections);
            customer.hears();
            app.awaitShown(1, 5);
            assertThat(app.positionsFrom(1)).isEqualTo(positions(1, 5));
            app.background();
        }
        assertThat(customer.seen()).isEqualTo(5);
    }

    @TestFactory
    Stream<DynamicTest> postThatIsSentAgain_losesNothing() {
        Stream<Faulty> cases = onEitherSide(everything(Kind.JAVASCRIPT, Kind.JAVA), EnumSet.of(Fault.SENT_AGAIN));
        return AtOnce.play(Cases.of(cases), faulty -> {
            try (Route route = route(faulty)) {
                Customer customer = chats.new Customer(newUser());
                try (App app = start(faulty.through(), route.uri(), customer)) {
                    app.awaitShown(1, customer.hears());
                    await().until(route.line()::isAsked);
                    route.line().fail(Fault.SENT_AGAIN);
                    customer.hears();
                    await().until(() -> route.line().lost() == 1);
                    customer.hears();
                    app.awaitShown(1, 4);
                    app.background();
                }
                assertThat(customer.seen()).isEqualTo(4);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> networkThatFailsWhileTheAgentWrites_losesNothing() {
        Stream<Faulty> cases =
                onEitherSide(everything(Kind.JAVA), EnumSet.allOf(Fault.class)).filter(Faulty::isFelt);
        return AtOnce.play(Cases.of(cases), faulty -> {
            Random random = new Random(faulty.toString().hashCode());
            try (Route route = route(faulty)) {
                Customer customer = chats.new Customer(newUser());
                try (App app = start(faulty.through(), route.uri(), customer)) {
                    app.awaitShown(1, 1);
                    int failsAfter = 1 + random.nextInt(8);
                    customer.hears(failsAfter);
                    if (faulty.through().transport() == Transport.LONG_POLLING) {
                        await().pollInterval(Duration.ofMillis(1)).until(route.line()::isAsked);
                    }
                    route.line().fail(faulty.fault());
                    customer.hears(9 - failsAfter);
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> route.line().lost() > 0);
                    customer.hears();
                    app.awaitShown(1, 11);
                    assertThat(app.positionsFrom(1)).isEqualTo(positions(1, 11));
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> stormOfReloadsWhileTheAgentWrites_losesNothing() {
        return AtOnce.play(Stream.of(Configuration.values()), configuration -> {
            URI uri = proxy(configuration).uri();
            Random random = new Random(configuration.name().hashCode());
            Customer customer = chats.new Customer(newUser());
            List<Shown> rows = new ArrayList<>();
            List<PollingApp> dead = new ArrayList<>();
            for (int i = 0; i < Cases.times(50, 10); i++) {
                PollingApp app = new PollingApp(uri, customer.user()).start();
                dead.add(app);
                customer.hears(1 + random.nextInt(4));
                if (random.nextBoolean()) {
                    await().until(() -> !app.rows().isEmpty());
                }
                app.die(DEATHS.get(random.nextInt(DEATHS.size())));
                rows.addAll(app.rows());
            }
            try (PollingApp app = new PollingApp(uri, customer.user()).start()) {
                customer.hears();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> app.rows().stream().anyMatch(row -> row.position() == customer.position()));
                rows.addAll(app.rows());
            }
            dead.forEach(PollingApp::close);
            assertThat(App.shown(rows, 1).stream().map(Shown::position))
                    .containsExactlyElementsOf(positions(1, customer.position()));
        });
    }

    @Test
    void scriptThatMarksAndNamesNothing_isNotSentTheSameRowsWithoutEnd() {
        Http http = new Http(proxy(Configuration.NGINX_PLAIN).uri());
        Customer customer = chats.new Customer(newUser());
        Bayeux script = Bayeux.handshake(http, customer.user());
        customer.hears(3);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        int polls = 0;
        List<String> rows = new ArrayList<>();
        while (System.nanoTime() < end) {
            polls++;
            script.connect()
                    .json()
                    .forEach(message -> message.at("/data/message/transcriptToShow")
                            .forEach(row -> rows.add(row.path(2).asText())));
        }
        assertThat(rows).containsExactly("has joined the session", "Row 2", "Row 3", "Row 4");
        assertThat(polls).isLessThanOrEqualTo(4);
    }

    /** Each was told to shake hands again while it did not poll, and took the chat back, 48 times in 15 seconds. */
    @TestFactory
    Stream<DynamicTest> twoTabsOfOneUser_endTheirFightAtOnce() {
        Stream<Played> cases = everything(Kind.JAVASCRIPT);
        return AtOnce.play(cases, played -> {
            Customer customer = chats.new Customer(newUser());
            URI uri = proxy(played.configuration()).uri();
            try (Line first = new Line(uri, ONE_WAY);
                    Line second = new Line(uri, ONE_WAY);
                    NodeApp older = new NodeApp(Client.COMETD, played.transport(), first.uri(), customer.user());
                    NodeApp newer = new NodeApp(Client.COMETD, played.transport(), second.uri(), customer.user())) {
                await().atMost(Duration.ofSeconds(20)).until(() -> first.isAsked() && second.isAsked());
                first.open();
                await().pollDelay(ONE_WAY).until(() -> true);
                second.open();
                await().atMost(Duration.ofSeconds(20))
                        .until(() ->
                                !older.refusals().isEmpty() || !newer.refusals().isEmpty());
                // On a busy machine 100 ms may not be enough to keep their order.
                NodeApp winner = newer.refusals().isEmpty() ? newer : older;
                winner.awaitConnected(played.transport());
                await().during(Duration.ofSeconds(2)).until(() -> older.handshakes() + newer.handshakes() <= 4);
                assertThat(winner.refusals()).isEmpty();
                assertThat((winner == newer ? older : newer).refusals())
                        .allMatch(refusal -> refusal.matches("402::session_superseded.* none|by the server"));
                assertThat(older.handshakes()).isLessThanOrEqualTo(2);
                assertThat(newer.handshakes()).isLessThanOrEqualTo(2);
                customer.hears(2);
                winner.awaitPosition(3); // the first row may have gone to the other one
            }
        });
    }

    @Test
    void nginxThatDropsTheHeader_isNamedInTheRefusal() throws Exception {
        String dropping = Configuration.NGINX_PLAIN.text().replace("underscores_in_headers on;", "");
        try (Proxy proxy = new Proxy("nginx", dropping, chats.uri())) {
            Http http = new Http(proxy.uri());
            Http.Reply reply = http.post("ada", "/genesys/1/service/request-chat", "");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.json().path("message").asText()).contains("underscores_in_headers on");
            Http.Reply handshake = http.post(
                    "ada",
                    "/genesys/cometd/handshake",
                    "application/json",
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                            + "\"supportedConnectionTypes\":[\"long-polling\"],\"id\":\"1\"}]");
            assertThat(handshake.body()).contains("\"successful\":false").contains("underscores_in_headers on");
        }
    }

    /** nginx buffers what a server says unless the server asks it not to. */
    @TestFactory
    Stream<DynamicTest> agentsEvents_arriveAtOnce() {
        return AtOnce.play(Stream.of(Configuration.values()), configuration -> {
            Customer customer = chats.new Customer(newUser());
            Http http = new Http(proxy(configuration).uri());
            HttpResponse<Stream<String>> events = http.lines(chats.agentRequest(http, "/agent/1/events"));
            customer.hears();
            try (Stream<String> lines = events.body()) {
                String chat = customer.view().path("chatSessionId").asText();
                assertThat(lines.filter(line -> line.contains(chat)).findFirst())
                        .isPresent();
            }
        });
    }

    @Tag(Cases.THOROUGH)
    @TestFactory
    Stream<DynamicTest> crowd_missesNothing_andIsNotPushedWhatItHasRead() {
        return AtOnce.play(Stream.of(Configuration.values()).filter(one -> !one.isRecommended()), configuration -> {
            BehindProxies.Figures figures = BehindProxies.play(configuration, 60, Duration.ofSeconds(2));
            assertThat(figures.missing()).as(figures.toString()).isZero();
            assertThat(figures.pushedThoughCovered()).as(figures.toString()).isZero();
        });
    }

    /** Customers beside the one that a test is about, who share the proxy's connections. */
    private final class Others implements AutoCloseable {

        private final List<Customer> customers = new ArrayList<>();
        private final List<PollingApp> apps = new ArrayList<>();

        Others(int number, URI uri) throws IOException {
            for (int i = 0; i < number; i++) {
                Customer customer = chats.new Customer(newUser());
                customers.add(customer);
                apps.add(new PollingApp(uri, customer.user()).start());
            }
        }

        void hear() {
            customers.forEach(Customer::hears);
        }

        @Override
        public void close() {
            apps.forEach(PollingApp::close);
        }
    }

    private Route route(Faulty faulty) throws IOException {
        return Route.through(faulty.through().configuration(), faulty.side(), chats.uri());
    }

    private Proxy proxy(Configuration configuration) {
        Proxy proxy = proxies.get(configuration);
        if (proxy == null) {
            throw new IllegalStateException(configuration + " is not there");
        }
        return proxy;
    }

    /** Starts an app that has everything before a position. */
    private static App start(Played played, URI uri, Customer customer, long from) throws Exception {
        return switch (played.kind()) {
            case JAVASCRIPT ->
                new NodeApp(Client.COMETD, played.transport(), uri, customer.user()).awaitConnected(played.transport());
            case JAVA -> new JavaApp(played.transport(), uri, customer.user()).start();
            case JAVA_NAMING ->
                new JavaApp(played.transport(), uri, customer.user())
                        .namingAfter(from - 1)
                        .start();
        };
    }

    private static App start(Played played, URI uri, Customer customer) throws Exception {
        return start(played, uri, customer, 1);
    }

    private String newUser() {
        return "customer-" + customers.incrementAndGet();
    }

    private static List<Long> positions(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a heap of 256 MB under all attacks at once, while ten customers talk to their agent. Not part of the
 * usual run, which has a short form of it:
 *
 * <pre>mvn -pl examples/server -am test -Dtest=UnderAttack -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class UnderAttack {

    private static final int CUSTOMERS = 10;
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(50);

    /** How long each attacker rests between two requests: it is about what a request costs, not about their number. */
    private static final Duration REST = Duration.ofMillis(20);

    /** How long a chat is kept whose customer has seen its end, and how often timers and sweeps come, with room. */
    private static final Duration LINGER = Duration.ofSeconds(75);

    private static final String CONFIG = """
            halley:
              max_chats: 2000
              body_timeout: 10
            push:
              pushEnabled: httpcb
              _client_timeout_notification: 0
            """;

    /**
     * What came of it.
     *
     * @param p99 of the time from an agent's call to the row at the customer, in milliseconds
     * @param answers how often each attack was answered with which status; 0 for a connection that was cut
     */
    record Figures(
            long seconds,
            int messages,
            long missing,
            long p50,
            long p99,
            long most,
            long heapBefore,
            long heapAfter,
            Map<String, Map<Integer, Long>> answers) {}

    @Test
    void tenMinutesOfEverything_holdNobodyUp(@TempDir Path folder) throws Exception {
        check(play(folder, Duration.ofMinutes(10)), Duration.ofMillis(200));
    }

    /** @param p99 what a busy machine still leaves of an honest customer's time */
    static void check(Figures figures, Duration p99) {
        System.out.println(figures);
        assertThat(figures.missing()).isZero();
        assertThat(figures.p99()).isLessThan(p99.toMillis());
        assertThat(figures.heapAfter() - figures.heapBefore()).isLessThan(24 << 20);
        assertThat(figures.answers().values())
                .allSatisfy(statuses -> assertThat(statuses).doesNotContainKey(500));
    }

    static Figures play(Path folder, Duration duration) throws Exception {
        try (ServerProcess server = new ServerProcess(folder, "256m", CONFIG)) {
            Honest honest = new Honest(server.uri());
            honest.talk(Duration.ofSeconds(3));
            long before = server.heapUsed();
            honest.forget();
            Attackers attackers = new Attackers(server.uri());
            attackers.start();
            honest.talk(duration);
            attackers.stop();
            List<Long> latencies = honest.latencies();
            long missing = honest.missing();
            honest.talk(LINGER);
            assertThat(server.isAlive()).as(server.log()).isTrue();
            long after = server.heapUsed();
            honest.stop();
            return new Figures(
                    duration.toSeconds(),
                    latencies.size(),
                    missing,
                    at(latencies, 50),
                    at(latencies, 99),
                    at(latencies, 100),
                    before,
                    after,
                    attackers.answers());
        }
    }

    private static long at(List<Long> sorted, int percent) {
        int index = Math.min(sorted.size() - 1, sorted.size() * percent / 100);
        return TimeUnit.NANOSECONDS.toMillis(sorted.get(index));
    }

    /** Customers and their agent. */
    private static final class Honest {

        private final Http http;
        private final List<Talker> talkers = new ArrayList<>();

        Honest(URI server) {
            http = new Http(server);
            for (int i = 0; i < CUSTOMERS; i++) {
                talkers.add(new Talker(http, "honest-" + i));
            }
        }

        /** The agent says something to each in turn. */
        void talk(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            for (int i = 0; System.nanoTime() < end; i++) {
                talkers.get(i % CUSTOMERS).hears();
                LockSupport.parkNanos(BETWEEN_MESSAGES.toNanos());
            }
        }

        void forget() {
            talkers.forEach(Talker::forget);
        }

        List<Long> latencies() {
            List<Long> all = new ArrayList<>();
            talkers.forEach(talker -> all.addAll(talker.latencies));
            Collections.sort(all);
            return all;
        }

        long missing() {
            await().atMost(Duration.ofSeconds(30)).until(() -> talkers.stream().allMatch(Talker::hasAll));
            return talkers.stream().filter(talker -> !talker.hasAll()).count();
        }

        void stop() {
            talkers.forEach(talker -> talker.stopped = true);
        }
    }

    private static final class Talker {

        private final Http http;
        private final String chat;
        private final Bayeux app;
        private final AtomicLong said = new AtomicLong();
        private final AtomicLong heard = new AtomicLong();
        private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
        private volatile boolean stopped;

        Talker(Http http, String user) {
            this.http = http;
            String url = http.post(user, "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            chat = http.post(user, url, "notify_by=comet")
                    .json()
                    .path("chatSessionId")
                    .asText();
            app = Bayeux.handshake(http, user);
            app.connect();
            poll();
        }

        void hears() {
            said.incrementAndGet();
            http.send(http.to("/agent/1/chats/" + chat + "/messages")
                    .header("Authorization", "Bearer " + ServerProcess.TOKEN)
                    .POST(BodyPublishers.ofString("text=" + System.nanoTime())));
        }

        private void poll() {
            var unused = app.poll().thenAccept(reply -> {
                long now = System.nanoTime();
                for (JsonNode message : reply.json()) {
                    for (JsonNode row : message.path("data").path("message").path("transcriptToShow")) {
                        if (row.get(4).asText().equals("AGENT")) {
                            heard.incrementAndGet();
                            latencies.add(now - row.get(2).asLong());
                        }
                    }
                }
                if (!stopped) {
                    poll();
                }
            });
        }

        void forget() {
            latencies.clear();
        }

        boolean hasAll() {
            return heard.get() == said.get();
        }
    }

    /** Everything that once took the server down, each again and again. */
    private static final class Attackers {

        private static final String LARGE = "x".repeat(240_000);

        private final URI server;
        private final Http http;
        private final Map<String, Map<Integer, AtomicLong>> answers = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final Semaphore polls = new Semaphore(90);
        private final Deque<Wire> halves = new ArrayDeque<>();
        private final Deque<Wire> unread = new ArrayDeque<>();
        private volatile boolean stopped;
        private String transcript = "";

        private interface Attack {
            int attack(int number) throws Exception;
        }

        Attackers(URI server) {
            this.server = server;
            this.http = new Http(server);
        }

        void start() {
            transcript = largeTranscript();
            again("chats with large fields", this::newChat);
            again("chats of one user", number -> open("one-user", "").status());
            again("handshakes with a large ext", this::handshake);
            again("large polls that ask to be held for ever", this::poll);
            again("answers that are not read", this::leaveUnread);
            again("half a body", this::halfABody);
            again("numbers without end", number -> post("{\"channel\":\"/meta/handshake\",\"x\":" + digits() + "}"));
            again("devices on hosts that do not exist", this::device);
            again(
                    "pages of another origin",
                    number -> http.send(http.to("/genesys/cometd/handshake")
                                    .header("Origin", "http://evil.example")
                                    .header("gms_user", "one-user")
                                    .POST(BodyPublishers.ofString(handshakeWith(""))))
                            .status());
        }

        private void again(String name, Attack attack) {
            Map<Integer, AtomicLong> counts = answers.computeIfAbsent(name, key -> new ConcurrentHashMap<>());
            threads.execute(() -> {
                for (int number = 0; !stopped; number++) {
                    int status;
                    try {
                        status = attack.attack(number);
                    } catch (Exception e) {
                        status = 0;
                    }
                    counts.computeIfAbsent(status, key -> new AtomicLong()).incrementAndGet();
                    LockSupport.parkNanos(REST.toNanos());
                }
            });
        }

        void stop() throws Exception {
            stopped = true;
            threads.shutdown();
            threads.awaitTermination(60, TimeUnit.SECONDS);
            for (Deque<Wire> wires : List.of(halves, unread)) {
                while (!wires.isEmpty()) {
                    wires.remove().close();
                }
            }
        }

        Map<String, Map<Integer, Long>> answers() {
            Map<String, Map<Integer, Long>> result = new TreeMap<>();
            answers.forEach((name, counts) -> {
                Map<Integer, Long> of = new TreeMap<>();
                counts.forEach((status, count) -> of.put(status, count.get()));
                result.put(name, of);
            });
            return result;
        }

        private Http.Reply open(String user, String fields) {
            String url = http.post(user, "/genesys/1/service/request-chat", "")
                    .json()
                    .path("_chatIxnAPI-CREATE-URL")
                    .asText();
            return http.post(user, url, fields);
        }

        /** Opens a chat with fields as large as they may be, and ends it, so that it is soon forgotten. */
        private int newChat(int number) {
            String user = "stranger-" + number;
            Map<String, String> fields = new HashMap<>();
            for (String field : List.of("subject", "email", "push_notification_deviceid")) {
                fields.put(field, "x".repeat(4_000));
            }
            fields.put("push_notification_type", "fcm");
            Http.Reply reply = open(user, Http.form(fields));
            if (reply.status() == 200) {
                end(user, reply);
            }
            return reply.status();
        }

        private void end(String user, Http.Reply opened) {
            String chat = opened.response().request().uri().getPath();
            http.post(user, chat + "/disconnect", "");
            http.post(user, chat + "/refresh", "transcriptPosition=2");
        }

        private int handshake(int number) {
            return post(handshakeWith(",\"ext\":{\"more\":\"" + LARGE + "\"}"));
        }

        private static String handshakeWith(String more) {
            return "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                    + "\"supportedConnectionTypes\":[\"long-polling\"]" + more + "}";
        }

        private int poll(int number) throws InterruptedException {
            if (!polls.tryAcquire(1, TimeUnit.SECONDS)) {
                return 1;
            }
            Bayeux app = Bayeux.handshake(http, "poller-" + number % 90);
            app.connect();
            var unused = app.poll(
                            ",\"advice\":{\"timeout\":1e12,\"interval\":1e12},\"ext\":{\"more\":\"" + LARGE + "\"}")
                    .whenComplete((reply, failure) -> polls.release());
            return 200;
        }

        private int post(String message) {
            return http.send(http.to("/genesys/cometd/")
                            .header("gms_user", "stranger")
                            .POST(BodyPublishers.ofString(message)))
                    .status();
        }

        private static String digits() {
            return "9".repeat(250_000);
        }

        private String largeTranscript() {
            Http.Reply reply = open("reader", "");
            String chat = reply.response().request().uri().getPath();
            for (int i = 0; i < 200; i++) {
                http.post("reader", chat + "/send", "message=" + "x".repeat(24_000));
            }
            return chat;
        }

        private int leaveUnread(int number) throws Exception {
            Wire wire = new Wire(server.getPort());
            wire.say(("POST " + transcript + "/refresh?transcriptPosition=0 HTTP/1.1\r\nHost: localhost\r\n"
                            + "gms_user: reader\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(ISO_8859_1));
            keep(unread, wire, 40);
            return 200;
        }

        private int halfABody(int number) throws Exception {
            Wire wire = new Wire(server.getPort());
            wire.say(("POST /genesys/1/service/request-chat HTTP/1.1\r\nHost: localhost\r\ngms_user: stranger\r\n"
                            + "Content-Length: 250000\r\n\r\n" + "x".repeat(100_000))
                    .getBytes(ISO_8859_1));
            keep(halves, wire, 200);
            return 200;
        }

        private static void keep(Deque<Wire> wires, Wire wire, int most) throws Exception {
            wires.add(wire);
            if (wires.size() > most) {
                wires.remove().close();
            }
        }

        private int device(int number) {
            String user = "called-back-" + number % 100;
            Http.Reply reply = open(
                    user,
                    Http.form(Map.of(
                            "notify_by",
                            "comet",
                            "push_notification_type",
                            "httpcb",
                            "push_notification_deviceid",
                            "https://host-" + number + ".invalid/")));
            if (reply.status() == 200) {
                String chat = reply.json().path("chatSessionId").asText();
                http.send(http.to("/agent/1/chats/" + chat + "/messages")
                        .header("Authorization", "Bearer " + ServerProcess.TOKEN)
                        .POST(BodyPublishers.ofString("text=Hello")));
                end(user, reply);
            }
            return reply.status();
        }
    }
}

package dev.halley.cometd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.cometd.ScriptedProxy.Direction;
import dev.halley.cometd.ScriptedProxy.Fault;
import dev.halley.cometd.TestClient.Shown;
import dev.halley.cometd.TestClient.Transport;
import dev.halley.cometd.TestServer.Push;
import dev.halley.fixtures.Cases;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.client.ClientSession;
import org.cometd.bayeux.server.ConfigurableServerChannel;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.client.BayeuxClient;
import org.cometd.client.transport.ClientTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to the network, at whichever step of the story: every event arrives, in order and without a gap, and
 * no event is in two pushes of one absence. All cases are played at once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkFaultsTest {

    /** Where the network fails. */
    enum Step {
        HANDSHAKE,
        FIRST_CONNECT,
        LIVE_MESSAGE,
        HELD_POLL,
        SEND,
        DISCONNECT,
        RETURN_HANDSHAKE,
        RETURN_CONNECT
    }

    /** How a client comes by the rows of an answer that it never got, while its connection lives on. */
    enum Remedy {
        /** CometD's client marks its connects, and the server repeats what may be lost. */
        MARKS,
        /** The app names what it has with each connect. */
        NAMES,
        /** CometD's extension for acknowledgements. */
        ACKNOWLEDGEMENTS
    }

    record Case(Remedy remedy, Transport transport, Step step, Fault fault) {

        String user() {
            return remedy + "-" + transport + "-" + step + "-" + fault;
        }
    }

    private static final String SAY = "/service/say";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long NO_PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(6);

    private final Map<Remedy, TestServer> servers = new HashMap<>();
    private final Map<Case, CompletableFuture<Void>> played = new HashMap<>();
    private final ExecutorService players = Executors.newFixedThreadPool(36);

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Remedy remedy : Remedy.values()) {
            for (Transport transport : Transport.values()) {
                for (Step step : Step.values()) {
                    for (Fault fault : Fault.values()) {
                        cases.add(new Case(remedy, transport, step, fault));
                    }
                }
            }
        }
        return Cases.of(cases.stream());
    }

    @BeforeAll
    void playAll() throws Exception {
        for (Remedy remedy : Remedy.values()) {
            TestServer server = new TestServer(
                    TestServer.settings().build(),
                    Map.of("timeout", 1_000L, "maxInterval", 2_500L, "sweepPeriod", 100L),
                    remedy == Remedy.ACKNOWLEDGEMENTS);
            server.bayeux
                    .createChannelIfAbsent(SAY, new ConfigurableServerChannel.Initializer.Persistent())
                    .getReference()
                    .addListener(new Saying(server));
            servers.put(remedy, server);
        }
        cases().forEach(played -> this.played.put(
                played,
                CompletableFuture.runAsync(
                        () -> {
                            try (Story story = new Story(requireNonNull(servers.get(played.remedy())), played)) {
                                story.play();
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        },
                        players)));
    }

    @AfterAll
    void stop() {
        players.shutdownNow();
        servers.values().forEach(TestServer::close);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nothingIsLost_andNothingIsPushedTwice(Case played) throws Exception {
        requireNonNull(this.played.get(played)).get(5, TimeUnit.MINUTES);
    }

    /** What the customer says reaches the chat by a channel of the application's own. */
    private record Saying(TestServer server) implements ServerChannel.MessageListener {
        @Override
        public boolean onMessage(ServerSession from, ServerChannel channel, ServerMessage.Mutable message) {
            Map<String, Object> said = message.getDataAsMap();
            server.engine
                    .said(
                            new ChatId(String.valueOf(said.get("chat"))),
                            ChatEvent.text(Party.CLIENT, "Mia", "Said by the customer")
                                    .withId(String.valueOf(said.get("id"))))
                    .toCompletableFuture()
                    .join();
            return true;
        }
    }

    /** A customer whose app reconnects as CometD's client does, and is started again where that does not help. */
    private static final class Story implements AutoCloseable {

        private final TestServer server;
        private final Case played;
        private final UserId user;
        private final ChatId chat;
        private final ScriptedProxy proxy;
        private final AtomicReference<@Nullable String> failsAt = new AtomicReference<>();

        /** What the app has; a row's position is its index and one. */
        private final List<Shown> transcript = new ArrayList<>();

        private TestClient client;
        private int looked;
        private long progressNanos;

        Story(TestServer server, Case played) throws Exception {
            this.server = server;
            this.played = played;
            this.user = new UserId(played.user());
            this.chat = server.open(user);
            this.proxy = new ScriptedProxy(server.port());
            this.client = newClient();
        }

        void play() throws Exception {
            failAt(Step.HANDSHAKE, Channel.META_HANDSHAKE);
            failAt(Step.FIRST_CONNECT, Channel.META_CONNECT);
            client.bayeux.handshake();
            awaitPosition(1);
            awaitPosition(say("Hello"));

            if (played.step() == Step.LIVE_MESSAGE) {
                proxy.failAt(Direction.TO_CLIENT, played.fault());
            }
            say("One");
            if (played.step() == Step.HELD_POLL) {
                proxy.failNow(played.fault());
                await().until(proxy::hasStruck);
            }
            awaitPosition(say("Two"));
            failAt(Step.SEND, SAY);
            send();
            awaitPosition(5);
            awaitPosition(say("Three"));

            failAt(Step.DISCONNECT, Channel.META_DISCONNECT);
            long position = transcript.size();
            String clientId = String.valueOf(client.bayeux.getId());
            boolean answered = client.leave(String.valueOf(position));
            client.vanish();
            List<Long> missed = List.of(say("Missed 1"), say("Missed 2"), say("Missed 3"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(pushes().stream().flatMap(push -> push.positions().stream()))
                            .containsAll(missed));

            comeBack(position, clientId, answered);
            awaitPosition(9);
            awaitPosition(say("Welcome back"));
            assertTheLaw();
        }

        /** As an app would that is told nothing of its good-bye: by a late disconnect, or by naming its position. */
        private void comeBack(long position, String clientId, boolean answered) throws Exception {
            take();
            client = newClient();
            looked = 0;
            if (!answered && played.transport() == Transport.LONG_POLLING) {
                try (RawClient late = new RawClient(server.port(), user.value())) {
                    late.disconnect(clientId, ",\"ext\":{\"transcriptPosition\":\"" + position + "\"}");
                }
            } else if (!answered) {
                client.withExt("transcriptPosition", String.valueOf(position));
            }
            failAt(Step.RETURN_HANDSHAKE, Channel.META_HANDSHAKE);
            failAt(Step.RETURN_CONNECT, Channel.META_CONNECT);
            client.bayeux.handshake();
        }

        private void restart() throws Exception {
            client.vanish();
            take();
            client = newClient().withExt("transcriptPosition", String.valueOf(transcript.size()));
            looked = 0;
            progressNanos = System.nanoTime();
            client.bayeux.handshake();
        }

        private TestClient newClient() throws Exception {
            TestClient made = new TestClient(played.transport(), proxy.uri(server.uri()), user.value());
            if (played.remedy() == Remedy.ACKNOWLEDGEMENTS) {
                made.acknowledging();
            }
            made.bayeux.setOption(BayeuxClient.BACKOFF_INCREMENT_OPTION, 100L);
            made.bayeux.setOption(BayeuxClient.MAX_BACKOFF_OPTION, 300L);
            made.bayeux
                    .getTransport(made.bayeux.getAllowedTransports().get(0))
                    .setOption(ClientTransport.MAX_NETWORK_DELAY_OPTION, 1_000L);
            made.bayeux.addExtension(new ClientSession.Extension() {
                @Override
                public boolean sendMeta(ClientSession session, Message.Mutable message) {
                    if (played.remedy() == Remedy.NAMES && Channel.META_CONNECT.equals(message.getChannel())) {
                        message.getExt(true).put("transcriptPosition", String.valueOf(made.position()));
                    }
                    return send(session, message);
                }

                @Override
                public boolean send(ClientSession session, Message.Mutable message) {
                    String channel = failsAt.get();
                    if (channel != null
                            && channel.equals(message.getChannel())
                            && failsAt.compareAndSet(channel, null)) {
                        proxy.failAt(Direction.TO_SERVER, played.fault());
                    }
                    return true;
                }
            });
            return made;
        }

        private void failAt(Step step, String channel) {
            if (played.step() == step) {
                failsAt.set(channel);
            }
        }

        private long say(String text) {
            return server.say(chat, text);
        }

        /** Says something under one id until it is known to have arrived. */
        private void send() throws Exception {
            Map<String, Object> said =
                    Map.of("chat", chat.value(), "id", UUID.randomUUID().toString());
            CompletableFuture<Boolean> answer;
            do {
                if (client.bayeux.isDisconnected()) {
                    restart();
                }
                CompletableFuture<Boolean> next = new CompletableFuture<>();
                client.bayeux.getChannel(SAY).publish(said, reply -> next.complete(reply.isSuccessful()));
                answer = next.completeOnTimeout(false, 3, TimeUnit.SECONDS);
            } while (!answer.join());
        }

        private void awaitPosition(long position) {
            progressNanos = System.nanoTime();
            await(played + " has " + position)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        assertThat(take())
                                .as("a gap after %d", transcript.size())
                                .isFalse();
                        boolean arrived = transcript.size() >= position;
                        if (!arrived
                                && (client.bayeux.isDisconnected()
                                        || System.nanoTime() - progressNanos > NO_PROGRESS_NANOS)) {
                            restart();
                        }
                        return arrived;
                    });
        }

        /** Adds what is new, drops what is there; returns whether there is a gap. */
        private boolean take() {
            for (; looked < client.rows.size(); looked++) {
                Shown row = client.rows.get(looked);
                if (row.position() > transcript.size() + 1) {
                    return true;
                }
                if (row.position() == transcript.size() + 1) {
                    transcript.add(row);
                    progressNanos = System.nanoTime();
                }
            }
            return false;
        }

        private List<Push> pushes() {
            return server.pushes.stream()
                    .filter(push -> push.key().startsWith(chat.value() + "_"))
                    .toList();
        }

        private void assertTheLaw() {
            assertThat(proxy.hasStruck()).as("the network has failed").isTrue();
            List<Row> rows = server.engine
                    .transcript(chat, 0, 100)
                    .toCompletableFuture()
                    .join()
                    .orElseThrow()
                    .rows();
            assertThat(rows.stream().map(Row::position))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 10).boxed().toList());
            assertThat(transcript.stream().map(Shown::text))
                    .containsExactlyElementsOf(
                            rows.stream().map(row -> row.event().text()).toList());
            Map<String, List<Long>> rowsOf = new HashMap<>();
            for (Push push : pushes()) {
                assertThat(rowsOf.computeIfAbsent(push.key(), key -> push.positions()))
                        .as("the rows of %s", push.key())
                        .isEqualTo(push.positions());
            }
            Map<String, List<Long>> rowsIn = new HashMap<>();
            rowsOf.forEach((key, positions) -> rowsIn.computeIfAbsent(
                            key.substring(0, key.lastIndexOf('_')), absence -> new ArrayList<>())
                    .addAll(positions));
            assertThat(rowsIn.values())
                    .allSatisfy(positions -> assertThat(positions).doesNotHaveDuplicates());
        }

        @Override
        public void close() throws IOException {
            client.vanish();
            proxy.close();
        }
    }
}

package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.PushProviders;
import dev.halley.Row;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Observer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionStore;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.RecordingProvider;
import dev.halley.testkit.VirtualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What comes late, twice, or from nobody. */
class EngineEdgesTest {

    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob");
    private static final ConnectionId UNKNOWN = new ConnectionId("unknown");

    private final VirtualTime time = new VirtualTime();
    private final RecordingProvider provider = new RecordingProvider();
    private final List<String> counted = new ArrayList<>();
    private boolean refusing;
    private final ChatEngine engine = ChatEngine.builder()
            .settings(Settings.builder()
                    .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ZERO))
                    .pushesInFlight(1)
                    .maxEvents(10)
                    .build())
            .providers(PushProviders.of(Map.of("test", provider)))
            .clock(time)
            .scheduler(new Scheduler() {
                @Override
                public void execute(Runnable task) {
                    if (refusing) {
                        throw new RejectedExecutionException("busy");
                    }
                    time.execute(task);
                }

                @Override
                public void schedule(Duration delay, Runnable task) {
                    time.schedule(delay, task);
                }
            })
            .observer(counting())
            .build();
    private int links;

    /** A push that waits for its turn behind another one. */
    @Nested
    class Waiting {
        private final CompletableFuture<Outcome> first = provider.hold();
        private final ChatId chat;

        Waiting() {
            say(openAndLeave(ANN), "Hello Ann");
            chat = openAndLeave(BOB);
            say(chat, "Hello Bob");
            time.settle();
            assertThat(provider.sent()).hasSize(1);
        }

        @Test
        void isWithdrawn_ifItsCustomerIsBack() {
            attach(BOB);
            first.complete(new Outcome.Accepted());
            time.settle();

            assertThat(provider.sent()).hasSize(1);
            assertThat(counted).contains("pushWithdrawn");
        }

        @Test
        void waitsForADevice_ifThatIsGone() {
            join(engine.device(chat, null));
            first.complete(new Outcome.Accepted());
            time.settle();
            assertThat(provider.sent()).hasSize(1);

            join(engine.device(chat, Device.of("test", "new-phone")));
            time.settle();
            assertThat(provider.sent().get(1).device().token()).isEqualTo("new-phone");
        }

        @Test
        void isGivenUp_ifNobodyPushesToItsDeviceNow() {
            join(engine.device(chat, Device.of("pager", "new-pager")));
            first.complete(new Outcome.Accepted());
            time.settle();

            assertThat(provider.sent()).hasSize(1);
            assertThat(counted).contains("pushGivenUp no provider");
        }

        @Test
        void isSettled_ifItsRowsWereDropped() {
            for (int i = 0; i < 20; i++) {
                say(chat, "More " + i);
            }
            first.complete(new Outcome.Accepted());
            time.settle();

            assertThat(counted).contains("pushGivenUp rows dropped");
            assertThat(provider.sent().get(1).texts()).doesNotContain("Hello Bob");
        }

        @Test
        void isNotSent_afterTheEnd() {
            engine.close();
            engine.close();
            time.advance(Duration.ofMinutes(10));

            assertThat(provider.sent()).hasSize(1);
            assertThat(counted).doesNotContain("pushSettled");
        }
    }

    @Test
    void aPushThatHasWaitedTooLong_isTriedLater() {
        ChatId slow = openAndLeave(ANN);
        ChatId chat = openAndLeave(BOB);
        say(slow, "Hello Ann");
        time.advance(Duration.ofMillis(500));
        assertThat(provider.hold()).isNotDone();
        say(slow, "Anybody there?");
        say(chat, "Hello Bob");
        time.advance(Duration.ofSeconds(31));
        assertThat(counted).contains("pushDeferred no room in time");

        time.advance(Duration.ofMinutes(2));
        assertThat(provider.sent()).anySatisfy(sent -> assertThat(sent.texts()).containsExactly("Hello Bob"));
    }

    @Test
    void anUnknownService_isRefused_withThoseThereAre() {
        assertThatThrownBy(() -> join(engine.open(new NewChat("nonsense", ANN, null))))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("request-chat");
    }

    @Test
    void aTextThatIsTooLong_isRefused_withItsSizeAlone() {
        ChatId chat = open(ANN);

        assertThatThrownBy(() -> say(chat, "x".repeat(24 * 1024 + 1)))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("24577 bytes")
                .hasMessageNotContaining("xx");
    }

    @Test
    void chats_comeAPageAtATime() {
        List<ChatId> opened = List.of(open(ANN), open(BOB), open(ANN));
        List<ChatId> listed = new ArrayList<>();
        for (List<ChatView> page = join(engine.chats(null, 2));
                !page.isEmpty();
                page = join(engine.chats(listed.get(listed.size() - 1), 2))) {
            assertThat(page).hasSizeLessThanOrEqualTo(2);
            page.forEach(chat -> listed.add(chat.id()));
        }

        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(opened)
                .isSortedAccordingTo((a, b) -> a.value().compareTo(b.value()));
    }

    @Test
    void whatComesFromAConnectionThatNobodyKnows_movesNothing() {
        ChatId chat = open(ANN);
        RecordingLink link = attach(ANN);

        engine.connections().confirmed(UNKNOWN, chat, 1);
        engine.connections().repeat(UNKNOWN, chat, 0, Duration.ZERO);
        join(engine.connections().left(UNKNOWN, OptionalLong.of(1)));

        assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
        assertThat(view(chat).seen()).isZero();
        assertThat(link.closed()).isFalse();
    }

    @Test
    void aConnectionWithoutAChat_comesAndGoes() {
        RecordingLink link = attach(ANN);
        engine.connections().confirmed(link.id(), new ChatId("none"), 1);
        engine.connections().repeat(link.id(), new ChatId("none"), 0, Duration.ZERO);

        join(engine.connections().left(link.id(), OptionalLong.of(1)));
        ChatId chat = open(ANN);
        time.settle();
        assertThat(view(chat).seen()).isZero();
        assertThat(link.deliveries()).isEmpty();
    }

    @Test
    void aLateDeparture_namedBySomebodyElse_movesNothing() {
        ChatId chat = open(ANN);
        RecordingLink link = attach(ANN);

        join(engine.connections().leftLate(new Arrival(BOB, null, null, OptionalLong.of(1)), link.id()));

        assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
    }

    @Test
    void anOlderConfirmation_changesNothing() {
        ChatId chat = open(ANN);
        say(chat, "Hello");
        RecordingLink link = attach(ANN);
        time.settle();

        engine.connections().confirmed(link.id(), chat, 2);
        engine.connections().confirmed(link.id(), chat, 1);

        assertThat(view(chat).seen()).isEqualTo(2);
    }

    @Test
    void severalConnectionsOfOneUser_eachServesTheChatThatItNamed() {
        ChatView first = join(engine.open(new NewChat("request-chat", ANN, null)));
        RecordingLink named = new RecordingLink("named");
        join(engine.connections().attach(new Arrival(ANN, first.serviceId(), null, OptionalLong.empty()), named));
        RecordingLink other = attach(ANN);
        time.advance(Duration.ofSeconds(1));
        ChatId later = open(ANN);
        time.settle();

        say(first.id(), "To the first");
        say(later, "To the later");
        time.settle();
        assertThat(other.texts()).contains("To the later");
        assertThat(named.texts()).doesNotContain("To the later");
    }

    @Test
    void aChatThatIsRemoved_whileItIsServed_endsItsDelivery() {
        ChatId chat = open(ANN);
        RecordingLink link = attach(ANN);
        join(engine.end(chat, ChatEvent.left(Party.AGENT, "Agent Smith")));
        time.advance(Duration.ofDays(30));

        assertThat(join(engine.transcript(chat, 0, 0))).isEmpty();
        assertThat(link.texts()).contains("has left the session");
    }

    @Test
    void ofConnectionsThatNamedNoChat_theNewestServesTheOneThatIsOpened() {
        RecordingLink older = attach(ANN);
        RecordingLink newer = attach(ANN);
        say(open(ANN), "Hello Ann");
        time.settle();

        assertThat(newer.texts()).contains("Hello Ann");
        assertThat(older.deliveries()).isEmpty();
    }

    @Test
    void aChatThatLives_isServedBeforeANewerOneThatHasEnded() {
        ChatId living = open(ANN);
        time.advance(Duration.ofSeconds(1));
        ChatId ended = open(ANN);
        join(engine.end(ended, ChatEvent.left(Party.AGENT, "Agent Smith")));
        say(living, "Hello Ann");

        assertThat(attach(ANN).texts()).contains("Hello Ann").doesNotContain("has left the session");
    }

    @Test
    void aConnectionWhoseDeliveryFails_isClosed_andItsCustomerAway() {
        ChatId chat = open(ANN);
        RecordingLink link = attach(ANN);
        link.breakOff();
        say(chat, "Hello Ann");
        time.settle();

        assertThat(link.closed()).isTrue();
        join(engine.connections().left(link.id(), OptionalLong.empty()));
        time.settle();
        assertThat(provider.sent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.texts()).containsExactly("Hello Ann"));
    }

    @Test
    void aProviderThatSaysNothingOfWhyItCantFormat_isNamedByItsException() {
        PushProvider failing = new PushProvider() {
            @Override
            public Payload format(Notification notification, Device device) {
                throw new IllegalArgumentException();
            }

            @Override
            public CompletionStage<Outcome> send(Payload payload, Device device) {
                throw new AssertionError("there is nothing to send");
            }
        };
        try (ChatEngine other = ChatEngine.builder()
                .providers(PushProviders.of(Map.of("test", failing)))
                .clock(time)
                .scheduler(time)
                .observer(counting())
                .build()) {
            ChatId chat = join(other.open(new NewChat("request-chat", ANN, Device.of("test", "phone"))))
                    .id();
            join(other.said(chat, ChatEvent.text(Party.AGENT, "Agent Smith", "Hello Ann")));
            time.advance(Duration.ofMinutes(3));
        }

        assertThat(counted).contains("pushGivenUp format: IllegalArgumentException");
    }

    @Test
    void aChatWithoutAKey_isOpenedByNone_whereOneIsRequired() {
        try (ChatEngine strict = ChatEngine.builder()
                .settings(Settings.builder().requireSecureKey(true).build())
                .clock(time)
                .scheduler(time)
                .build()) {
            ChatView chat = join(strict.open(new NewChat("request-chat", ANN, null)));

            assertThat(join(strict.find(ANN, chat.serviceId(), "any key at all")))
                    .isEmpty();
        }
    }

    @Test
    void aSchedulerThatRefusesForAWhile_stopsNoProvider() {
        ChatId early = openAndLeave(ANN);
        ChatId late = openAndLeave(BOB);
        refusing = true;
        var unused = engine.said(early, ChatEvent.text(Party.AGENT, "Agent Smith", "Hello Ann"));
        refusing = false;
        say(late, "Hello Bob");
        time.advance(Duration.ofMinutes(2));

        assertThat(provider.sent())
                .extracting(RecordingProvider.Sent::texts)
                .containsExactlyInAnyOrder(List.of("Hello Ann"), List.of("Hello Bob"));
    }

    @Test
    void aSlowConnection_goesOnAfterTheSchedulerHasRefused() {
        ChatId chat = open(ANN);
        RecordingLink link = new RecordingLink("slow").slow();
        join(engine.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), link));
        refusing = true;
        link.take();
        refusing = false;
        say(chat, "Hello Ann");
        time.settle();
        assertThat(link.texts()).contains("Hello Ann");
    }

    @Test
    void aStoreThatThrows_closesTheConnection_asOneThatFails() {
        SessionStore throwing = (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("ofOwner")) {
                        throw new IllegalStateException("the store is broken");
                    }
                    return method.getName().equals("node") ? new NodeId("node") : null;
                });
        ChatEngine broken =
                ChatEngine.builder().store(throwing).clock(time).scheduler(time).build();
        RecordingLink link = new RecordingLink("link");
        CompletionStage<Void> attached =
                broken.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), link);

        assertThat(attached.toCompletableFuture()).isCompletedExceptionally();
        assertThat(link.closed()).isTrue();
    }

    @Test
    void aLateDeparture_namesAPositionOfTheChatThatWasServedLast_andOfNoOther() {
        ChatId first = open(ANN);
        RecordingLink link = attach(ANN);
        time.advance(Duration.ofSeconds(1));
        ChatId second = open(ANN);
        time.settle();
        say(first, "To the first");
        say(second, "To the second");

        join(engine.connections().leftLate(new Arrival(ANN, null, null, OptionalLong.of(2)), link.id()));

        assertThat(view(first).seen()).isZero();
        assertThat(view(second).seen()).isEqualTo(2);
    }

    @Test
    void aLateDeparture_fromAChatThatWasRemoved_namesNoPositionOfTheOneBefore() {
        ChatId first = open(ANN);
        RecordingLink link = attach(ANN);
        say(first, "One");
        say(first, "Two");
        time.advance(Duration.ofSeconds(1));
        ChatId second = open(ANN);
        time.settle();
        engine.connections().confirmed(link.id(), second, 1);
        join(engine.end(second, ChatEvent.left(Party.AGENT, "Agent Smith")));
        engine.connections().confirmed(link.id(), second, 2);
        join(engine.connections().left(link.id(), OptionalLong.empty()));
        time.advance(Duration.ofMinutes(10));
        assertThat(join(engine.transcript(second, 0, 0))).isEmpty();

        join(engine.connections().leftLate(new Arrival(ANN, null, null, OptionalLong.of(2)), link.id()));

        assertThat(view(first).seen()).isZero();
    }

    @Test
    void aConnectionThatComesBackToAChat_servesItAgain() {
        NewChat again = new NewChat("request-chat", ANN, null).withServiceId("again");
        ChatId first = join(engine.open(again)).id();
        RecordingLink link = attach(ANN);
        time.advance(Duration.ofSeconds(1));
        ChatId second = open(ANN);
        time.settle();
        join(engine.end(second, ChatEvent.left(Party.AGENT, "Agent Smith")));

        join(engine.open(again));
        time.settle();
        assertThat(view(first).presence()).isEqualTo(Presence.ONLINE);
        assertThat(link.closed()).isFalse();
    }

    @Test
    void aClientThatIsQuickerThanItsDelivery_isHeard() {
        ChatId chat = open(ANN);
        ConnectionId id = new ConnectionId("quick");
        ClientLink quick = new ClientLink() {
            @Override
            public ConnectionId id() {
                return id;
            }

            @Override
            public CompletionStage<Void> deliver(ChatView view, List<Row> rows) {
                engine.connections()
                        .confirmed(id, chat, rows.get(rows.size() - 1).position());
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void close(Cause cause) {}
        };
        join(engine.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), quick));

        say(chat, "Hello Ann");
        time.settle();
        assertThat(view(chat).seen()).isEqualTo(2);
    }

    @Test
    void aConnectionThatCantBeClosed_holdsUpNobodyWhoTakesItsPlace() {
        ChatId chat = open(ANN);
        ConnectionId id = new ConnectionId("stubborn");
        ClientLink stubborn = new ClientLink() {
            @Override
            public ConnectionId id() {
                return id;
            }

            @Override
            public CompletionStage<Void> deliver(ChatView view, List<Row> rows) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void close(Cause cause) {
                throw new IllegalStateException("stubborn");
            }
        };
        join(engine.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), stubborn));

        RecordingLink next = attach(ANN);
        say(chat, "Hello Ann");
        time.settle();
        assertThat(next.texts()).contains("Hello Ann");
    }

    @Test
    void aChatThatComesBackUnderTheIdOfOneThatWasRemoved_isServed() {
        NewChat again = new NewChat("request-chat", ANN, null).withServiceId("again");
        ChatId chat = join(engine.open(again)).id();
        RecordingLink link = attach(ANN);
        join(engine.end(chat, ChatEvent.left(Party.AGENT, "Agent Smith")));
        time.advance(Duration.ofDays(30));
        assertThat(join(engine.transcript(chat, 0, 0))).isEmpty();

        join(engine.open(again));
        time.settle();
        assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
        assertThat(link.closed()).isFalse();
    }

    @Test
    @SuppressWarnings("NullAway") // as somebody does whose code nobody checks for null
    void aProviderThatCompletesWithNothing_isAskedAgain() {
        provider.answerWith((Outcome) null);
        say(openAndLeave(ANN), "Hello Ann");
        time.advance(Duration.ofSeconds(10));

        assertThat(provider.sent()).hasSize(2);
    }

    @Test
    void aWaitOfLessThanNothing_endsNoBackOff() {
        provider.answerWith(new Outcome.Unavailable("503", Optional.of(Duration.ofDays(-1))));
        say(openAndLeave(ANN), "Hello Ann");
        time.advance(Duration.ofSeconds(1));
        assertThat(provider.sent()).hasSize(1);
        time.advance(Duration.ofSeconds(3));
        assertThat(provider.sent()).hasSize(2);
    }

    @Test
    void aProviderThatCantTellItsCircuit_isRefused_andWhatWasSaidIsSaid() {
        PushProvider failing = new PushProvider() {
            @Override
            public String circuit(Device device) {
                throw new IllegalStateException("which one?");
            }

            @Override
            public Payload format(Notification notification, Device device) {
                throw new AssertionError("nobody asks for that");
            }

            @Override
            public CompletionStage<Outcome> send(Payload payload, Device device) {
                throw new AssertionError("there is nothing to send");
            }
        };
        try (ChatEngine other = ChatEngine.builder()
                .settings(Settings.builder()
                        .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ZERO))
                        .build())
                .providers(PushProviders.of(Map.of("test", failing)))
                .clock(time)
                .scheduler(time)
                .observer(counting())
                .build()) {
            ChatId chat = join(other.open(new NewChat("request-chat", ANN, Device.of("test", "phone"))))
                    .id();
            time.advance(Duration.ofMinutes(1));
            assertThat(join(other.said(chat, ChatEvent.text(Party.AGENT, "Agent Smith", "Hello Ann"))))
                    .isPresent();
            time.settle();
        }

        assertThat(counted).contains("pushGivenUp circuit: IllegalStateException");
    }

    /** What a provider throws while it sends is its mistake, and no reason to lose the push. */
    @Test
    void aProviderThatThrowsOnce_isAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        PushProvider clumsy = new PushProvider() {
            @Override
            public Payload format(Notification notification, Device device) {
                return new Payload(notification.key(), "body", Map.of());
            }

            @Override
            public CompletionStage<Outcome> send(Payload payload, Device device) {
                if (asked.incrementAndGet() == 1) {
                    throw new IllegalStateException("not now");
                }
                return CompletableFuture.completedFuture(new Outcome.Accepted());
            }
        };
        try (ChatEngine other = ChatEngine.builder()
                .providers(PushProviders.of(Map.of("test", clumsy)))
                .clock(time)
                .scheduler(time)
                .observer(counting())
                .build()) {
            ChatId chat = join(other.open(new NewChat("request-chat", ANN, Device.of("test", "phone"))))
                    .id();
            join(other.said(chat, ChatEvent.text(Party.AGENT, "Agent Smith", "Hello Ann")));
            time.advance(Duration.ofMinutes(3));
        }

        assertThat(asked).hasValue(2);
        assertThat(counted).noneMatch(line -> line.startsWith("pushGivenUp"));
    }

    @Test
    @SuppressWarnings("NullAway") // as somebody does whose code nobody checks for null
    void anAgentLinkThatReturnsNothing_isToldAgain_andNobodyStaysOnline() {
        AtomicInteger told = new AtomicInteger();
        try (ChatEngine other = ChatEngine.builder()
                .agentLink((chat, absence, text) -> {
                    told.incrementAndGet();
                    return null;
                })
                .clock(time)
                .scheduler(time)
                .build()) {
            ChatId chat =
                    join(other.open(new NewChat("request-chat", ANN, null))).id();
            RecordingLink link = new RecordingLink("link");
            join(other.connections().attach(new Arrival(ANN, null, null, OptionalLong.empty()), link));
            join(other.connections().left(link.id(), OptionalLong.of(1)));
            assertThat(join(other.transcript(chat, 0, 0)).orElseThrow().chat().presence())
                    .isEqualTo(Presence.AWAY);
            time.advance(Duration.ofMinutes(3));
        }
        assertThat(told).hasValueGreaterThan(1);
    }

    private ChatId openAndLeave(UserId user) {
        ChatId chat = open(user);
        RecordingLink link = attach(user);
        join(engine.connections().left(link.id(), OptionalLong.of(1)));
        return chat;
    }

    private ChatId open(UserId user) {
        return join(engine.open(new NewChat("request-chat", user, Device.of("test", "phone"))))
                .id();
    }

    private RecordingLink attach(UserId user) {
        RecordingLink link = new RecordingLink("link" + ++links);
        join(engine.connections().attach(new Arrival(user, null, null, OptionalLong.empty()), link));
        return link;
    }

    private void say(ChatId chat, String text) {
        join(engine.said(chat, ChatEvent.text(Party.AGENT, "Agent Smith", text)));
    }

    private ChatView view(ChatId chat) {
        return join(engine.transcript(chat, 0, 0)).orElseThrow().chat();
    }

    private <T> T join(CompletionStage<T> stage) {
        time.settle();
        return stage.toCompletableFuture().join();
    }

    private Observer counting() {
        return (Observer) Proxy.newProxyInstance(
                Observer.class.getClassLoader(), new Class<?>[] {Observer.class}, (proxy, method, arguments) -> {
                    boolean reasoned = method.getName().equals("pushGivenUp")
                            || method.getName().equals("pushDeferred");
                    counted.add(reasoned ? method.getName() + " " + arguments[1] : method.getName());
                    return null;
                });
    }
}

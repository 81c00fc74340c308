package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.PushProviders;
import dev.halley.Receipt;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.Observer;
import dev.halley.spi.SessionStore;
import dev.halley.testkit.RecordingAgentLink;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.RecordingProvider;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The engine as its embedder sees it, in virtual time, on each store. */
abstract class EngineTest {

    private static final UserId USER = new UserId("mia");
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(90);

    final VirtualTime time = new VirtualTime();
    private final RecordingProvider provider = new RecordingProvider();
    private final RecordingAgentLink desk = new RecordingAgentLink();
    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    private final List<String> counted = new ArrayList<>();
    private @Nullable ChatEngine engine;
    private int links;

    abstract SessionStore store();

    @Nested
    class Grace {
        @Test
        void default90Seconds_onePushWithTheRowsSoFar() {
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            time.advance(Duration.ofSeconds(60));
            say(chat, "Anybody there?");
            time.advance(Duration.ofSeconds(29));
            assertThat(provider.sent()).isEmpty();
            time.advance(Duration.ofSeconds(2));
            assertThat(positions()).containsExactly(List.of(2L, 3L));
        }

        @Test
        void zero_pushesAtOnce() {
            set("Service.request-chat", "_client_timeout_notification", "0");
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            assertThat(positions()).containsExactly(List.of(2L));
        }

        @Test
        void oneSecond_isNeverEarly() {
            set("Service.request-chat", "_client_timeout_notification", "1");
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            time.advance(Duration.ofMillis(999));
            assertThat(provider.sent()).isEmpty();
            time.advance(Duration.ofMillis(1));
            assertThat(positions()).containsExactly(List.of(2L));
        }

        @Test
        void returnBeforeItsEnd_cancelsThePush() {
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            time.advance(Duration.ofSeconds(89));
            RecordingLink link = attach();
            time.advance(Duration.ofMinutes(10));
            assertThat(provider.sent()).isEmpty();
            assertThat(link.texts()).containsExactly("Hello");
            assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
        }

        @Test
        void eventsUnseenWhenGoingAway_count() {
            ChatId chat = open();
            RecordingLink link = attach();
            say(chat, "Delivered, but never confirmed");
            leave(link, 1);
            time.advance(DEFAULT_GRACE);
            assertThat(positions()).containsExactly(List.of(2L));
        }

        @Test
        void serviceBeatsThePushSection() {
            set("push", "_client_timeout_notification", "500");
            set("Service.request-chat", "_client_timeout_notification", "5");
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            time.advance(Duration.ofSeconds(5));
            assertThat(provider.sent()).hasSize(1);
        }
    }

    @Nested
    class Pushes {
        @Test
        void threeEventsAfterTheFirst_makeThreePushesOfOneRowEach() {
            ChatId chat = alerted();
            say(chat, "One");
            say(chat, "Two");
            say(chat, "Three");
            time.settle();
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(4L), List.of(5L));
        }

        @Test
        void eventsWhileOneIsSent_waitTheirTurn() {
            ChatId chat = alerted();
            var held = provider.hold();
            say(chat, "One");
            say(chat, "Two");
            say(chat, "Three");
            time.settle();
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L));
            held.complete(new Outcome.Accepted());
            time.settle();
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(4L), List.of(5L));
        }

        @Test
        void filteredTypes_causeNone_andAreInTheCatchUp() {
            ChatId chat = openAndLeave();
            join(engine().said(chat, ChatEvent.typing(Party.AGENT, "Ann", true)));
            join(engine().said(chat, ChatEvent.text(Party.CLIENT, "Mia", "Said over REST")));
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent()).isEmpty();
            assertThat(attach().texts()).containsExactly("is typing", "Said over REST");
        }

        @Test
        void filterOfAService_canTakeAway() {
            set("push", "filtering_chat_events", "Message.Text");
            set("Service.request-chat", "_filtering_chat_events", "Notice.Joined");
            set("Service.request-chat", "_client_timeout_notification", "0");
            ChatId chat = openAndLeave();
            join(engine().said(chat, ChatEvent.joined(Party.AGENT, "Ann")));
            say(chat, "Hello");
            join(engine().said(chat, ChatEvent.typing(Party.AGENT, "Ann", true)));
            time.settle();
            assertThat(positions()).containsExactly(List.of(3L), List.of(4L));
        }

        @Test
        void deviceRegisteredWhileAway_isToldWhatIsPending() {
            set("Service.request-chat", "_client_timeout_notification", "0");
            ChatId chat = openAndLeave(null);
            say(chat, "Hello");
            say(chat, "Still there?");
            time.advance(Duration.ofMinutes(5));
            assertThat(provider.sent()).isEmpty();
            join(engine().device(chat, Device.of("test", "new phone")));
            time.settle();
            assertThat(positions()).containsExactly(List.of(2L, 3L));
        }

        @Test
        void newAbsence_startsFromWhatTheClientSays() {
            alerted();
            RecordingLink link = attach();
            leave(link, 1);
            time.advance(DEFAULT_GRACE);
            assertThat(positions()).containsExactly(List.of(2L), List.of(2L));
            assertThat(provider.sent().get(0).key())
                    .isNotEqualTo(provider.sent().get(1).key());
        }

        @Test
        void deviceOfAnUnknownType_isNeverPushedTo() {
            set("Service.request-chat", "_client_timeout_notification", "0");
            ChatId chat = openAndLeave(Device.of("pager", "1"));
            say(chat, "Hello");
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent()).isEmpty();
            assertThat(counted).contains("unreachable pager");
            assertThat(attach().texts()).containsExactly("Hello");
        }

        @Test
        void customersOwnEnd_endsAllPushing() {
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            join(engine().end(chat, ChatEvent.left(Party.CLIENT, "Mia")));
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent()).isEmpty();
        }

        @Test
        void hostsEnd_letsWhatIsPendingGoOut() {
            ChatId chat = openAndLeave();
            say(chat, "Hello");
            join(engine().end(chat, ChatEvent.left(Party.AGENT, "Ann")));
            time.advance(DEFAULT_GRACE);
            assertThat(positions()).containsExactly(List.of(2L));
        }
    }

    @Nested
    class Retries {
        @Test
        void unavailable_isTriedAgain_notBeforeRetryAfter_withTheSameKeyAndRows() {
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Unavailable("503", Optional.of(Duration.ofSeconds(60))));
            say(chat, "One");
            time.advance(Duration.ofSeconds(59));
            say(chat, "Two");
            assertThat(provider.sent()).hasSize(2);
            // And a back-off of up to 2.6 s, so that not all who were told so come back together.
            time.advance(Duration.ofSeconds(4));
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(3L), List.of(4L));
            assertThat(provider.sent().get(1).key())
                    .isEqualTo(provider.sent().get(2).key());
        }

        @Test
        void providerThatNeverAnswers_isGivenUpAfterItsTimeLimit_andAskedAgain() {
            ChatId chat = alerted();
            CompletableFuture<Outcome> never = provider.hold();
            say(chat, "One");
            time.advance(Duration.ofSeconds(40));
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(3L));
            assertThat(provider.sent().get(1).key())
                    .isEqualTo(provider.sent().get(2).key());
            assertThat(never).isNotDone();
        }

        @Test
        void lateAnswer_doesNotSendTwice() {
            ChatId chat = alerted();
            var held = provider.hold();
            say(chat, "One");
            time.advance(Duration.ofSeconds(40));
            held.complete(new Outcome.Unavailable("late"));
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent()).hasSize(3);
        }

        @Test
        void rejected_countsAsTold_andIsCounted() {
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Rejected("400"));
            say(chat, "One");
            say(chat, "Two");
            time.advance(Duration.ofHours(1));
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(4L));
            assertThat(counted).contains("given up 400");
        }

        @Test
        void unregistered_forgetsTheToken_andANewDeviceGetsThePush() {
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Unregistered("410"));
            say(chat, "One");
            say(chat, "Two");
            time.advance(Duration.ofHours(1));
            assertThat(counted).contains("forgotten 410");
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L));
            join(engine().device(chat, Device.of("test", "new phone")));
            time.settle();
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L), List.of(3L), List.of(4L));
        }

        @Test
        void timeToLive_endsTheTrying_andIsCounted() {
            set("push", "ttl", "3600");
            ChatId chat = alerted();
            Outcome[] failures = new Outcome[500];
            Arrays.fill(failures, new Outcome.Unavailable("503"));
            provider.answerWith(failures);
            say(chat, "One");
            time.advance(Duration.ofHours(2));
            int sent = provider.sent().size();
            time.advance(Duration.ofHours(2));
            assertThat(provider.sent()).hasSize(sent);
            assertThat(counted).anyMatch(line -> line.startsWith("given up"));
        }

        @Test
        void timeToLiveOfTheDevicesProvider_goesBeforeTheUsual() {
            set("push", "ttl", "36000");
            set("push.provider.test", "ttl", "60");
            ChatId chat = alerted();
            Outcome[] failures = new Outcome[50];
            Arrays.fill(failures, new Outcome.Unavailable("503"));
            provider.answerWith(failures);
            say(chat, "One");
            time.advance(Duration.ofMinutes(5));
            assertThat(counted).anyMatch(line -> line.startsWith("given up"));
        }

        @Test
        void aPushThatFailsAsItsTimeToLiveRunsOut_isNotSentAgain() {
            set("push", "ttl", "3");
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Unavailable("503", Optional.of(Duration.ofSeconds(10))));
            say(chat, "One");
            time.advance(Duration.ofHours(1));
            assertThat(positions()).containsExactly(List.of(2L), List.of(3L));
            assertThat(counted).anyMatch(line -> line.startsWith("given up"));
        }

        @Test
        void aPause_isForAll_andUsesUpNoAttempt() {
            provider.answerWith(new Outcome.Unavailable("429", Optional.of(Duration.ofSeconds(60)), true));
            List<ChatId> chats = openAwayForMany(3);
            say(chats.get(0), "Hello");
            time.settle();
            say(chats.get(1), "Hello");
            say(chats.get(2), "Hello");
            time.advance(Duration.ofSeconds(59));
            assertThat(provider.sent()).hasSize(1);
            assertThat(counted).containsOnly("deferred paused");
            time.advance(Duration.ofMinutes(3));
            assertThat(provider.sent()).hasSize(1 + 3);
        }

        @Test
        void aShorterPause_endsNoLongerOne() {
            CompletableFuture<Outcome> one = provider.hold();
            CompletableFuture<Outcome> other = provider.hold();
            List<ChatId> chats = openAwayForMany(3);
            say(chats.get(0), "Hello");
            say(chats.get(1), "Hello");
            time.settle();
            one.complete(new Outcome.Unavailable("429", Optional.of(Duration.ofMinutes(5)), true));
            other.complete(new Outcome.Unavailable("429", Optional.of(Duration.ofSeconds(60)), true));
            say(chats.get(2), "Hello");
            // Not longer, for the two of them were begun before.
            time.advance(Duration.ofSeconds(299));
            assertThat(provider.sent()).hasSize(2);
            time.advance(Duration.ofMinutes(3));
            assertThat(provider.sent()).hasSize(2 + 3);
        }

        @Test
        void whoeverAsksForYears_isAskedAgainAfterADay() {
            set("push", "ttl", "90000");
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Unavailable("429", Optional.of(Duration.ofSeconds(Long.MAX_VALUE)), true));
            say(chat, "One");
            time.advance(Duration.ofHours(23));
            assertThat(provider.sent()).hasSize(2);
            time.advance(Duration.ofHours(1).plusSeconds(5));
            assertThat(provider.sent()).hasSize(3);
        }

        @Test
        void pushesThatFailedTogether_comeAgainOneByOne_andLessAndLess() {
            provider.answerWith(
                    Stream.generate(() -> new Outcome.Unavailable("503", Optional.of(Duration.ofSeconds(10))))
                            .limit(10)
                            .toArray(Outcome[]::new));
            openAwayForMany(10).forEach(chat -> say(chat, "Hello"));
            time.advance(Duration.ofSeconds(10));
            assertThat(provider.sent()).hasSize(10);
            Set<Integer> steps = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                time.advance(Duration.ofMillis(100));
                steps.add(provider.sent().size());
            }
            assertThat(provider.sent()).hasSize(20);
            assertThat(steps).hasSizeGreaterThan(4);
        }

        @Test
        void longTimeToLive_isTriedToItsEnd() {
            set("push", "ttl", "126000");
            ChatId chat = alerted();
            provider.answerWith(Stream.generate(() -> new Outcome.Unavailable("503"))
                    .limit(10_000)
                    .toArray(Outcome[]::new));
            say(chat, "One");
            time.advance(Duration.ofHours(34));
            int sent = provider.sent().size();
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent()).hasSizeGreaterThan(sent);
            time.advance(Duration.ofHours(1));
            assertThat(counted).anyMatch(line -> line.startsWith("given up"));
        }

        @Test
        void aPushSaysHowLongItIsWorthSomething() {
            set("push", "ttl", "3600");
            ChatId chat = alerted();
            provider.answerWith(new Outcome.Unavailable("503", Optional.of(Duration.ofMinutes(10))));
            say(chat, "One");
            time.advance(Duration.ofHours(1));
            assertThat(provider.sent().stream()
                            .skip(1)
                            .map(sent -> sent.notification().timeToLive()))
                    .satisfiesExactly(
                            first -> assertThat(first).isEqualTo(Duration.ofHours(1)),
                            again -> assertThat(again).isBetween(Duration.ofMinutes(49), Duration.ofMinutes(50)));
        }

        @Test
        void deviceThatComesAfterTheTimeToLive_givesUpTheWaitingPush_andCountsIt() {
            set("push", "ttl", "60");
            ChatId chat = openAndLeave();
            provider.answerWith(new Outcome.Unregistered("410"));
            say(chat, "Hello");
            time.advance(Duration.ofMinutes(5));
            assertThat(counted).noneMatch(line -> line.startsWith("given up"));
            join(engine().device(chat, Device.of("test", "new phone")));
            assertThat(counted).contains("given up time to live or attempts are over");
        }

        @Test
        void openBreaker_defersPushes_andUsesUpNoAttempt() {
            Outcome[] failures = new Outcome[20];
            Arrays.fill(failures, new Outcome.Unavailable("503"));
            provider.answerWith(failures);
            openAwayForMany(40).forEach(chat -> say(chat, "Hello"));
            time.settle();
            assertThat(counted).contains("circuit open", "deferred circuit open");
            time.advance(Duration.ofHours(1));
            assertThat(counted).contains("circuit closed");
            assertThat(provider.sent()).hasSize(20 + 40);
        }

        @Test
        void connectionThatIsLost_withManyPushes_holdsThemUpForSecondsOnly() {
            List<CompletableFuture<Outcome>> held =
                    Stream.generate(provider::hold).limit(100).toList();
            openAwayForMany(100).forEach(chat -> say(chat, "Hello"));
            time.settle();
            held.forEach(push -> push.complete(new Outcome.Unavailable("connection lost")));
            // Back-offs of up to 2.6 s, by the push's key, one after another where a half-open breaker had no room.
            time.advance(Duration.ofSeconds(15));
            assertThat(counted).contains("circuit open", "circuit closed");
            assertThat(provider.sent()).hasSize(200);
        }

        @Test
        void serviceThatStaysDown_isAskedLessAndLess() {
            provider.answerWith(Stream.generate(() -> new Outcome.Unavailable("503"))
                    .limit(10_000)
                    .toArray(Outcome[]::new));
            openAwayForMany(1_000).forEach(chat -> say(chat, "Hello"));
            time.advance(Duration.ofMinutes(1));
            int first = provider.sent().size();
            time.advance(Duration.ofMinutes(5));
            // 20 until it opens, then 10 after 1, 3, 7, 15, 31 and 61 seconds, and every 30 seconds from there on.
            assertThat(first).isBetween(20 + 4 * 10, 20 + 6 * 10);
            assertThat(provider.sent().size() - first).isBetween(8 * 10, 11 * 10);
        }

        @Test
        void deadDevices_neverCountAgainstTheirProvider() {
            Outcome[] gone = new Outcome[100];
            Arrays.fill(gone, new Outcome.Unregistered("410"));
            provider.answerWith(gone);
            openAwayForMany(100).forEach(chat -> say(chat, "Hello"));
            time.settle();
            assertThat(provider.sent()).hasSize(100);
            assertThat(counted).doesNotContain("circuit open");
        }

        @Test
        void pushThatWaitsForRoom_isNotSentToACustomerWhoIsBackMeanwhile() {
            int room = 500;
            List<ChatId> chats = openAwayForMany(room + 1);
            assertThat(engine().settings().pushesInFlight()).isEqualTo(room);
            List<CompletableFuture<Outcome>> held =
                    Stream.generate(provider::hold).limit(room).toList();
            chats.forEach(chat -> say(chat, "Hello"));
            time.settle();
            assertThat(provider.sent()).hasSize(room);
            RecordingLink link = attach(new UserId("user" + room));
            held.forEach(answer -> answer.complete(new Outcome.Accepted()));
            time.settle();
            assertThat(provider.sent()).hasSize(room);
            assertThat(counted).contains("withdrawn");
            assertThat(link.texts()).contains("Hello");
        }

        @Test
        void pushThatWaitsForRoom_isNotSentAfterItsTimeToLive() {
            set("push", "ttl", "5");
            int room = 500;
            List<ChatId> chats = openAwayForMany(room + 1);
            List<CompletableFuture<Outcome>> held =
                    Stream.generate(provider::hold).limit(room).toList();
            chats.forEach(chat -> say(chat, "Hello"));
            time.advance(Duration.ofSeconds(6));
            held.forEach(answer -> answer.complete(new Outcome.Accepted()));
            time.advance(Duration.ofMinutes(1));
            assertThat(provider.sent()).hasSize(room);
            assertThat(counted).contains("given up time to live is over");
        }

        /** Chats of as many customers, none of whom ever connected. */
        private List<ChatId> openAwayForMany(int customers) {
            set("Service.request-chat", "_client_timeout_notification", "0");
            List<ChatId> chats = new ArrayList<>();
            for (int i = 0; i < customers; i++) {
                UserId user = new UserId("user" + i);
                chats.add(join(engine().open(new NewChat("request-chat", user, Device.of("test", "phone" + i))))
                        .id());
            }
            time.advance(Duration.ofMinutes(1));
            return chats;
        }
    }

    @Nested
    class Agents {
        @Test
        void isToldOncePerAbsence_withTheServicesText() {
            set("Service.request-chat", "_agent_timeout_notification_message", "gone fishing");
            ChatId chat = open();
            leave(attach(), 1);
            time.advance(Duration.ofMinutes(10));
            leave(attach(), 1);
            time.advance(Duration.ofMinutes(10));
            assertThat(desk.absences(chat)).containsExactly(1L, 2L);
            assertThat(desk.told().get(0).text()).isEqualTo("gone fishing");
        }

        @Test
        void failure_isToldAgain_withTheSameNumber() {
            ChatId chat = open();
            desk.fail(new IllegalStateException("the desk is down"));
            leave(attach(), 1);
            time.advance(Duration.ofSeconds(61));
            assertThat(desk.absences(chat)).containsExactly(1L, 1L);
        }

        @Test
        void customerWhoNeverConnects_isAwayAfterTenSeconds() {
            ChatId chat = open();
            time.advance(Duration.ofSeconds(9));
            assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
            time.advance(Duration.ofSeconds(1));
            assertThat(view(chat).presence()).isEqualTo(Presence.AWAY);
            assertThat(desk.absences(chat)).containsExactly(0L);
        }

        @Test
        void polledCustomer_isNeverAwayAndNeverPushed() {
            ChatId chat = join(engine().open(new NewChat("request-chat", USER, Device.of("test", "phone")).asPolled()))
                    .id();
            say(chat, "Hello");
            time.advance(Duration.ofHours(24));
            assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
            assertThat(provider.sent()).isEmpty();
            assertThat(join(engine().refreshed(chat, 2)).orElseThrow().seen()).isEqualTo(2);
        }
    }

    @Nested
    class Connections {
        @Test
        void slowLink_isGivenMoreWhenItTakesMore_withoutAGap() {
            ChatId chat = open();
            RecordingLink link = new RecordingLink("slow").slow();
            engine().connections().attach(arrival(OptionalLong.empty()), link);
            time.settle();
            for (int i = 0; i < 600; i++) {
                say(chat, "Text " + i);
            }
            while (link.take()) {
                time.settle();
            }
            time.advance(Duration.ofSeconds(10));
            while (link.take()) {
                time.settle();
            }
            assertThat(link.positions()).hasSize(601);
        }

        @Test
        void newerConnection_closesTheOlder() {
            ChatId chat = open();
            RecordingLink older = attach();
            RecordingLink newer = attach();
            say(chat, "Hello");
            time.advance(Duration.ofSeconds(10));
            assertThat(older.closed()).isTrue();
            assertThat(newer.texts()).contains("Hello");
            assertThat(older.texts()).doesNotContain("Hello");
        }

        @Test
        void attachOfTheSameConnectionAgain_deliversNothingTwice() {
            ChatId chat = open();
            RecordingLink link = attach();
            join(engine().connections().attach(arrival(OptionalLong.empty()), link));
            say(chat, "Hello");
            time.advance(Duration.ofSeconds(10));
            assertThat(link.positions()).containsExactly(1L, 2L);
        }

        @Test
        void newChat_waitsUntilASlowLinkHasTakenTheRowsOfTheOlder() {
            open();
            RecordingLink link = new RecordingLink("slow").slow();
            engine().connections().attach(arrival(OptionalLong.empty()), link);
            time.settle();
            time.advance(Duration.ofSeconds(2));
            ChatId second = open();
            time.advance(Duration.ofSeconds(20));
            assertThat(link.deliveries()).hasSize(1);
            boolean moved = view(second).presence() == Presence.ONLINE; // unless the announcement was lost
            link.take();
            time.advance(Duration.ofSeconds(10));
            assertThat(link.deliveries()).hasSize(moved ? 2 : 1);
        }

        @Test
        void confirmationOfTheOlderChat_isNotTakenForOneOfTheNewer() {
            open();
            RecordingLink link = new RecordingLink("slow").slow();
            engine().connections().attach(arrival(OptionalLong.empty()), link);
            time.settle();
            time.advance(Duration.ofSeconds(2));
            ChatId second = open();
            time.advance(Duration.ofSeconds(5));
            engine().connections().confirmed(link.id(), second, 1);
            time.settle();
            assertThat(view(second).seen()).isZero();
        }

        @Test
        void departureOfAnOlderConnection_movesNothing() {
            ChatId chat = open();
            RecordingLink older = attach();
            attach();
            leave(older, 1);
            assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
            assertThat(desk.told()).isEmpty();
        }

        @Test
        void newChat_movesAConnectionThatNamedNone() {
            ChatId first = open();
            RecordingLink link = attach();
            time.advance(Duration.ofSeconds(2));
            ChatId second = open();
            time.advance(Duration.ofSeconds(20));
            // Where the announcement is lost, the customer of the new chat is away, and the old one goes on.
            if (view(second).presence() == Presence.ONLINE) {
                assertThat(view(first).presence()).isEqualTo(Presence.AWAY);
                assertThat(link.deliveries())
                        .last()
                        .satisfies(delivery -> assertThat(delivery.chat().id()).isEqualTo(second));
            } else {
                assertThat(view(first).presence()).isEqualTo(Presence.ONLINE);
            }
        }

        @Test
        void repeat_goesBackToAPosition_alsoBelowWhatIsConfirmed() {
            ChatId chat = open();
            RecordingLink link = attach();
            say(chat, "Read");
            engine().connections().confirmed(link.id(), chat, 2);
            say(chat, "Perhaps never read");
            time.settle();
            engine().connections().repeat(link.id(), chat, 2, Duration.ZERO);
            time.settle();
            engine().connections().repeat(link.id(), chat, 1, Duration.ZERO);
            time.settle();
            assertThat(link.positions()).containsExactly(1L, 2L, 3L, 3L, 2L, 3L);
        }

        @Test
        void repeatThatIsDueLater_letsNothingNewerGoBeforeIt() {
            ChatId chat = open();
            RecordingLink link = attach();
            say(chat, "Perhaps never read");
            time.settle();
            engine().connections().repeat(link.id(), chat, 1, Duration.ofSeconds(5));
            say(chat, "Newer");
            time.advance(Duration.ofMillis(4_999));
            assertThat(link.positions()).containsExactly(1L, 2L);
            time.advance(Duration.ofMillis(1));
            assertThat(link.positions()).containsExactly(1L, 2L, 2L, 3L);
        }

        @Test
        void repeat_replacesOneThatIsDueLater() {
            ChatId chat = open();
            RecordingLink link = attach();
            say(chat, "Perhaps never read");
            time.settle();
            engine().connections().repeat(link.id(), chat, 0, Duration.ofSeconds(5));
            engine().connections().repeat(link.id(), chat, 1, Duration.ZERO);
            time.advance(Duration.ofMinutes(1));
            assertThat(link.positions()).containsExactly(1L, 2L, 2L);
        }

        @Test
        void whoShookHandsEarlier_takesNothingOver_alsoWhenTheLaterOneIsGone() {
            ChatId chat = open();
            RecordingLink later = new RecordingLink("later");
            RecordingLink earlier = new RecordingLink("earlier");
            shookHands(later, 2);
            shookHands(earlier, 1);
            time.settle();
            assertThat(later.closed()).isFalse();
            assertThat(earlier.closedBecause()).contains(ClientLink.Cause.TAKEN_OVER);

            engine().connections().left(later.id(), OptionalLong.of(1));
            time.settle();
            RecordingLink late = new RecordingLink("late");
            shookHands(late, 1);
            time.settle();
            assertThat(late.closed()).isTrue();
            assertThat(view(chat).presence()).isEqualTo(Presence.AWAY);

            time.advance(Duration.ofMinutes(10));
            shookHands(new RecordingLink("much-later"), 1);
            time.settle();
            assertThat(view(chat).presence()).isEqualTo(Presence.ONLINE);
        }

        private void shookHands(RecordingLink link, long order) {
            engine().connections()
                    .attach(new Arrival(USER, null, null, OptionalLong.empty(), OptionalLong.empty(), order), link);
        }

        @Test
        void positionBeyondTheEnd_confirmsNothing() {
            ChatId chat = open();
            RecordingLink link = attach();
            say(chat, "Hello");
            engine().connections().confirmed(link.id(), chat, 99);
            time.settle();
            engine().connections().left(link.id(), OptionalLong.of(99));
            time.settle();
            assertThat(view(chat).seen()).isZero();
            assertThat(attach().positions()).containsExactly(1L, 2L);
        }
    }

    @Nested
    class Saying {
        @Test
        void sameEventAgain_writesNothing() {
            ChatId chat = open();
            ChatEvent event = ChatEvent.text(Party.AGENT, "Ann", "Hello");
            Receipt first = join(engine().said(chat, event)).orElseThrow();
            Receipt second = join(engine().said(chat, event)).orElseThrow();
            assertThat(first.position()).isEqualTo(second.position()).hasValue(2);
            assertThat(view(chat).position()).isEqualTo(2);
        }

        @Test
        void latestOfSeveralChats_isServed_evenWithinOneSecond() {
            ChatId latest = open();
            for (int i = 0; i < 10; i++) {
                time.advance(Duration.ofMillis(10));
                latest = open();
            }
            RecordingLink link = attach();
            say(latest, "Hello");
            time.settle();
            assertThat(link.texts()).contains("Hello");
        }

        @Test
        void afterTheEnd_writesNothing() {
            ChatId chat = open();
            join(engine().end(chat, ChatEvent.left(Party.CLIENT, "Mia")));
            Receipt receipt = join(engine().said(chat, ChatEvent.text(Party.AGENT, "Ann", "Hello")))
                    .orElseThrow();
            assertThat(receipt.position()).isEmpty();
            assertThat(receipt.chat().ended()).isTrue();
        }

        @Test
        void unknownChat_isEmpty() {
            assertThat(join(engine().said(new ChatId("nosuchchat"), ChatEvent.text(Party.AGENT, "Ann", "Hello"))))
                    .isEmpty();
        }

        @Test
        void sameServiceId_isTheSameChat() {
            NewChat chat = new NewChat("request-chat", USER, null);
            assertThat(join(engine().open(chat)).id())
                    .isEqualTo(join(engine().open(chat)).id());
            assertThat(engine().open(new NewChat("request-chat", new UserId("noa"), null)
                            .withServiceId(chat.serviceId())))
                    .isCompletedExceptionally();
        }

        @Test
        void chatsLimit_dropsTheOldest_andSaysHowMany() {
            set("halley", "max_events", "10");
            ChatId chat = openAndLeave();
            for (int i = 0; i < 30; i++) {
                say(chat, "Text " + i);
            }
            RecordingLink link = attach();
            assertThat(link.positions()).containsExactly(22L, 23L, 24L, 25L, 26L, 27L, 28L, 29L, 30L, 31L);
            assertThat(view(chat).omitted()).isEqualTo(21);
        }

        @Test
        void retention_removesTheChat() {
            ChatId chat = openAndLeave();
            time.advance(Duration.ofHours(73));
            assertThat(join(engine().transcript(chat, 0, 10))).isEmpty();
            assertThat(counted).contains("removed request-chat");
        }
    }

    // The world around the engine

    ChatEngine engine() {
        ChatEngine built = engine;
        if (built == null) {
            set("push", "pushEnabled", "test");
            built = ChatEngine.builder()
                    .options(Options.of(sections))
                    .providers(PushProviders.of(Map.of("test", provider)))
                    .agentLink(desk)
                    .observer(new Counting())
                    .clock(time)
                    .scheduler(time)
                    .store(store())
                    .build();
            engine = built;
        }
        return built;
    }

    void set(String section, String option, String value) {
        sections.computeIfAbsent(section, key -> new LinkedHashMap<>()).put(option, value);
    }

    ChatId open() {
        return open(Device.of("test", "phone"));
    }

    ChatId open(@Nullable Device device) {
        return join(engine().open(new NewChat("request-chat", USER, device))).id();
    }

    /** A chat whose customer has seen the first row and gone away. */
    ChatId openAndLeave() {
        return openAndLeave(Device.of("test", "phone"));
    }

    ChatId openAndLeave(@Nullable Device device) {
        ChatId chat = open(device);
        leave(attach(), 1);
        return chat;
    }

    /** A chat whose absent customer was pushed row 2. */
    ChatId alerted() {
        ChatId chat = openAndLeave();
        say(chat, "Hello");
        time.advance(DEFAULT_GRACE);
        assertThat(positions()).containsExactly(List.of(2L));
        return chat;
    }

    RecordingLink attach() {
        return attach(USER);
    }

    RecordingLink attach(UserId user) {
        RecordingLink link = new RecordingLink("link" + ++links);
        join(engine().connections().attach(new Arrival(user, null, null, OptionalLong.empty()), link));
        time.settle();
        return link;
    }

    void leave(RecordingLink link, long position) {
        join(engine().connections().left(link.id(), OptionalLong.of(position)));
        time.settle();
    }

    void say(ChatId chat, String text) {
        join(engine().said(chat, ChatEvent.text(Party.AGENT, "Ann", text)));
    }

    ChatView view(ChatId chat) {
        return join(engine().transcript(chat, 0, 0)).orElseThrow().chat();
    }

    List<List<Long>> positions() {
        return provider.sent().stream().map(RecordingProvider.Sent::positions).toList();
    }

    static Arrival arrival(OptionalLong position) {
        return new Arrival(USER, null, null, position);
    }

    <T> T join(CompletionStage<T> stage) {
        time.settle();
        return stage.toCompletableFuture().getNow(null);
    }

    private final class Counting implements Observer {
        @Override
        public void pushGivenUp(String type, String reason) {
            counted.add("given up " + reason);
        }

        @Override
        public void pushDeferred(String type, String reason) {
            counted.add("deferred " + reason);
        }

        @Override
        public void pushWithdrawn(String type) {
            counted.add("withdrawn");
        }

        @Override
        public void deviceUnreachable(String type) {
            counted.add("unreachable " + type);
        }

        @Override
        public void tokenForgotten(ChatId chat, Device device, String reason) {
            counted.add("forgotten " + reason);
        }

        @Override
        public void circuitOpen(String type, boolean open) {
            counted.add(open ? "circuit open" : "circuit closed");
        }

        @Override
        public void chatRemoved(String serviceName) {
            counted.add("removed " + serviceName);
        }
    }
}

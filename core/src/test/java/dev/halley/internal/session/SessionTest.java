package dev.halley.internal.session;

import static dev.halley.internal.session.SessionFixture.ANOTHER;
import static dev.halley.internal.session.SessionFixture.ATTACH_WITHIN;
import static dev.halley.internal.session.SessionFixture.ATTEMPTS;
import static dev.halley.internal.session.SessionFixture.BACK_OFF;
import static dev.halley.internal.session.SessionFixture.CONNECTION;
import static dev.halley.internal.session.SessionFixture.DEVICE;
import static dev.halley.internal.session.SessionFixture.GRACE;
import static dev.halley.internal.session.SessionFixture.LEASE;
import static dev.halley.internal.session.SessionFixture.MAX_EVENTS;
import static dev.halley.internal.session.SessionFixture.NEW_DEVICE;
import static dev.halley.internal.session.SessionFixture.NO_DEVICE;
import static dev.halley.internal.session.SessionFixture.RETENTION;
import static dev.halley.internal.session.SessionFixture.TIME_TO_LIVE;
import static dev.halley.internal.session.SessionFixture.alerted;
import static dev.halley.internal.session.SessionFixture.grace;
import static dev.halley.internal.session.SessionFixture.online;
import static dev.halley.internal.session.SessionFixture.opened;
import static dev.halley.internal.session.SessionFixture.polled;
import static dev.halley.internal.session.SessionFixture.quiet;
import static dev.halley.internal.session.SessionFixture.retrying;
import static dev.halley.internal.session.SessionFixture.sending;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.internal.session.Phase.Alerted;
import dev.halley.internal.session.Phase.Grace;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Quiet;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the sentences below the session's table say, and the histories that broke earlier versions of the rules. */
class SessionTest {

    private static final Duration LINGER = Duration.ofMinutes(1);
    private static final Duration ONE_HOUR = Duration.ofHours(1);

    @Nested
    class BeginningAPush {

        @Test
        void withoutADevice_alertsNobodyAndLeavesTheRowsUntold() {
            grace().device(NO_DEVICE).wakeWhenDue().is(new Alerted()).hasPushed(2);
            alerted().device(NO_DEVICE).said().is(new Alerted()).hasPushed(3);
        }

        @Test
        void takesInAllThereIs() {
            SessionFixture chat = grace().said().typed().said().typed().wakeWhenDue();
            chat.is(chat.sendingTo(6));
        }

        @Test
        void withoutGracePeriod_followsTheDepartureAtOnce() {
            SessionFixture chat = online().withoutGracePeriod().said().left(2);
            chat.is(chat.sendingTo(3)).tellsOf(1);
        }

        @Test
        void neverHappensForAnEventThatWakesNobody() {
            quiet().withoutGracePeriod().typed().is(new Quiet()).left(2).is(new Quiet());
        }
    }

    @Nested
    class FinishingAPush {

        @Test
        void beginsTheNextAtTheFirstStop() {
            SessionFixture chat = sending().said().said().said().accepted();
            chat.is(chat.sendingTo(4, 5L, 6L)).hasPushed(3);
            chat.accepted().is(chat.sendingTo(5, 6L)).hasPushed(4);
            chat.accepted().is(chat.sendingTo(6)).hasPushed(5);
            chat.accepted().is(new Alerted()).hasPushed(6);
        }

        @Test
        void countsARejectedPushAsTold() {
            sending().accepted().hasPushed(3).said().hasPushed(3);
        }

        @Test
        void countsAPushThatWasGivenUpAsTold_andGoesOn() {
            SessionFixture chat = sending().said().withAttempts(1).unavailable();
            chat.hasPushed(3).is(chat.sendingTo(4));
        }

        @Test
        void countsWhatWasSeenMeanwhileAsTold() {
            sending().said().left(4).accepted().is(new Alerted()).hasPushed(4);
        }

        @Test
        void withoutADevice_leavesWhatCameMeanwhileUntold() {
            sending().said().device(NO_DEVICE).accepted().is(new Alerted()).hasPushed(3);
        }
    }

    @Nested
    class StopsBehindAPush {

        @Test
        void areOnePerEventOfTheFirstAttempt() {
            assertThat(sending().said().typed().said().sendingPhase().then()).containsExactly(4L, 6L);
        }

        @Test
        void areNotAddedToLaterAttempts() {
            assertThat(sending().wakeWhenDue().said().sendingPhase().then()).isEmpty();
        }

        @Test
        void areAtMost64_beyondThatEventsGoTogether() {
            SessionFixture chat = sending();
            LongStream.rangeClosed(4, 70).forEach(position -> chat.said());
            assertThat(chat.sendingPhase().then())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(4, 67).boxed().toList());

            LongStream.rangeClosed(4, 67).forEach(position -> chat.accepted().hasPushed(position - 1));
            chat.accepted();
            chat.is(chat.sendingTo(70)).hasPushed(67);
        }

        @Test
        void goOnGrowingInTheNextPush() {
            SessionFixture chat = sending().said().said().accepted().said();
            chat.is(chat.sendingTo(4, 5L, 6L));
        }

        @Test
        void areDroppedByALease_soThatWhatWaitsGoesTogether() {
            SessionFixture chat = sending().said().said().wakeWhenDue().accepted();
            chat.is(chat.sendingTo(5)).hasPushed(3);
        }

        @Test
        void areDroppedByAFailure_soThatWhatWaitsGoesTogether() {
            SessionFixture chat =
                    sending().said().unavailable().said().wakeWhenDue().accepted();
            chat.is(chat.sendingTo(5)).hasPushed(3);
        }

        @Test
        void areDroppedByALostDevice_soThatWhatWaitsGoesTogether() {
            SessionFixture chat = sending()
                    .said()
                    .said()
                    .unregistered(DEVICE)
                    .device(NEW_DEVICE)
                    .accepted();
            chat.is(chat.sendingTo(5)).hasPushed(3);
        }

        @Test
        void areDroppedByAReturn() {
            SessionFixture chat = sending().said().said().joined(ANOTHER).left(ANOTHER, 3);
            chat.wakeWhenDue().is(chat.sendingTo(5));
        }
    }

    @Nested
    class KeyAndRows {

        @Test
        void theKeyNamesChatAbsenceAndLastRow() {
            assertThat(sending().session().key(3)).isEqualTo("chat_1_3");
            assertThat(online().joined(ANOTHER).session().key(3)).isEqualTo("chat_2_3");
        }

        @Test
        void rowsStayFrozenUntilThePushIsSettled() {
            SessionFixture chat = sending();
            chat.said().left(2).typed().unavailable().hasPushed(2).wakeWhenDue().said();
            chat.device(NEW_DEVICE).wakeWhenDue().hasPushed(2);
            assertThat(chat.push().to()).isEqualTo(3);
            assertThat(chat.sendingPhase().attempt()).isEqualTo(3);
        }

        @Test
        void aLowerLateDisconnect_changesTheCatchUpAlone() {
            sending().left(0).hasSeen(0).hasPushed(2).keepsPhase();
            retrying().left(0).hasSeen(0).hasPushed(2).keepsPhase();
        }
    }

    @Nested
    class GivingUp {

        @Test
        void happensOnceTheAttemptsAreUsedUp() {
            SessionFixture chat = sending();
            for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
                chat.unavailable().is(Retrying.class).wakeWhenDue().is(Sending.class);
            }
            chat.unavailable().is(new Alerted()).hasPushed(3);
        }

        @Test
        void leasesThatRunOutUseUpAttempts() {
            SessionFixture chat = sending();
            for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
                chat.wakeWhenDue().is(Sending.class);
            }
            chat.wakeWhenDue().is(new Alerted()).hasPushed(3);
        }

        @Test
        void nobodyAsked_usesUpNoAttempt() {
            SessionFixture chat = sending();
            for (int i = 0; i < 3 * ATTEMPTS; i++) {
                chat.deferred().is(Retrying.class).wakeWhenDue().is(Sending.class);
            }
            assertThat(chat.push().failures()).isZero();
        }

        @Test
        void happensOnceTheTimeToLiveIsOver() {
            sending().after(TIME_TO_LIVE).unavailable().is(new Alerted()).hasPushed(3);
            sending().after(TIME_TO_LIVE).deferred().is(new Alerted()).hasPushed(3);
            sending().after(TIME_TO_LIVE).wake().is(new Alerted()).hasPushed(3);
            retrying().after(TIME_TO_LIVE).wake().is(new Alerted()).hasPushed(3);
            sending().after(TIME_TO_LIVE.minusNanos(1)).unavailable().is(Retrying.class);
        }

        @Test
        void aDeviceThatComesTooLate_isToldOnlyOfWhatIsNew() {
            SessionFixture chat = sending().unregistered(DEVICE).said().after(TIME_TO_LIVE);
            chat.device(NEW_DEVICE).hasPushed(3).is(chat.sendingTo(4));
        }

        @Test
        void everyPushHasItsOwnAttemptsAndTime() {
            SessionFixture chat = sending().unavailable().said().after(ONE_HOUR).accepted();
            chat.is(chat.sendingTo(4));
        }
    }

    @Nested
    class UnregisteredSince {

        @Test
        void aTokenThatWasRegisteredLater_isKeptAndTriedAgain() {
            SessionFixture chat = sending();
            Push push = chat.push();
            chat.device(DEVICE)
                    .unregistered(DEVICE, Optional.of(chat.in(Duration.ofSeconds(-1))))
                    .hasDevice(DEVICE)
                    .is(new Retrying(push.failed(), 1, chat.in(BACK_OFF)));
        }

        @Test
        void aTokenThatWasRegisteredBefore_isForgotten() {
            SessionFixture chat = sending();
            chat.unregistered(DEVICE, Optional.of(chat.in(Duration.ZERO)))
                    .hasDevice(NO_DEVICE)
                    .is(Retrying.class);
        }

        @Test
        void aDeviceThatIsGoneMeanwhile_leavesThePushWaiting() {
            SessionFixture chat = sending().device(NO_DEVICE);
            Push push = chat.push();
            chat.unregistered(null).is(new Retrying(push.failed(), 1, null));
        }
    }

    @Nested
    class Expiry {

        @Test
        void online_hasNone() {
            assertThat(online().session().expires()).isNull();
            assertThat(opened().session().expires()).isNull();
            assertThat(quiet().joined(ANOTHER).session().wakeAt()).isEmpty();
        }

        @Test
        void away_countsFromTheDeparture() {
            online().after(ONE_HOUR).left(2).expiresIn(RETENTION);
        }

        @Test
        void away_countsFromTheLastEvent() {
            quiet().after(ONE_HOUR).typed().expiresIn(RETENTION);
        }

        @Test
        void away_isNotPutOffByPushes() {
            SessionFixture chat = sending().after(Duration.ofSeconds(1)).unavailable();
            chat.wakeWhenDue()
                    .accepted()
                    .expiresIn(RETENTION.minus(GRACE).minusSeconds(1).minus(BACK_OFF));
        }

        @Test
        void neverConnected_countsFromTheLastSignOfLife() {
            opened().after(ATTACH_WITHIN).wake().expiresIn(RETENTION);
        }

        @Test
        void polled_countsFromTheLastEventOrCall() {
            polled().after(ONE_HOUR).said().expiresIn(RETENTION);
            polled().after(ONE_HOUR).refreshed(1).expiresIn(RETENTION);
            polled().after(ONE_HOUR).refreshed(99).hasSeen(0).expiresIn(RETENTION);
        }

        @Test
        void ended_isNotPutOffByAnything() {
            SessionFixture chat = online().endedByAgent().after(ONE_HOUR);
            chat.joined(ANOTHER).left(ANOTHER, 1).device(NEW_DEVICE).expiresIn(RETENTION.minus(ONE_HOUR));
        }

        @Test
        void endedAndSeen_lingersForAMinute() {
            online().endedByAgent().after(ONE_HOUR).confirmed(3).hasSeen(3).expiresIn(LINGER);
            online().endedByCustomer().after(ONE_HOUR).left(3).expiresIn(LINGER);
        }

        @Test
        void endedAndSeen_neverLingersBeyondTheRetention() {
            online().endedByAgent()
                    .after(RETENTION.minusSeconds(1))
                    .confirmed(3)
                    .expiresIn(Duration.ofSeconds(1));
        }

        @Test
        void endedAndSeen_isNotPutOffByAnotherWordOfIt() {
            online().endedByAgent()
                    .confirmed(3)
                    .after(Duration.ofSeconds(30))
                    .left(3)
                    .expiresIn(Duration.ofSeconds(30));
        }

        @Test
        void endedAndSeen_aLowerPositionRestoresTheRetention() {
            online().endedByAgent()
                    .confirmed(3)
                    .after(Duration.ofSeconds(30))
                    .left(2)
                    .hasSeen(2)
                    .expiresIn(RETENTION);
            online().endedByAgent().confirmed(3).joined(ANOTHER, 2).expiresIn(RETENTION);
        }
    }

    @Nested
    class Polled {

        @Test
        void theCustomerIsNeverAwayAndNeverPushed() {
            SessionFixture chat = polled().said().after(ONE_HOUR).wake().isUnchanged();
            assertThat(chat.is(new Online()).session().view().presence()).isEqualTo(Presence.ONLINE);
        }

        @Test
        void aRefreshRaisesWhatWasSeen() {
            polled().said().refreshed(2).hasSeen(2).refreshed(1).hasSeen(2);
        }
    }

    @Nested
    class TheEnd {

        @Test
        void isNotPushable() {
            assertThat(quiet().endedByAgent()
                            .appendedOne(false)
                            .is(new Quiet())
                            .session()
                            .lastPushable())
                    .isEqualTo(2);
        }

        @Test
        void byTheHost_letsWhatIsPendingGoOut() {
            SessionFixture chat = grace().endedByAgent().wakeWhenDue();
            chat.is(chat.sendingTo(3)).accepted().is(new Alerted()).hasPushed(3);
            online().said().endedByAgent().left(2).is(Grace.class);
        }

        @Test
        void byTheHost_leavesACustomerWhoHasNotConnectedTheTime() {
            opened().said()
                    .endedByAgent()
                    .wakesIn(ATTACH_WITHIN)
                    .after(ATTACH_WITHIN)
                    .wake()
                    .is(Grace.class);
        }

        @Test
        void byTheCustomer_wakesNobodyAnyMore() {
            assertThat(online().said().endedByCustomer().session().lastPushable())
                    .isZero();
            opened().said().endedByCustomer().after(ATTACH_WITHIN).wake().isUnchanged();
        }

        @Test
        void nothingIsSaidAfterIt() {
            online().endedByAgent().said().isUnchanged();
            online().endedByAgent().typed().isUnchanged();
        }

        @Test
        void comesOnce() {
            online().endedByAgent().endedByAgent().isUnchanged();
            grace().endedByAgent().endedByCustomer().isUnchanged();
        }

        @Test
        void noAbsenceAfterItIsToldOf() {
            online().endedByAgent().left(2).hasNoNotice();
            online().endedByAgent().orphaned().hasNoNotice();
            opened().endedByAgent().after(ATTACH_WITHIN).wake().hasNoNotice();
        }

        @Test
        void aReturnAfterItIsCaughtUp() {
            grace().endedByAgent().joined(ANOTHER).is(new Online()).hasSeen(2).hasHead(4);
        }

        @Test
        void isSeenInTheView() {
            assertThat(quiet().session().view().presence()).isEqualTo(Presence.AWAY);
            assertThat(quiet().endedByAgent().session().view().presence()).isEqualTo(Presence.ENDED);
        }
    }

    @Nested
    class Events {

        private static final ChatEvent EVENT = ChatEvent.text(Party.AGENT, "Ann", "Hello");

        @Test
        void saidAgain_addsNothingAmongTheLast64() {
            SessionFixture chat = online().said(EVENT, true);
            for (int i = 0; i < 63; i++) {
                chat.said(EVENT, true).isUnchanged();
                chat.said();
            }
            assertThat(chat.session().positionOf(EVENT.id())).hasValue(3);
            chat.said(EVENT, true).isUnchanged();

            chat.said();
            assertThat(chat.session().positionOf(EVENT.id())).isEmpty();
            chat.said(EVENT, true).appendedOne(true);
        }

        @Test
        void theOpeningAndTheEndAreAmongThem() {
            ChatEvent end = ChatEvent.left(Party.AGENT, "Ann");
            assertThat(online().endedByAgent().session().recent()).hasSize(3);
            assertThat(online().said(end, false).session().positionOf(end.id())).hasValue(3);
        }

        @Test
        void overTheMost_theOldestAreOmitted() {
            SessionFixture chat = online();
            while (chat.session().head() < MAX_EVENTS) {
                chat.typed();
            }
            assertThat(chat.session().omitted()).isZero();
            assertThat(chat.typed().session().omitted()).isEqualTo(1);
            assertThat(chat.endedByAgent().session().omitted()).isEqualTo(2);
        }

        @Test
        void overTheMostBytes_theOldestAreOmitted() {
            SessionFixture chat = online();
            ChatEvent text = ChatEvent.text(Party.AGENT, "Ann", "x".repeat(997));
            for (int i = 0; i < 15; i++) {
                chat.said(text.withId("text-" + i), false);
            }
            assertThat(chat.session().omitted()).isZero();
            chat.said(text.withId("one-more"), false).said(text.withId("and-another"), false);
            assertThat(chat.session().omitted()).isBetween(3L, 4L);
            chat.said(ChatEvent.text(Party.AGENT, "Ann", "ü".repeat(10_000)), false);
            assertThat(chat.session().omitted()).isEqualTo(chat.session().head() - 1);
        }

        @Test
        void pushableOnes_areKeptInMindWhileOnline() {
            assertThat(online().said().typed().session().lastPushable()).isEqualTo(3);
        }
    }

    @Nested
    class PositionsThatCannotBe {

        @Test
        void countAsNotSent() {
            online().said().left(4).hasSeen(2).hasPushed(2);
            online().said().left(-1).hasSeen(2).hasPushed(2);
            online().said().joined(ANOTHER, 4).hasSeen(2);
            online().said().joined(ANOTHER, -1).hasSeen(2);
            online().said().confirmed(4).isUnchanged();
            online().said().confirmed(-1).isUnchanged();
            online().said().refreshed(4).isUnchanged();
            online().said().leftSilently(99).hasSeen(3);
            quiet().left(Long.MAX_VALUE).isUnchanged();
        }

        @Test
        void theFirstAndTheLastAreFine() {
            online().said().left(0).hasSeen(0).hasPushed(0);
            online().said().left(3).hasSeen(3).hasPushed(3);
        }
    }

    @Nested
    class WakeAt {

        @Test
        void isTheEarliestOfAll() {
            grace().untold().wakesIn(LEASE).told(1).wakesIn(GRACE);
            sending().untold().after(Duration.ofSeconds(1)).wakesIn(LEASE.minusSeconds(1));
            quiet().wakesIn(RETENTION);
            opened().wakesIn(ATTACH_WITHIN);
            opened().endedByCustomer().wakesIn(RETENTION);
            sending().unregistered(DEVICE).wakesIn(RETENTION.minus(GRACE));
            assertThat(online().session().wakeAt()).isEmpty();
        }

        @Test
        void lateOrDoubled_findsNothingDue() {
            grace().wakeWhenDue().is(Sending.class).wake().isUnchanged();
            retrying().wakeWhenDue().is(Sending.class).wake().isUnchanged();
            quiet().untold().after(LEASE).wake().tellsOf(1).wake().isUnchanged();
            opened().after(ATTACH_WITHIN).wake().wake().isUnchanged();
        }
    }

    @Test
    void noSession_printsTokenOrUser() {
        assertThat(sending().session().toString()).doesNotContain("token", "user", CONNECTION.value());
    }

    /** Each is a rule that an earlier version did not have, named by what the rule says. */
    @Nested
    class Histories {

        @Test
        void aNewAbsenceSetsPushedToSeen_alsoDownwards() {
            SessionFixture chat = alerted().hasPushed(3).joined(ANOTHER);
            chat.leftBy(ANOTHER).hasSeen(2).hasPushed(2).is(new Grace(chat.in(GRACE)));
        }

        @Test
        void aLateDisconnectWhileAwayDecidesAnew() {
            online().leftSilently().is(new Quiet()).left(0).is(Grace.class).hasPushed(0);
        }

        @Test
        void theRowsOfAPushAreFrozenWithItsKey() {
            SessionFixture chat = sending().said().left(0).wakeWhenDue().hasPushed(2);
            assertThat(chat.session().key(chat.push().to())).isEqualTo("chat_1_3");
        }

        @Test
        void theEndOfAPushIsNotComputedAnewOnRepeat() {
            assertThat(sending().said().wakeWhenDue().push().to()).isEqualTo(3);
            assertThat(retrying().said().wakeWhenDue().push().to()).isEqualTo(3);
            assertThat(sending()
                            .unregistered(DEVICE)
                            .said()
                            .device(NEW_DEVICE)
                            .push()
                            .to())
                    .isEqualTo(3);
        }

        @Test
        void theEpochIsInTheKey() {
            SessionFixture chat = opened().said().after(ATTACH_WITHIN).wake().wakeWhenDue();
            assertThat(chat.session().key(chat.push().to())).isEqualTo("chat_0_2");
            chat.accepted().joined(CONNECTION).left(0).wakeWhenDue();
            assertThat(chat.session().key(chat.push().to())).isEqualTo("chat_1_2");
            chat.settled("chat_0_2").isUnchanged();
        }

        @Test
        void whoOpensAndNeverConnects_isAway() {
            opened().said()
                    .wakesIn(ATTACH_WITHIN)
                    .after(ATTACH_WITHIN)
                    .wake()
                    .is(Grace.class)
                    .tellsOf(0);
        }

        @Test
        void theOrphanOfADeadNode_isAway() {
            online().said().orphaned().is(Grace.class).tellsOf(1).orphaned().isUnchanged();
        }

        @Test
        void aConnectionThatMovesOn_isNoLongerTheLastOne_andMayComeBack() {
            online().said()
                    .moved(CONNECTION)
                    .is(Grace.class)
                    .tellsOf(1)
                    .left(CONNECTION, 2)
                    .isUnchanged();
            quiet().moved(CONNECTION).left(CONNECTION, 0).isUnchanged();
            online().moved(CONNECTION).joined(CONNECTION).is(new Online());
            online().moved(ANOTHER).isUnchanged();
        }

        @Test
        void aDepartureNamesItsConnection() {
            online().left(ANOTHER, 0).isUnchanged();
            online().joined(ANOTHER).left(CONNECTION, 0).isUnchanged();
            opened().left(CONNECTION, 0).isUnchanged();
            quiet().joined(ANOTHER).left(ANOTHER, 2).left(CONNECTION, 0).isUnchanged();
        }

        @Test
        void confirmationsCountOnlyOnline_ofTheSameConnection_andHigher() {
            grace().confirmed(3).isUnchanged();
            online().said().confirmed(ANOTHER, 3).isUnchanged();
            online().said().joined(ANOTHER).confirmed(CONNECTION, 3).isUnchanged();
            online().confirmed(1).isUnchanged();
        }

        @Test
        void whoeverCommitsKeyAndAttempt_sends() {
            SessionFixture chat = grace().wakeWhenDue();
            Sending first = chat.sendingPhase();
            chat.wake().isUnchanged();
            chat.wakeWhenDue().keepsFacts();
            assertThat(chat.sendingPhase().attempt()).isEqualTo(first.attempt() + 1);
            assertThat(chat.push().to()).isEqualTo(first.push().to());
        }

        @Test
        void unregistered_removesOnlyTheTokenItWasAbout() {
            sending().device(NEW_DEVICE).unregistered(DEVICE).hasDevice(NEW_DEVICE);
            alerted().device(NEW_DEVICE).unregistered(DEVICE).hasDevice(NEW_DEVICE);
        }

        @Test
        void aDeviceThatArrivesWhileRetrying_continuesThePush() {
            SessionFixture chat = sending().unregistered(DEVICE).said().device(NEW_DEVICE);
            chat.is(Sending.class).accepted().hasPushed(3).is(chat.sendingTo(4));
        }

        @Test
        void unavailable_countsForItsAttemptOnly() {
            sending()
                    .wakeWhenDue()
                    .unavailable("chat_1_3", 1)
                    .isUnchanged()
                    .unavailable("chat_1_3", 2)
                    .is(Retrying.class);
        }

        @Test
        void theNoticeIsBegunAndSettledLikeAPush() {
            online().left(2)
                    .tellsOf(1)
                    .wakesIn(LEASE)
                    .after(LEASE)
                    .wake()
                    .tellsOf(1)
                    .told(1)
                    .hasNoNotice()
                    .after(LEASE)
                    .wake()
                    .isUnchanged();
        }

        @Test
        void expiryIsBesideGraceInWakeAt() {
            quiet().wakesIn(RETENTION).wakeWhenExpired().isRemoved();
            alerted().wakesIn(RETENTION.minus(GRACE)).wakeWhenExpired().isRemoved();
        }

        @Test
        void theEndLingers() {
            SessionFixture chat = online().said().endedByAgent().confirmed(4).expiresIn(LINGER);
            chat.left(2)
                    .is(Grace.class)
                    .hasSeen(2)
                    .expiresIn(RETENTION)
                    .after(LINGER)
                    .wake()
                    .isUnchanged();
        }

        @Test
        void eventsHaveIds() {
            ChatEvent event = ChatEvent.text(Party.AGENT, "Ann", "Hello");
            alerted()
                    .said(event, true)
                    .appendedOne(true)
                    .said(event, true)
                    .isUnchanged()
                    .hasHead(4);
        }

        @Test
        void theLastPushableIsKeptWhileOnline() {
            online().said().leftSilently().is(Grace.class);
            online().said().said().confirmed(4).left(3).is(Grace.class).hasPushed(3);
        }

        @Test
        void theCustomersEndStopsLaterPushes_too() {
            online().said().endedByCustomer().left(2).is(new Quiet());
            grace().endedByCustomer().left(0).is(new Quiet());
            grace().device(NO_DEVICE)
                    .wakeWhenDue()
                    .endedByCustomer()
                    .device(NEW_DEVICE)
                    .is(new Quiet());
        }

        @Test
        void aNoticeThatIsPendingAtTheEnd_isDropped() {
            online().left(2).tellsOf(1).endedByAgent().hasNoNotice();
            online().left(2).tellsOf(1).endedByCustomer().hasNoNotice();
        }

        @Test
        void stopsUpToPushed_fallAway() {
            SessionFixture chat = sending().said().said().said().left(5).accepted();
            chat.hasPushed(5).is(chat.sendingTo(6));
            sending().said().said().left(5).accepted().is(new Alerted()).hasPushed(5);
        }

        @Test
        void aPositionOnRefreshOnlyRaises() {
            online().refreshed(1).isUnchanged().said().refreshed(3).hasSeen(3);
            grace().refreshed(3).isUnchanged();
        }

        @Test
        void whatADeadPollTookAlong_isUnseen() {
            SessionFixture chat = online().said().said();
            chat.leftSilently().is(Grace.class).hasSeen(2).wakeWhenDue();
            assertThat(chat.push().to()).isEqualTo(4);
        }
    }
}

package dev.halley.internal.session;

import static dev.halley.internal.session.SessionFixture.ANOTHER;
import static dev.halley.internal.session.SessionFixture.ATTACH_WITHIN;
import static dev.halley.internal.session.SessionFixture.BACK_OFF;
import static dev.halley.internal.session.SessionFixture.CONNECTION;
import static dev.halley.internal.session.SessionFixture.DEVICE;
import static dev.halley.internal.session.SessionFixture.GRACE;
import static dev.halley.internal.session.SessionFixture.LEASE;
import static dev.halley.internal.session.SessionFixture.NEW_DEVICE;
import static dev.halley.internal.session.SessionFixture.NO_DEVICE;
import static dev.halley.internal.session.SessionFixture.RETENTION;
import static dev.halley.internal.session.SessionFixture.alerted;
import static dev.halley.internal.session.SessionFixture.grace;
import static dev.halley.internal.session.SessionFixture.online;
import static dev.halley.internal.session.SessionFixture.opened;
import static dev.halley.internal.session.SessionFixture.polled;
import static dev.halley.internal.session.SessionFixture.quiet;
import static dev.halley.internal.session.SessionFixture.retrying;
import static dev.halley.internal.session.SessionFixture.sending;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.internal.session.Phase.Alerted;
import dev.halley.internal.session.Phase.Grace;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Quiet;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every cell of the session's table. Rows are inputs, columns are phases; each row has a class, in the same order. */
class SessionTableTest {

    private static final String OPENED = "opened";
    private static final String SAID_PUSHABLE = "said, pushable";
    private static final String SAID_OTHER = "said, other";
    private static final String JOINED_NEW = "joined(new connection)";
    private static final String JOINED_CURRENT = "joined(current connection)";
    private static final String CONFIRMED = "confirmed(current connection)";
    private static final String LEFT_POSITION = "left(current connection, position)";
    private static final String LEFT_SILENTLY = "left(current, no usable position), swept, orphaned";
    private static final String LEFT_ANOTHER = "left(another connection)";
    private static final String WAKE_DUE = "wake: due";
    private static final String WAKE_NOTICE = "wake: notice due";
    private static final String WAKE_EXPIRED = "wake: expired";
    private static final String SETTLED = "Accepted, Rejected (key)";
    private static final String UNAVAILABLE = "Unavailable (key and attempt)";
    private static final String TOO_LARGE = "TooLarge (key and attempt)";
    private static final String UNREGISTERED = "Unregistered";
    private static final String DEVICE_SET = "device(d)";
    private static final String ENDED = "ended";
    private static final String TOLD = "told(absence)";

    private static final String ONLINE = "online";
    private static final String QUIET = "quiet";
    private static final String GRACE_DUE = "grace(due)";
    private static final String SENDING = "sending(to, attempt, lease, then)";
    private static final String RETRYING = "retrying(to, attempt, due)";
    private static final String ALERTED = "alerted";

    private static final List<String> PHASES = List.of(ONLINE, QUIET, GRACE_DUE, SENDING, RETRYING, ALERTED);

    /** The rows that have a cell in every column; only the opening has one column alone. */
    private static final List<String> INPUTS = List.of(
            SAID_PUSHABLE,
            SAID_OTHER,
            JOINED_NEW,
            JOINED_CURRENT,
            CONFIRMED,
            LEFT_POSITION,
            LEFT_SILENTLY,
            LEFT_ANOTHER,
            WAKE_DUE,
            WAKE_NOTICE,
            WAKE_EXPIRED,
            SETTLED,
            UNAVAILABLE,
            TOO_LARGE,
            UNREGISTERED,
            DEVICE_SET,
            ENDED,
            TOLD);

    private static final Duration ONE_SECOND = Duration.ofSeconds(1);

    @Test
    void everyCellOfTheTable_isATest() {
        Set<String> table = new LinkedHashSet<>(List.of(cell(OPENED, ONLINE)));
        INPUTS.forEach(input -> PHASES.forEach(phase -> table.add(cell(input, phase))));

        Set<String> tested = Arrays.stream(SessionTableTest.class.getDeclaredClasses())
                .flatMap(row -> Arrays.stream(row.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .flatMap(method -> Stream.ofNullable(method.getAnnotation(Cell.class)))
                .map(cell -> cell(cell.input(), cell.phase()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(tested).containsExactlyInAnyOrderElementsOf(table);
        System.out.println("Figure: session table = " + tested.size() + " cells, each a test");
    }

    @Test
    void tableInTheDocument_hasTheSameRowsAndColumns() throws IOException {
        List<List<String>> table = Files.readAllLines(Path.of("..", "docs", "how-it-works.md")).stream()
                .dropWhile(line -> !line.startsWith("| input |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(SessionTableTest::cells)
                .toList();

        assertThat(table.get(0)).containsExactlyElementsOf(concat("input", PHASES));
        assertThat(table.stream().skip(2).map(row -> row.get(0))).containsExactlyElementsOf(concat(OPENED, INPUTS));
        assertThat(table).allSatisfy(row -> assertThat(row).hasSize(1 + PHASES.size()));
        assertThat(table.stream().skip(3)).allSatisfy(row -> assertThat(row).doesNotContain(""));
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                .map(String::strip)
                .toList();
    }

    private static List<String> concat(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    private static String cell(String input, String phase) {
        return input + " × " + phase;
    }

    @Nested
    class Opened {

        @Test
        @Cell(input = OPENED, phase = ONLINE)
        void aNewChat_expectsItsCustomerToConnect() {
            assertThat(opened().is(new Online())
                            .hasEpoch(0)
                            .hasHead(1)
                            .hasSeen(0)
                            .hasPushed(0)
                            .hasDevice(DEVICE)
                            .hasNoNotice()
                            .wakesIn(ATTACH_WITHIN)
                            .appended())
                    .singleElement()
                    .satisfies(row -> assertThat(row.pushable()).isFalse());
        }

        @Test
        @Cell(input = OPENED, phase = ONLINE)
        void aPolledChat_expectsNobodyToConnect() {
            assertThat(polled().is(new Online()).hasEpoch(0).session().attachBy())
                    .isNull();
        }
    }

    @Nested
    class SaidPushable {

        @Test
        @Cell(input = SAID_PUSHABLE, phase = ONLINE)
        void online_wakesNobody() {
            online().said().appendedOne(true).hasHead(3).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = QUIET)
        void quiet_startsTheGracePeriod() {
            SessionFixture chat = quiet().after(ONE_SECOND).said();
            chat.appendedOne(true).is(new Grace(chat.in(GRACE))).wakesIn(GRACE).keepsFacts();
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = QUIET)
        void quiet_withoutGracePeriod_beginsThePush() {
            SessionFixture chat = quiet().withoutGracePeriod().said();
            chat.appendedOne(true).is(chat.sendingTo(3)).keepsFacts();
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = GRACE_DUE)
        void grace_isNotStartedAnew() {
            grace().after(ONE_SECOND).said().appendedOne(true).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = SENDING)
        void sending_getsAPushOfItsOwnAfterThisOne() {
            SessionFixture chat = sending();
            Sending one = chat.sendingTo(3);
            chat.said().said().appendedOne(true).keepsFacts();
            chat.is(new Sending(one.push(), 1, one.lease(), List.of(4L, 5L)));
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = RETRYING)
        void retrying_waitsForThatPush() {
            retrying().said().appendedOne(true).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_PUSHABLE, phase = ALERTED)
        void alerted_beginsAPushAtOnce() {
            SessionFixture chat = alerted().said();
            chat.appendedOne(true).is(chat.sendingTo(4)).keepsFacts().hasPushed(3);
        }
    }

    @Nested
    class SaidOther {

        @Test
        @Cell(input = SAID_OTHER, phase = ONLINE)
        void online_isOnlyWritten() {
            online().typed().appendedOne(false).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_OTHER, phase = QUIET)
        void quiet_isOnlyWritten() {
            quiet().typed().appendedOne(false).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_OTHER, phase = GRACE_DUE)
        void grace_isOnlyWritten() {
            grace().after(ONE_SECOND).typed().appendedOne(false).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_OTHER, phase = SENDING)
        void sending_isOnlyWritten() {
            sending().typed().appendedOne(false).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_OTHER, phase = RETRYING)
        void retrying_isOnlyWritten() {
            retrying().typed().appendedOne(false).keepsPhase().keepsFacts();
        }

        @Test
        @Cell(input = SAID_OTHER, phase = ALERTED)
        void alerted_isOnlyWritten() {
            alerted().typed().appendedOne(false).keepsPhase().keepsFacts();
        }
    }

    @Nested
    class JoinedByANewConnection {

        @Test
        @Cell(input = JOINED_NEW, phase = ONLINE)
        void online_raisesTheEpochAndTakesOver() {
            SessionFixture chat = online().said().joined(ANOTHER);
            chat.is(new Online()).hasEpoch(2).hasSeen(2).hasNoNotice();
            assertThat(chat.session().connection()).contains(ANOTHER);
        }

        @Test
        @Cell(input = JOINED_NEW, phase = ONLINE)
        void online_believesTheNamedPosition_evenALowerOne() {
            online().joined(ANOTHER, 1).hasSeen(1);
        }

        @Test
        @Cell(input = JOINED_NEW, phase = QUIET)
        void quiet_comesOnline() {
            comesOnline(quiet());
        }

        @Test
        @Cell(input = JOINED_NEW, phase = GRACE_DUE)
        void grace_comesOnlineWithoutAnyPush() {
            comesOnline(grace());
        }

        @Test
        @Cell(input = JOINED_NEW, phase = SENDING)
        void sending_comesOnlineAndDropsWhatWaits() {
            comesOnline(sending().said());
        }

        @Test
        @Cell(input = JOINED_NEW, phase = RETRYING)
        void retrying_comesOnlineAndTriesNoMore() {
            comesOnline(retrying());
        }

        @Test
        @Cell(input = JOINED_NEW, phase = ALERTED)
        void alerted_comesOnline() {
            comesOnline(alerted());
        }

        private static void comesOnline(SessionFixture away) {
            long pushed = away.session().pushed();
            away.untold()
                    .joined(ANOTHER, 1)
                    .is(new Online())
                    .hasEpoch(2)
                    .hasSeen(1)
                    .hasPushed(pushed)
                    .hasNoNotice();
            assertThat(away.session().wakeAt()).isEmpty();
            assertThat(away.session().connection()).contains(ANOTHER);
        }
    }

    @Nested
    class JoinedByTheCurrentConnection {

        @Test
        @Cell(input = JOINED_CURRENT, phase = ONLINE)
        void online_changesNothing() {
            online().joined(CONNECTION, 1).isUnchanged();
        }

        @Test
        @Cell(input = JOINED_CURRENT, phase = QUIET)
        void quiet_changesNothing() {
            quiet().joined(CONNECTION, 1).isUnchanged();
        }

        @Test
        @Cell(input = JOINED_CURRENT, phase = GRACE_DUE)
        void grace_changesNothing() {
            grace().joined(CONNECTION, 1).isUnchanged();
        }

        @Test
        @Cell(input = JOINED_CURRENT, phase = SENDING)
        void sending_changesNothing() {
            sending().joined(CONNECTION, 1).isUnchanged();
        }

        @Test
        @Cell(input = JOINED_CURRENT, phase = RETRYING)
        void retrying_changesNothing() {
            retrying().joined(CONNECTION, 1).isUnchanged();
        }

        @Test
        @Cell(input = JOINED_CURRENT, phase = ALERTED)
        void alerted_changesNothing() {
            alerted().joined(CONNECTION, 1).isUnchanged();
        }
    }

    @Nested
    class Confirmed {

        @Test
        @Cell(input = CONFIRMED, phase = ONLINE)
        void online_raisesWhatWasSeen() {
            online().said().confirmed(3).hasSeen(3).keepsPhase().hasPushed(0);
        }

        @Test
        @Cell(input = CONFIRMED, phase = ONLINE)
        void online_neverLowersWhatWasSeen() {
            online().confirmed(1).isUnchanged();
        }

        @Test
        @Cell(input = CONFIRMED, phase = QUIET)
        void quiet_changesNothing() {
            quiet().typed().confirmed(3).isUnchanged();
        }

        @Test
        @Cell(input = CONFIRMED, phase = GRACE_DUE)
        void grace_changesNothing() {
            grace().confirmed(3).isUnchanged();
        }

        @Test
        @Cell(input = CONFIRMED, phase = SENDING)
        void sending_changesNothing() {
            sending().confirmed(3).isUnchanged();
        }

        @Test
        @Cell(input = CONFIRMED, phase = RETRYING)
        void retrying_changesNothing() {
            retrying().confirmed(3).isUnchanged();
        }

        @Test
        @Cell(input = CONFIRMED, phase = ALERTED)
        void alerted_changesNothing() {
            alerted().confirmed(3).isUnchanged();
        }
    }

    @Nested
    class LeftWithAPosition {

        @Test
        @Cell(input = LEFT_POSITION, phase = ONLINE)
        void online_goesAwayWithWhatTheClientNamed() {
            SessionFixture chat = online().left(1);
            chat.is(new Grace(chat.in(GRACE))).hasSeen(1).hasPushed(1).hasEpoch(1);
            chat.tellsOf(1);
            assertThat(chat.session().connection()).isEmpty();
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = ONLINE)
        void online_withNothingUnseen_goesAwayQuietly() {
            online().left(2).is(new Quiet()).hasSeen(2).hasPushed(2).tellsOf(1);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = QUIET)
        void quiet_decidesAnew() {
            SessionFixture chat = quiet().after(ONE_SECOND).left(1);
            chat.is(new Grace(chat.in(GRACE))).hasSeen(1).hasPushed(1).hasNoNotice();
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = GRACE_DUE)
        void grace_isOverIfNothingIsBeyond() {
            grace().after(ONE_SECOND).left(3).is(new Quiet()).hasSeen(3).hasPushed(3);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = GRACE_DUE)
        void grace_keepsItsTimeIfSomethingIsBeyond() {
            grace().after(ONE_SECOND).left(1).keepsPhase().hasSeen(1).hasPushed(1);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = SENDING)
        void sending_goesOnWithWhatIsFrozen() {
            sending().left(1).keepsPhase().hasSeen(1).hasPushed(2);
            sending().left(3).keepsPhase().hasSeen(3).hasPushed(2);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = RETRYING)
        void retrying_isDoneIfTheClientHasTheRows() {
            retrying().left(3).is(new Alerted()).hasSeen(3).hasPushed(3);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = RETRYING)
        void retrying_goesOnIfTheClientLacksARow() {
            retrying().left(1).keepsPhase().hasSeen(1).hasPushed(2);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = ALERTED)
        void alerted_neverLowersWhatWasPushed() {
            alerted().left(1).is(new Alerted()).hasSeen(1).hasPushed(3);
        }

        @Test
        @Cell(input = LEFT_POSITION, phase = ALERTED)
        void alerted_raisesWhatWasPushed() {
            alerted().typed().left(4).is(new Alerted()).hasSeen(4).hasPushed(4);
        }
    }

    @Nested
    class LeftSilently {

        @Test
        @Cell(input = LEFT_SILENTLY, phase = ONLINE)
        void online_sweptGoesAwayWithWhatWasConfirmed() {
            SessionFixture chat = online().said().leftSilently();
            chat.is(new Grace(chat.in(GRACE))).hasSeen(2).hasPushed(2).tellsOf(1);
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = ONLINE)
        void online_sweptBelievesAConfirmationThatWasNotWrittenYet() {
            online().said().leftSilently(3).is(new Quiet()).hasSeen(3).hasPushed(3);
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = ONLINE)
        void online_anUnreadablePositionCountsAsNotSent() {
            online().said().left(99).is(Grace.class).hasSeen(2).hasPushed(2);
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = ONLINE)
        void online_orphanedGoesAwayWithWhatWasConfirmed() {
            SessionFixture chat = online().said().orphaned();
            chat.is(new Grace(chat.in(GRACE))).hasSeen(2).hasPushed(2).tellsOf(1);
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = QUIET)
        void quiet_changesNothing() {
            changesNothing(quiet().typed());
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = GRACE_DUE)
        void grace_changesNothing() {
            changesNothing(grace());
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = SENDING)
        void sending_changesNothing() {
            changesNothing(sending());
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = RETRYING)
        void retrying_changesNothing() {
            changesNothing(retrying());
        }

        @Test
        @Cell(input = LEFT_SILENTLY, phase = ALERTED)
        void alerted_changesNothing() {
            changesNothing(alerted());
        }

        private static void changesNothing(SessionFixture away) {
            away.leftSilently(3).isUnchanged();
            away.left(99).isUnchanged();
            away.orphaned().isUnchanged();
        }
    }

    @Nested
    class LeftByAnotherConnection {

        @Test
        @Cell(input = LEFT_ANOTHER, phase = ONLINE)
        void online_changesNothing() {
            changesNothing(online());
        }

        @Test
        @Cell(input = LEFT_ANOTHER, phase = QUIET)
        void quiet_changesNothing() {
            changesNothing(quiet());
        }

        @Test
        @Cell(input = LEFT_ANOTHER, phase = GRACE_DUE)
        void grace_changesNothing() {
            changesNothing(grace());
        }

        @Test
        @Cell(input = LEFT_ANOTHER, phase = SENDING)
        void sending_changesNothing() {
            changesNothing(sending());
        }

        @Test
        @Cell(input = LEFT_ANOTHER, phase = RETRYING)
        void retrying_changesNothing() {
            changesNothing(retrying());
        }

        @Test
        @Cell(input = LEFT_ANOTHER, phase = ALERTED)
        void alerted_changesNothing() {
            changesNothing(alerted());
        }

        private static void changesNothing(SessionFixture chat) {
            chat.left(ANOTHER, 1).isUnchanged();
            chat.orphaned(ANOTHER).isUnchanged();
        }
    }

    @Nested
    class WokenWhenDue {

        @Test
        @Cell(input = WAKE_DUE, phase = ONLINE)
        void online_goesAwayIfTheCustomerHasNotConnected() {
            opened().after(ATTACH_WITHIN)
                    .wake()
                    .is(new Quiet())
                    .hasEpoch(0)
                    .hasSeen(0)
                    .tellsOf(0);
        }

        @Test
        @Cell(input = WAKE_DUE, phase = ONLINE)
        void online_staysIfTheCustomerHasConnected() {
            online().after(ATTACH_WITHIN).wake().isUnchanged();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = QUIET)
        void quiet_hasNothingToDo() {
            quiet().after(GRACE).wake().isUnchanged();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = GRACE_DUE)
        void grace_beginsThePush() {
            SessionFixture chat = grace().after(GRACE).wake();
            chat.is(chat.sendingTo(3)).keepsFacts();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = GRACE_DUE)
        void grace_isNeverTooShort() {
            grace().after(GRACE.minusNanos(1)).wake().isUnchanged();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = SENDING)
        void sending_isTriedAgainWithTheSameRows() {
            SessionFixture chat = sending().said();
            Push push = chat.push();
            chat.wakeWhenDue()
                    .is(new Sending(push.failed(), 2, chat.in(LEASE), List.of()))
                    .keepsFacts();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = SENDING)
        void sending_isDoneOnceItsAttemptsAreUsedUp() {
            sending()
                    .withAttempts(1)
                    .wakeWhenDue()
                    .is(new Alerted())
                    .hasPushed(3)
                    .hasSeen(2);
        }

        @Test
        @Cell(input = WAKE_DUE, phase = RETRYING)
        void retrying_isSentAgainWithTheSameRows() {
            SessionFixture chat = retrying().said();
            Push push = chat.push();
            chat.wakeWhenDue()
                    .is(new Sending(push, 2, chat.in(LEASE), List.of()))
                    .keepsFacts();
        }

        @Test
        @Cell(input = WAKE_DUE, phase = RETRYING)
        void retrying_withoutADevice_waitsForOne() {
            SessionFixture chat = retrying().device(NO_DEVICE);
            Push push = chat.push();
            chat.wakeWhenDue().is(new Retrying(push, 1, null)).hasPushed(2);
        }

        @Test
        @Cell(input = WAKE_DUE, phase = ALERTED)
        void alerted_hasNothingToDo() {
            alerted().after(GRACE).wake().isUnchanged();
        }
    }

    @Nested
    class WokenForTheNotice {

        @Test
        @Cell(input = WAKE_NOTICE, phase = ONLINE)
        void online_hasNothingToTell() {
            quiet().untold().joined(ANOTHER).after(LEASE).wake().isUnchanged().hasNoNotice();
        }

        @Test
        @Cell(input = WAKE_NOTICE, phase = QUIET)
        void quiet_tellsAgain() {
            tellsAgain(quiet());
        }

        @Test
        @Cell(input = WAKE_NOTICE, phase = GRACE_DUE)
        void grace_tellsAgain() {
            tellsAgain(grace());
        }

        @Test
        @Cell(input = WAKE_NOTICE, phase = SENDING)
        void sending_tellsAgain() {
            SessionFixture chat = sending().untold();
            Sending one = chat.sendingPhase();
            chat.after(LEASE).wake().tellsOf(1);
            chat.is(new Sending(one.push().failed(), 2, chat.in(LEASE), List.of()));
        }

        @Test
        @Cell(input = WAKE_NOTICE, phase = RETRYING)
        void retrying_tellsAgain() {
            tellsAgain(retrying().device(NO_DEVICE).wakeWhenDue());
        }

        @Test
        @Cell(input = WAKE_NOTICE, phase = ALERTED)
        void alerted_tellsAgain() {
            tellsAgain(alerted());
        }

        private static void tellsAgain(SessionFixture away) {
            away.untold().after(LEASE.minusNanos(1)).wake().isUnchanged();
            away.after(Duration.ofNanos(1)).wake().tellsOf(1).keepsPhase();
        }
    }

    @Nested
    class WokenWhenExpired {

        @Test
        @Cell(input = WAKE_EXPIRED, phase = ONLINE)
        void online_endedIsRemoved() {
            online().endedByAgent().expiresIn(RETENTION).wakeWhenExpired().isRemoved();
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = ONLINE)
        void online_polledIsRemoved() {
            polled().expiresIn(RETENTION).wakeWhenExpired().isRemoved();
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = QUIET)
        void quiet_isRemoved() {
            isRemoved(quiet());
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = GRACE_DUE)
        void grace_isRemoved() {
            isRemoved(grace());
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = SENDING)
        void sending_isRemoved() {
            isRemoved(sending().said());
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = RETRYING)
        void retrying_isRemoved() {
            isRemoved(retrying().said());
        }

        @Test
        @Cell(input = WAKE_EXPIRED, phase = ALERTED)
        void alerted_isRemoved() {
            isRemoved(alerted());
        }

        private static void isRemoved(SessionFixture away) {
            away.untold().wakeWhenExpired().isRemoved();
        }
    }

    @Nested
    class AcceptedOrRejected {

        @Test
        @Cell(input = SETTLED, phase = ONLINE)
        void online_changesNothing() {
            online().accepted().isUnchanged();
        }

        @Test
        @Cell(input = SETTLED, phase = QUIET)
        void quiet_changesNothing() {
            quiet().accepted().isUnchanged();
        }

        @Test
        @Cell(input = SETTLED, phase = GRACE_DUE)
        void grace_changesNothing() {
            grace().accepted().isUnchanged();
        }

        @Test
        @Cell(input = SETTLED, phase = SENDING)
        void sending_isDone() {
            sending().accepted().is(new Alerted()).hasPushed(3).hasSeen(2);
        }

        @Test
        @Cell(input = SETTLED, phase = SENDING)
        void sending_ofAnotherKeyChangesNothing() {
            sending().settled("chat_1_2").isUnchanged();
            sending().settled("chat_0_3").isUnchanged();
        }

        @Test
        @Cell(input = SETTLED, phase = RETRYING)
        void retrying_isDoneByALateAnswer() {
            retrying().accepted().is(new Alerted()).hasPushed(3).hasSeen(2);
        }

        @Test
        @Cell(input = SETTLED, phase = RETRYING)
        void retrying_ofAnotherKeyChangesNothing() {
            retrying().settled("chat_1_2").isUnchanged();
        }

        @Test
        @Cell(input = SETTLED, phase = ALERTED)
        void alerted_changesNothing() {
            alerted().accepted().isUnchanged();
        }
    }

    @Nested
    class Unavailable {

        @Test
        @Cell(input = UNAVAILABLE, phase = ONLINE)
        void online_changesNothing() {
            online().unavailable().isUnchanged();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = QUIET)
        void quiet_changesNothing() {
            quiet().unavailable().isUnchanged();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = GRACE_DUE)
        void grace_changesNothing() {
            grace().unavailable().isUnchanged();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = SENDING)
        void sending_waitsForAnotherAttempt() {
            SessionFixture chat = sending().said();
            Push push = chat.push();
            chat.unavailable()
                    .is(new Retrying(push.failed(), 1, chat.in(BACK_OFF)))
                    .wakesIn(BACK_OFF)
                    .keepsFacts();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = SENDING)
        void sending_isDoneOnceItsAttemptsAreUsedUp() {
            sending().withAttempts(1).unavailable().is(new Alerted()).hasPushed(3);
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = SENDING)
        void sending_ofAnotherKeyOrAttemptChangesNothing() {
            sending().unavailable("chat_1_3", 2).isUnchanged();
            sending().unavailable("chat_1_2", 1).isUnchanged();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = RETRYING)
        void retrying_changesNothing() {
            retrying().unavailable().isUnchanged();
        }

        @Test
        @Cell(input = UNAVAILABLE, phase = ALERTED)
        void alerted_changesNothing() {
            alerted().unavailable().isUnchanged();
        }
    }

    @Nested
    class TooLarge {

        @Test
        @Cell(input = TOO_LARGE, phase = ONLINE)
        void online_changesNothing() {
            online().tooLarge().isUnchanged();
        }

        @Test
        @Cell(input = TOO_LARGE, phase = QUIET)
        void quiet_changesNothing() {
            quiet().tooLarge().isUnchanged();
        }

        @Test
        @Cell(input = TOO_LARGE, phase = GRACE_DUE)
        void grace_changesNothing() {
            grace().tooLarge().isUnchanged();
        }

        @Test
        @Cell(input = TOO_LARGE, phase = SENDING)
        void sending_triesItsNewestRowAlone_andThenGivesUp() {
            SessionFixture chat = sending().said();
            Push push = chat.push();
            chat.tooLarge()
                    .is(new Sending(push.withNewestAlone(), 2, chat.in(LEASE), List.of()))
                    .hasPushed(2)
                    .keepsFacts();
            chat.unavailable().wakeWhenDue().is(Sending.class);
            assertThat(chat.push().newestAlone())
                    .as("also once it was tried later")
                    .isTrue();
            chat.tooLarge().hasPushed(3).is(chat.sendingTo(4));
        }

        @Test
        @Cell(input = TOO_LARGE, phase = SENDING)
        void sending_ofAnotherKeyOrAttemptChangesNothing() {
            sending().tooLarge("chat_1_3", 2).isUnchanged();
            sending().tooLarge("chat_1_2", 1).isUnchanged();
        }

        @Test
        @Cell(input = TOO_LARGE, phase = SENDING)
        void sending_withoutADeviceWaitsForOne() {
            sending()
                    .device(NO_DEVICE)
                    .tooLarge()
                    .is(new Retrying(sending().push().withNewestAlone(), 1, null));
        }

        @Test
        @Cell(input = TOO_LARGE, phase = RETRYING)
        void retrying_changesNothing() {
            retrying().tooLarge().isUnchanged();
        }

        @Test
        @Cell(input = TOO_LARGE, phase = ALERTED)
        void alerted_changesNothing() {
            alerted().tooLarge().isUnchanged();
        }
    }

    @Nested
    class Unregistered {

        @Test
        @Cell(input = UNREGISTERED, phase = ONLINE)
        void online_forgetsTheToken() {
            forgetsTheToken(online());
        }

        @Test
        @Cell(input = UNREGISTERED, phase = QUIET)
        void quiet_forgetsTheToken() {
            forgetsTheToken(quiet());
        }

        @Test
        @Cell(input = UNREGISTERED, phase = GRACE_DUE)
        void grace_forgetsTheToken() {
            forgetsTheToken(grace());
        }

        @Test
        @Cell(input = UNREGISTERED, phase = SENDING)
        void sending_forgetsTheTokenAndWaitsForAnother() {
            SessionFixture chat = sending().said();
            Push push = chat.push();
            chat.unregistered(DEVICE)
                    .hasDevice(NO_DEVICE)
                    .is(new Retrying(push.failed(), 1, null))
                    .hasPushed(2);
        }

        @Test
        @Cell(input = UNREGISTERED, phase = SENDING)
        void sending_triesAnotherTokenThatCameMeanwhile() {
            SessionFixture chat = sending().device(NEW_DEVICE);
            Push push = chat.push();
            chat.unregistered(DEVICE)
                    .hasDevice(NEW_DEVICE)
                    .is(new Sending(push.failed(), 2, chat.in(LEASE), List.of()));
        }

        @Test
        @Cell(input = UNREGISTERED, phase = RETRYING)
        void retrying_forgetsTheToken() {
            forgetsTheToken(retrying());
        }

        @Test
        @Cell(input = UNREGISTERED, phase = ALERTED)
        void alerted_forgetsTheToken() {
            forgetsTheToken(alerted());
        }

        private static void forgetsTheToken(SessionFixture chat) {
            chat.unregistered(NEW_DEVICE).isUnchanged();
            long seen = chat.session().seen();
            long pushed = chat.session().pushed();
            chat.unregistered(DEVICE)
                    .hasDevice(NO_DEVICE)
                    .keepsPhase()
                    .hasSeen(seen)
                    .hasPushed(pushed);
        }
    }

    @Nested
    class AnotherDevice {

        @Test
        @Cell(input = DEVICE_SET, phase = ONLINE)
        void online_isSet() {
            online().device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = QUIET)
        void quiet_isSet() {
            quiet().device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = GRACE_DUE)
        void grace_isSet() {
            grace().after(ONE_SECOND).device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = SENDING)
        void sending_isSetForTheNextAttempt() {
            sending().said().device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = RETRYING)
        void retrying_keepsItsTime() {
            retrying().device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = RETRYING)
        void retrying_thatWaitedForADeviceIsSent() {
            SessionFixture chat = sending().unregistered(DEVICE);
            Push push = chat.push();
            chat.after(ONE_SECOND).device(NEW_DEVICE).hasDevice(NEW_DEVICE);
            chat.is(new Sending(push, 2, chat.in(LEASE), List.of()));
        }

        @Test
        @Cell(input = DEVICE_SET, phase = ALERTED)
        void alerted_withNothingBeyond_isSet() {
            alerted().device(NEW_DEVICE).hasDevice(NEW_DEVICE).keepsPhase();
        }

        @Test
        @Cell(input = DEVICE_SET, phase = ALERTED)
        void alerted_withRowsBeyond_tellsTheDeviceOfThem() {
            SessionFixture chat =
                    alerted().device(NO_DEVICE).said().said().hasPushed(3).device(NEW_DEVICE);
            chat.hasDevice(NEW_DEVICE).is(chat.sendingTo(5));
        }
    }

    @Nested
    class Ended {

        @Test
        @Cell(input = ENDED, phase = ONLINE)
        void online_isWrittenAndExpires() {
            online().endedByAgent().appendedOne(false).keepsPhase().expiresIn(RETENTION);
            online().endedByCustomer().appendedOne(false).keepsPhase().expiresIn(RETENTION);
        }

        @Test
        @Cell(input = ENDED, phase = QUIET)
        void quiet_isWrittenAndExpires() {
            endedByAgent_keepsThePhase(quiet());
            endedByCustomer_clearsThePhase(quiet());
        }

        @Test
        @Cell(input = ENDED, phase = GRACE_DUE)
        void grace_isOverIfTheCustomerEnds() {
            endedByAgent_keepsThePhase(grace());
            endedByCustomer_clearsThePhase(grace());
        }

        @Test
        @Cell(input = ENDED, phase = SENDING)
        void sending_isOverIfTheCustomerEnds() {
            endedByAgent_keepsThePhase(sending());
            endedByCustomer_clearsThePhase(sending().said());
        }

        @Test
        @Cell(input = ENDED, phase = RETRYING)
        void retrying_isOverIfTheCustomerEnds() {
            endedByAgent_keepsThePhase(retrying());
            endedByCustomer_clearsThePhase(retrying());
        }

        @Test
        @Cell(input = ENDED, phase = ALERTED)
        void alerted_isOverIfTheCustomerEnds() {
            endedByAgent_keepsThePhase(alerted());
            endedByCustomer_clearsThePhase(alerted());
        }

        private static void endedByAgent_keepsThePhase(SessionFixture away) {
            away.untold()
                    .after(ONE_SECOND)
                    .endedByAgent()
                    .appendedOne(false)
                    .keepsPhase()
                    .hasNoNotice()
                    .expiresIn(RETENTION);
        }

        private static void endedByCustomer_clearsThePhase(SessionFixture away) {
            away.untold()
                    .after(ONE_SECOND)
                    .endedByCustomer()
                    .appendedOne(false)
                    .is(new Quiet())
                    .hasNoNotice()
                    .expiresIn(RETENTION)
                    .wakesIn(RETENTION);
        }
    }

    @Nested
    class Told {

        @Test
        @Cell(input = TOLD, phase = ONLINE)
        void online_changesNothing() {
            quiet().untold().joined(ANOTHER).told(1).isUnchanged();
        }

        @Test
        @Cell(input = TOLD, phase = QUIET)
        void quiet_clearsTheNotice() {
            clearsTheNotice(quiet());
        }

        @Test
        @Cell(input = TOLD, phase = GRACE_DUE)
        void grace_clearsTheNotice() {
            clearsTheNotice(grace());
        }

        @Test
        @Cell(input = TOLD, phase = SENDING)
        void sending_clearsTheNotice() {
            clearsTheNotice(sending());
        }

        @Test
        @Cell(input = TOLD, phase = RETRYING)
        void retrying_clearsTheNotice() {
            clearsTheNotice(retrying());
        }

        @Test
        @Cell(input = TOLD, phase = ALERTED)
        void alerted_clearsTheNotice() {
            clearsTheNotice(alerted());
        }

        private static void clearsTheNotice(SessionFixture away) {
            away.untold().told(0).isUnchanged();
            away.told(1).hasNoNotice().keepsPhase();
            away.told(1).isUnchanged();
        }
    }
}

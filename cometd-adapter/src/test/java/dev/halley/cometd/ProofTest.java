package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.cometd.Proof.Connect;
import dev.halley.cometd.Proof.Verdict;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each cell of the table that {@link Proof} is. A chat begins before row 1, unless a test says otherwise. */
class ProofTest {

    private final Proof proof = new Proof(true);
    private long now = Duration.ofDays(1).toNanos();

    @Test
    void firstConnect_provesNothing_andRepeatsNothing() {
        assertNothing(marked(1));
        assertThat(proof.confirmed()).isZero();
    }

    @Test
    void marked_sendsWhatIsNotConfirmedAgain() {
        marked(1);
        answer(3);
        assertRepeats(marked(2), 0);
        assertThat(proof.confirmed()).isZero();
        assertThat(proof.dequeued()).isZero();
    }

    @Test
    void marked_whereAllIsConfirmed_repeatsNothing() {
        marked(1);
        answer(3);
        unmarked(2);
        assertNothing(marked(3));
    }

    @Test
    void marked_ofAClientThatDidNotMarkItsFirst_repeatsAsWell() {
        unmarked(1);
        answer(3);
        assertRepeats(marked(2), 0);
    }

    @Test
    void unmarked_afterAnAnswer_confirmsWhatThatCarried() {
        marked(1);
        answer(3);
        assertNothing(unmarked(2));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void unmarked_ofAClientThatDidNotMarkItsFirst_provesNothing() {
        unmarked(1);
        answer(3);
        assertNothing(unmarked(2));
        assertThat(proof.confirmed()).isZero();
    }

    @Test
    void unmarked_whereConnectsAreNotBelieved_provesNothing() {
        Proof sceptical = new Proof(false);
        sceptical.connect(connect(1, true));
        sceptical.dequeue(3);
        sceptical.answer();
        sceptical.connect(connect(2, false));
        assertThat(sceptical.confirmed()).isZero();
    }

    @Test
    void unmarked_whileTheOneBeforeIsHeld_isOfNoMarkingClient() {
        marked(1);
        answer(1);
        unmarked(2);
        unmarked(3);
        answer(3);
        unmarked(4);
        assertThat(proof.confirmed()).isEqualTo(1);
    }

    @Test
    void unmarked_withoutANumber_provesNothing_andMarksStillRepeat() {
        proof.connect(new Connect(OptionalLong.empty(), true, OptionalLong.empty(), false, false, now));
        answer(3);
        assertNothing(proof.connect(new Connect(OptionalLong.empty(), false, OptionalLong.empty(), false, false, now)));
        assertThat(proof.confirmed()).isZero();
        assertRepeats(
                proof.connect(new Connect(OptionalLong.empty(), true, OptionalLong.empty(), false, false, now)), 0);
    }

    @Test
    void lowerNumber_ofAMarkingClient_isLate_andChangesNothing() {
        marked(5);
        answer(3);
        int newest = proof.newest();
        assertThat(marked(4).refused()).isTrue();
        assertThat(unmarked(4).refused()).isTrue();
        assertThat(proof.newest()).isEqualTo(newest);
        unmarked(6);
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void lowerNumber_ofAnyOtherClient_isTaken() {
        unmarked(5);
        assertThat(unmarked(4).refused()).isFalse();
    }

    @Test
    void sameNumber_isSentAgainOnItsWay_repeats_andSoDoesTheNextOne() {
        marked(1);
        answer(1);
        unmarked(2);
        answer(3);
        assertRepeats(unmarked(2), 1);
        answer(3);
        assertRepeats(unmarked(3), 1);
        answer(3);
        assertNothing(unmarked(4));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void sameNumber_whileTheCopyIsHeld_leavesTheClientAMarkingOne() {
        marked(1);
        answer(1);
        unmarked(2);
        unmarked(2);
        unmarked(3);
        answer(3);
        unmarked(4);
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void sameNumber_confirmsWhatItNames() {
        marked(1);
        answer(3);
        assertRepeats(names(1, 2), 2);
        assertThat(proof.confirmed()).isEqualTo(2);
    }

    @Test
    void name_ofWhatWasTaken_confirmsIt() {
        unmarked(1);
        answer(3);
        assertNothing(names(2, 3));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void name_goesBeforeAMark() {
        marked(1);
        answer(3);
        assertNothing(namesAndMarks(2, 3));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void name_beyondWhatWasEverTaken_confirmsThat() {
        unmarked(1);
        answer(3);
        assertNothing(names(2, 9));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void name_ofWhatWasTakenBeforeARepeat_confirmsIt() {
        marked(1);
        answer(3);
        marked(2);
        assertNothing(names(3, 3));
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void lowerName_confirmsIt_andRepeatsWhatFollows() {
        unmarked(1);
        answer(3);
        assertRepeats(names(2, 1), 1);
        assertThat(proof.confirmed()).isEqualTo(1);
    }

    @Test
    void lowerName_thanIsConfirmed_repeatsFromThere_andConfirmsNothingLess() {
        marked(1);
        answer(3);
        unmarked(2);
        answer(5);
        assertRepeats(names(3, 1), 1);
        assertThat(proof.confirmed()).isEqualTo(3);
    }

    @Test
    void sameLowerName_isOwed_until5SecondsAreOver() {
        unmarked(1);
        answer(3);
        names(2, 1);
        answer(3);
        pass(Duration.ofSeconds(2));
        assertRepeats(names(3, 1), 1, Duration.ofSeconds(3));
        assertRepeats(names(4, 1), 1, Duration.ofSeconds(3));
        pass(Duration.ofSeconds(3));
        answer(3);
        assertRepeats(names(5, 1), 1, Duration.ofSeconds(5));
    }

    @Test
    void sameLowerName_withAMark_isRepeatedAtOnce() {
        unmarked(1);
        answer(3);
        names(2, 1);
        answer(3);
        assertRepeats(namesAndMarks(3, 1), 1);
    }

    @Test
    void whatIsOwed_goesAtOnce_withAMark() {
        unmarked(1);
        answer(3);
        names(2, 1);
        answer(3);
        names(3, 1);
        assertRepeats(namesAndMarks(4, 1), 1);
        answer(3);
        names(5, 1);
        assertRepeats(marked(6), 1);
    }

    @Test
    void whatIsOwed_isOver_whenTheClientNamesAllThatThereWas() {
        unmarked(1);
        answer(3);
        names(2, 1);
        answer(3);
        names(3, 1);
        assertRepeats(names(4, 3), 3);
        assertThat(proof.confirmed()).isEqualTo(3);
        answer(4);
        assertNothing(names(5, 4));
    }

    @Test
    void namesThatChange_areRepeatedThreeTimesAtOnce_thenOnceInFiveSeconds() {
        unmarked(1);
        for (int name = 1; name <= 3; name++) {
            answer(9);
            assertRepeats(names(name + 1, name), name);
        }
        answer(9);
        assertRepeats(names(5, 4), 4, Duration.ofSeconds(5));
        pass(Duration.ofSeconds(1));
        answer(9);
        assertRepeats(names(6, 5), 5, Duration.ofSeconds(4));
        pass(Duration.ofSeconds(60));
        answer(9);
        assertRepeats(names(7, 6), 6);
    }

    @Test
    void nameOfAnotherChat_confirmsNothing_andRepeatsWhatIsNotConfirmed() {
        marked(1);
        proof.begin(0);
        answer(2);
        Connect foreign = new Connect(OptionalLong.of(2), false, OptionalLong.empty(), true, false, now);
        assertRepeats(proof.connect(foreign), 0);
        assertThat(proof.confirmed()).isZero();
    }

    @Test
    void nameOfAnotherChat_whereNothingWasCarried_repeatsNothing() {
        marked(1);
        proof.begin(4);
        assertNothing(proof.connect(new Connect(OptionalLong.of(2), false, OptionalLong.empty(), true, false, now)));
    }

    @Test
    void anotherChat_beginsAnew() {
        marked(1);
        answer(9);
        proof.begin(2);
        unmarked(2);
        assertThat(proof.confirmed()).isEqualTo(2);
        assertNothing(marked(3));
    }

    @Test
    void repeat_countsNothingAsCarriedThatWasTakenBefore() {
        marked(1);
        answer(3);
        marked(2);
        marked(3);
        proof.answer();
        unmarked(4);
        assertThat(proof.confirmed()).isZero();
    }

    @Nested
    class WebSocket {

        @Test
        void numbersSayNothing() {
            connect(5, true, OptionalLong.empty());
            proof.dequeue(2);
            proof.answer();
            assertThat(connect(4, false, OptionalLong.empty()).refused()).isFalse();
            assertNothing(connect(4, false, OptionalLong.empty()));
        }

        private Verdict connect(int id, boolean marked, OptionalLong named) {
            return proof.connect(new Connect(OptionalLong.of(id), marked, named, false, true, now));
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private Verdict marked(int id) {
        return proof.connect(connect(id, true));
    }

    private Verdict unmarked(int id) {
        return proof.connect(connect(id, false));
    }

    private Verdict names(int id, long position) {
        return proof.connect(new Connect(OptionalLong.of(id), false, OptionalLong.of(position), false, false, now));
    }

    private Verdict namesAndMarks(int id, long position) {
        return proof.connect(new Connect(OptionalLong.of(id), true, OptionalLong.of(position), false, false, now));
    }

    private Connect connect(int id, boolean marked) {
        return new Connect(OptionalLong.of(id), marked, OptionalLong.empty(), false, false, now);
    }

    /** The newest connect is answered with the rows up to this one. */
    private void answer(long position) {
        proof.dequeue(position);
        proof.answer();
    }

    private static void assertNothing(Verdict verdict) {
        assertThat(verdict).isEqualTo(Verdict.NOTHING);
    }

    private static void assertRepeats(Verdict verdict, long after) {
        assertRepeats(verdict, after, Duration.ZERO);
    }

    private static void assertRepeats(Verdict verdict, long after, Duration delay) {
        assertThat(verdict).isEqualTo(new Verdict(false, OptionalLong.of(after), delay));
    }
}

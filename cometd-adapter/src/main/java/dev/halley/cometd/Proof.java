package dev.halley.cometd;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What the connects of one session prove to have arrived, and what has to be sent again: arithmetic over ids, marks, named
 * positions and what a connect's own reply has carried. No I/O, no clock, no threads.
 *
 * <p>CometD's own clients mark a {@code /meta/connect} that is the first of a session or follows one that failed for them, by
 * {@code "advice":{"timeout":0}}, and no other. So from a client whose first connect was marked, an unmarked one says that the
 * answer before it was read, and a marked one that it may be lost. Read as a table:
 *
 * <table>
 * <caption>What a connect that is not the first says</caption>
 * <tr><th>connect</th><th>confirmed</th><th>sent again after</th></tr>
 * <tr><td>of a marking client, with a lower id than one before: a late request</td><td>–</td><td>refused, without rows</td></tr>
 * <tr><td>of a marking client, with the same id: sent again on its way</td><td>what it names itself</td><td>what is confirmed;
 *     the next unmarked one proves nothing and repeats, too</td></tr>
 * <tr><td>names at least what was taken</td><td>the position, at most what was ever taken</td><td>–</td></tr>
 * <tr><td>names less</td><td>the position</td><td>the position</td></tr>
 * <tr><td>names a position of another chat</td><td>–</td><td>what is confirmed</td></tr>
 * <tr><td>marked</td><td>–</td><td>what is confirmed</td></tr>
 * <tr><td>of a marking client, unmarked, the one before was answered</td><td>what that answer carried</td><td>–</td></tr>
 * <tr><td>the same, the one before is held or was refused its rows</td><td>–: no marking client after all</td><td>–</td></tr>
 * <tr><td>any other</td><td>–</td><td>–</td></tr>
 * </table>
 *
 * <p>A name goes before a mark. What a name asks for is sent at once with a mark, else three times at once as long as the
 * names change, and then every {@link #PATIENCE}. Sent again means that whatever was taken after that position counts as not
 * taken, and whatever waits in the queue is dropped.
 *
 * <p>An answer carries what it takes out of the queue. Over WebSocket rows go with answers alone, too, for what CometD sends
 * between them another thread may overtake, rows and replies alike. Requests come late or twice by long-polling alone, and
 * only there has an overtaken connect an answer of its own, which takes nothing.
 *
 * <p>Not thread-safe.
 */
final class Proof {

    /** How long a client that names the same position again waits for what follows it. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How many repeats follow each other at once if their positions differ. */
    private static final int AT_ONCE = 3;

    private static final long NONE = -1;

    /**
     * What a connect says.
     *
     * @param id its number; empty if it has none
     * @param marked whether its client says that the one before has failed
     * @param named the position that it names; empty if it names none of this chat
     * @param ofAnotherChat whether it names one of another chat
     * @param webSocket whether it came over WebSocket
     * @param nanos when
     */
    record Connect(
            OptionalLong id,
            boolean marked,
            OptionalLong named,
            boolean ofAnotherChat,
            boolean webSocket,
            long nanos) {}

    /**
     * What follows from a connect.
     *
     * @param refused whether it is a late one, and gets no rows
     * @param repeatAfter the position after which rows are sent again; empty for nothing
     * @param delay from now until they are
     */
    record Verdict(boolean refused, OptionalLong repeatAfter, Duration delay) {
        static final Verdict REFUSED = new Verdict(true, OptionalLong.empty(), Duration.ZERO);
        static final Verdict NOTHING = new Verdict(false, OptionalLong.empty(), Duration.ZERO);
    }

    private final boolean believesConnects;

    /** The number of the newest connect that was not refused; 0 before the first. */
    private int newest;

    private boolean marks;
    private boolean doubtful;
    private long top = NONE;
    private boolean answered;

    /** The last position taken from the queue, lowered by repeats, and the highest ever. */
    private long taken;

    private long most;
    private long carried;
    private long confirmed;

    /** The last repeat that a name has asked for, how many at once, and when the next one may be, or is owed. */
    private long repeated = NONE;

    private int atOnce;
    private long nextAt;
    private boolean owed;

    /** What was taken before what is owed was taken back. */
    private long reached;

    /** @param believesConnects whether unmarked connects confirm */
    Proof(boolean believesConnects) {
        this.believesConnects = believesConnects;
    }

    /** Rows of a chat begin after this position; whatever was on its way of another one says nothing about it. */
    void begin(long position) {
        taken = position;
        most = position;
        carried = position;
        confirmed = position;
        repeated = NONE;
        owed = false;
        atOnce = 0;
    }

    /** A connect has come. */
    Verdict connect(Connect connect) {
        // What comes over a WebSocket comes once, and in order.
        boolean numbered = marks && !connect.webSocket() && connect.id().isPresent() && top != NONE;
        if (newest > 0 && numbered && connect.id().getAsLong() < top) {
            return Verdict.REFUSED;
        }
        Verdict verdict = Verdict.NOTHING;
        if (newest == 0) {
            marks = connect.marked();
        } else {
            verdict = follow(connect, numbered && connect.id().getAsLong() == top);
        }
        newest++;
        top = Math.max(top, connect.id().orElse(NONE));
        answered = false;
        return verdict;
    }

    private Verdict follow(Connect connect, boolean sentAgainOnItsWay) {
        boolean wasDoubtful = doubtful;
        doubtful = sentAgainOnItsWay;
        if (owed && connect.nanos() - nextAt >= 0) {
            owed = false; // it has gone out meanwhile
            nextAt += PATIENCE.toNanos();
        }
        if (sentAgainOnItsWay) {
            connect.named().ifPresent(this::confirm);
            return again();
        }
        if (marks && !connect.marked() && !answered && !wasDoubtful) {
            marks = false;
        }
        if (connect.named().isPresent()) {
            return named(connect.named().getAsLong(), connect);
        }
        if (connect.ofAnotherChat()) {
            return taken > confirmed ? afterName(confirmed, connect) : Verdict.NOTHING;
        }
        if (connect.marked() && owed) {
            return again(repeated, Duration.ZERO);
        }
        if (connect.marked() || wasDoubtful) {
            return again();
        }
        if (marks && believesConnects && connect.id().isPresent()) {
            confirm(carried);
        }
        return Verdict.NOTHING;
    }

    private Verdict named(long position, Connect connect) {
        confirm(position);
        long has = owed ? reached : taken;
        if (position < has) {
            return afterName(position, connect);
        }
        return owed ? again(Math.min(position, most), Duration.ZERO) : Verdict.NOTHING;
    }

    private void confirm(long position) {
        confirmed = Math.max(confirmed, Math.min(position, most));
    }

    private Verdict again() {
        return taken > confirmed ? again(confirmed, Duration.ZERO) : Verdict.NOTHING;
    }

    private Verdict again(long position, Duration delay) {
        reached = owed ? reached : taken;
        owed = !delay.isZero();
        taken = position;
        carried = position;
        return new Verdict(false, OptionalLong.of(position), delay);
    }

    private Verdict afterName(long position, Connect connect) {
        long now = connect.nanos();
        boolean fresh = repeated == NONE || (!owed && now - nextAt >= 0);
        boolean free = fresh || connect.marked() || (!owed && position != repeated && atOnce < AT_ONCE);
        atOnce = fresh ? 1 : atOnce + 1;
        repeated = position;
        if (free) {
            nextAt = now + PATIENCE.toNanos();
            return again(position, Duration.ZERO);
        }
        return again(position, Duration.ofNanos(Math.max(1, nextAt - now)));
    }

    /** Rows up to a position have left the queue. */
    void took(long position) {
        taken = position;
        most = Math.max(most, position);
    }

    /** The newest connect's reply leaves, with what was taken just before. */
    void answer() {
        answered = true;
        carried = taken;
    }

    /** The client of CometD's acknowledgement extension has everything up to a position. */
    void acknowledge(long position) {
        confirmed = Math.max(confirmed, position);
    }

    int newest() {
        return newest;
    }

    long taken() {
        return taken;
    }

    long most() {
        return most;
    }

    long confirmed() {
        return confirmed;
    }
}

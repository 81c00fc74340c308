package dev.halley.cometd;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Decides what the connects of one session prove to have arrived, and what must be sent again. It is arithmetic over
 * ids, marks, named positions, and what the answer to each connect carried. No I/O, no clock, no threads.
 *
 * <p>CometD's own clients mark a {@code /meta/connect} with {@code "advice":{"timeout":0}} if it is the first of a
 * session or follows one that failed for them, and only then. So if a client's first connect was marked, an unmarked
 * connect says that the answer before it was read, and a marked one says that this answer may be lost. As a table:
 *
 * <table>
 * <caption>What a connect says, unless it is the first</caption>
 * <tr><th>connect</th><th>confirmed</th><th>sent again after</th></tr>
 * <tr><td>of a marking client, with a lower id than one before: a late request</td>
 *     <td>–</td><td>refused, without rows</td></tr>
 * <tr><td>of a marking client, with the same id: resent on its way</td>
 *     <td>the position that it names</td>
 *     <td>what is confirmed; the next unmarked one proves nothing and repeats, too</td></tr>
 * <tr><td>names at least what was dequeued</td><td>the position, at most what was ever dequeued</td><td>–</td></tr>
 * <tr><td>names less</td><td>the position</td><td>the position</td></tr>
 * <tr><td>names a position of another chat</td><td>–</td><td>what is confirmed</td></tr>
 * <tr><td>marked</td><td>–</td><td>what is confirmed</td></tr>
 * <tr><td>of a marking client, unmarked, the one before was answered</td><td>what that answer
 *     carried</td><td>–</td></tr>
 * <tr><td>the same, but the one before is held or was refused its rows</td>
 *     <td>–; this is no marking client after all</td><td>–</td></tr>
 * <tr><td>any other</td><td>–</td><td>–</td></tr>
 * </table>
 *
 * <p>A named position counts more than a mark. If a marked connect names a position, rows are sent again at once.
 * Otherwise they are sent again at once up to three times while the named position changes, and then once every
 * {@link #PATIENCE}. To send again after a position means that whatever was dequeued after it counts as not dequeued,
 * and that whatever is queued is dropped.
 *
 * <p>An answer carries what is dequeued for it. Over WebSocket, too, rows go with answers only: whatever CometD sends
 * between answers may be overtaken by another thread, rows and replies alike. Only with long-polling can requests come
 * late or twice, and only there does an overtaken connect get an answer of its own, which carries nothing.
 *
 * <p>Not thread-safe.
 */
final class Proof {

    /** How long a client that keeps naming the same position waits for another repeat. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How many repeats may follow each other at once if their positions differ. */
    private static final int AT_ONCE = 3;

    private static final long NONE = -1;

    /**
     * What a connect says.
     *
     * @param id its number; empty if it has none
     * @param marked whether its client says that the one before failed
     * @param named the position of this chat that it names; empty if it names none
     * @param ofAnotherChat whether it names a position of another chat
     * @param webSocket whether it came over WebSocket
     * @param nanos when it came
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
     * @param refused whether it is late and gets no rows
     * @param repeatAfter the position after which rows are sent again; empty for no repeat
     * @param delay from now until the repeat
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

    /** The last position that left the queue; a repeat lowers it. */
    private long dequeued;

    /** The highest position that ever left the queue. */
    private long most;

    private long carried;
    private long confirmed;

    /** The last named position that led to a repeat. */
    private long repeated = NONE;

    private int atOnce;

    /** When the next repeat may be, or is due if one is owed. */
    private long nextAt;

    private boolean owed;

    /** The last position that left the queue before the owed repeat lowered it. */
    private long reached;

    /** @param believesConnects whether unmarked connects confirm */
    Proof(boolean believesConnects) {
        this.believesConnects = believesConnects;
    }

    /** A chat's rows begin after this position; whatever is on its way from another chat says nothing about it. */
    void begin(long position) {
        dequeued = position;
        most = position;
        carried = position;
        confirmed = position;
        repeated = NONE;
        owed = false;
        atOnce = 0;
    }

    /** A connect has come. */
    Verdict connect(Connect connect) {
        // Over WebSocket, requests come once and in order.
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

    private Verdict follow(Connect connect, boolean resent) {
        boolean wasDoubtful = doubtful;
        doubtful = resent;
        if (owed && connect.nanos() - nextAt >= 0) {
            owed = false; // it was sent meanwhile
            nextAt += PATIENCE.toNanos();
        }
        if (resent) {
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
            return dequeued > confirmed ? afterName(confirmed, connect) : Verdict.NOTHING;
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
        long has = owed ? reached : dequeued;
        if (position < has) {
            return afterName(position, connect);
        }
        return owed ? again(Math.min(position, most), Duration.ZERO) : Verdict.NOTHING;
    }

    private void confirm(long position) {
        confirmed = Math.max(confirmed, Math.min(position, most));
    }

    private Verdict again() {
        return dequeued > confirmed ? again(confirmed, Duration.ZERO) : Verdict.NOTHING;
    }

    private Verdict again(long position, Duration delay) {
        reached = owed ? reached : dequeued;
        owed = !delay.isZero();
        dequeued = position;
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

    /** Rows up to a position leave the queue. */
    void dequeue(long position) {
        dequeued = position;
        most = Math.max(most, position);
    }

    /** The answer to the newest connect leaves, with what was dequeued just before. */
    void answer() {
        answered = true;
        carried = dequeued;
    }

    /** A client of CometD's acknowledgement extension has everything up to a position. */
    void acknowledge(long position) {
        confirmed = Math.max(confirmed, position);
    }

    int newest() {
        return newest;
    }

    long dequeued() {
        return dequeued;
    }

    long most() {
        return most;
    }

    long confirmed() {
        return confirmed;
    }
}

package dev.halley.checks;

import dev.halley.Device;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.internal.session.Phase;
import dev.halley.internal.session.Phase.Grace;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Phase.Quiet;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.internal.session.Session;
import dev.halley.spi.Change;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A narrow look into a session: facts by name, and which cell of the table an input has visited. It decides nothing;
 * {@link Laws} checks the laws, and knows these facts alone.
 */
public final class Probe {

    public static final int ONLINE = 0;
    public static final int QUIET = 1;
    public static final int GRACE = 2;
    public static final int SENDING = 3;
    public static final int RETRYING = 4;
    public static final int ALERTED = 5;

    public static final List<String> PHASES = List.of("online", "quiet", "grace", "sending", "retrying", "alerted");

    public static final List<String> INPUTS = List.of(
            "opened",
            "said, pushable",
            "said, other",
            "joined(new connection)",
            "joined(current connection)",
            "confirmed(current connection)",
            "left(current connection, position)",
            "left(current) silently, swept, orphaned",
            "left(another connection)",
            "wake: due",
            "wake: notice due",
            "wake: expired",
            "Accepted, Rejected (key)",
            "Unavailable (key and attempt)",
            "TooLarge (key and attempt)",
            "Unregistered",
            "device(d)",
            "ended",
            "told(absence)");

    private Probe() {}

    // Facts

    public static int phase(SessionState state) {
        Phase phase = ((Session) state).phase();
        if (phase instanceof Online) {
            return ONLINE;
        }
        if (phase instanceof Quiet) {
            return QUIET;
        }
        if (phase instanceof Grace) {
            return GRACE;
        }
        if (phase instanceof Sending) {
            return SENDING;
        }
        return phase instanceof Retrying ? RETRYING : ALERTED;
    }

    public static @Nullable Instant phaseDue(SessionState state) {
        return ((Session) state).phase().due().orElse(null);
    }

    /** Returns where the push ends that is pending; 0 for none. */
    public static long pushTo(SessionState state) {
        Phase phase = ((Session) state).phase();
        if (phase instanceof Sending sending) {
            return sending.push().to();
        }
        return phase instanceof Retrying retrying ? retrying.push().to() : 0;
    }

    public static int attempt(SessionState state) {
        Phase phase = ((Session) state).phase();
        return phase instanceof Sending sending ? sending.attempt() : 0;
    }

    public static long epoch(SessionState state) {
        return ((Session) state).epoch();
    }

    public static long seen(SessionState state) {
        return ((Session) state).seen();
    }

    public static long pushed(SessionState state) {
        return ((Session) state).pushed();
    }

    /** Returns the current connection, or the last one while away. */
    public static @Nullable ConnectionId lastConnection(SessionState state) {
        return ((Session) state).lastConnection();
    }

    public static @Nullable Device device(SessionState state) {
        return ((Session) state).device();
    }

    public static @Nullable Party endedBy(SessionState state) {
        return ((Session) state).endedBy();
    }

    /** Returns the absence that the agent is still to be told of; -1 for none. */
    public static long notice(SessionState state) {
        Session.Notice notice = ((Session) state).notice();
        return notice == null ? -1 : notice.absence();
    }

    public static @Nullable Instant noticeDue(SessionState state) {
        Session.Notice notice = ((Session) state).notice();
        return notice == null ? null : notice.due();
    }

    public static String serviceId(SessionState state) {
        return ((Session) state).identity().serviceId();
    }

    public static String describe(SessionState state) {
        Session s = (Session) state;
        return s.phase() + " epoch " + s.epoch() + " head " + s.head() + " seen " + s.seen() + " pushed " + s.pushed()
                + " last pushable " + s.lastPushable() + (s.omitted() > 0 ? " omitted " + s.omitted() : "")
                + " connection " + s.lastConnection() + (s.notice() == null ? "" : " " + s.notice())
                + (s.endedBy() == null ? "" : " ended by " + s.endedBy())
                + (s.device() == null ? " no device" : "")
                + (s.expires() == null ? "" : " expires " + s.expires());
    }

    // Cells

    /**
     * Counts a visit.
     *
     * @param input the rule's name
     * @param now when the rule was applied
     * @param noticeMeant whether, with a customer online, a notice of an earlier absence would be due now
     */
    public static void visit(
            long[][] cells, String input, SessionStore.Rule rule, Change change, Instant now, boolean noticeMeant) {
        Session before = (Session) change.before();
        SessionState after = change.after().orElse(null);
        boolean changed = after != before;
        int phase = phase(before);
        boolean pushing = phase == SENDING || phase == RETRYING;
        switch (input) {
            case "said" -> {
                for (Row row : change.appended()) {
                    cells[row.pushable() ? 1 : 2][phase]++;
                }
            }
            case "joined" -> cells[changed ? 3 : 4][phase]++;
            case "confirmed" -> {
                if (changed || isOf(before, rule, now)) {
                    cells[5][phase]++;
                }
            }
            case "refreshed" -> cells[5][phase]++;
            case "left" -> cells[departure(before, rule, now)][phase]++;
            case "orphaned", "moved" -> {
                if (changed || isOf(before, rule, now)) {
                    cells[7][phase]++;
                }
            }
            case "woken" -> {
                if (after == null) {
                    cells[11][phase]++;
                    return;
                }
                boolean notice = phase == ONLINE ? noticeMeant : isDue(noticeDue(before), now);
                if (notice) {
                    cells[10][phase]++;
                }
                boolean due = isDue(phaseDue(before), now) || (phase == ONLINE && changed);
                if (due || (!notice && (phase == QUIET || phase == ALERTED))) {
                    cells[9][phase]++;
                }
            }
            case "settled" -> {
                if (changed || !pushing) {
                    cells[12][phase]++;
                }
            }
            case "unavailable" -> {
                if (changed || phase != SENDING) {
                    cells[13][phase]++;
                }
            }
            case "tooLarge" -> {
                if (changed || phase != SENDING) {
                    cells[14][phase]++;
                }
            }
            case "unregistered" -> {
                if (changed || phase != SENDING) {
                    cells[15][phase]++;
                }
            }
            case "device" -> cells[16][phase]++;
            case "ended" -> {
                if (changed) {
                    cells[17][phase]++;
                }
            }
            case "told" -> {
                if (changed || phase == ONLINE) {
                    cells[18][phase]++;
                }
            }
            default -> throw new IllegalArgumentException("An input that no cell knows: " + input);
        }
    }

    private static boolean isDue(@Nullable Instant at, Instant now) {
        return at != null && !at.isAfter(now);
    }

    /** Whether a rule is about the last connection: it would change a session that is online with that connection. */
    private static boolean isOf(Session before, SessionStore.Rule rule, Instant now) {
        return !isUnchanged(online(before, -1), rule, now);
    }

    private static int departure(Session before, SessionStore.Rule rule, Instant now) {
        Session online = online(before, Long.MAX_VALUE);
        if (isUnchanged(online, rule, now)) {
            return 8;
        }
        Session next = (Session) rule.apply(online, now).next().orElseThrow();
        return next.seen() == Long.MAX_VALUE ? 7 : 6;
    }

    private static boolean isUnchanged(Session session, SessionStore.Rule rule, Instant now) {
        return rule.apply(session, now).next().filter(next -> next == session).isPresent();
    }

    private static Session online(Session s, long seen) {
        return new Session(
                s.identity(),
                s.device(),
                s.deviceSince(),
                s.attachBy(),
                s.recent(),
                s.epoch(),
                s.lastConnection(),
                s.lastNode(),
                s.head(),
                s.lastPushable(),
                seen,
                s.pushed(),
                s.omitted(),
                s.volume(),
                new Online(),
                s.notice(),
                s.endedBy(),
                s.expires());
    }
}

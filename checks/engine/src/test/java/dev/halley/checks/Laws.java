package dev.halley.checks;

import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.SessionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Checks the seven laws against what was seen from outside: commits as they are made, rows as links are given them,
 * pushes as a provider gets them, what the desk is told, and what customers have said. It knows positions, times and
 * keys, and works out by itself what follows from an input.
 */
final class Laws {

    static final Duration LINGER = Duration.ofMinutes(1);

    /** How many events are known by their ids. */
    private static final int RECENT = 64;

    /** An event that the walker has said. */
    static final class Said {
        final String id;
        final boolean pushable;
        final boolean end;
        long position;

        Said(String id, boolean pushable, boolean end) {
            this.id = id;
            this.pushable = pushable;
            this.end = end;
        }
    }

    /** A push, by its key. */
    static final class Push {
        final ChatLog chat;
        final long epoch;
        final long to;
        final long from;
        final Instant begun;
        int commits;
        int sends;
        boolean accepted;
        boolean rejected;
        boolean tooLarge;
        boolean unreachable;
        boolean givenUp;
        /** When it was settled, in the order of commits; 0 while pending. */
        long doneAt;

        long @Nullable [] rows;

        Push(ChatLog chat, long epoch, long to, long from, Instant begun) {
            this.chat = chat;
            this.epoch = epoch;
            this.to = to;
            this.from = from;
            this.begun = begun;
        }
    }

    /** What is known of a chat. */
    static final class ChatLog {
        final int index;
        final ChatId id;
        final World.Service service;
        final boolean polled;
        final Instant opened;
        SessionState state;
        boolean removed;

        /** When it was opened, in the order of commits. */
        final long openedAt;

        final List<Said> rows = new ArrayList<>();
        final List<@Nullable Push> toldBy = new ArrayList<>();
        long lastPushable;

        /** Claims of customers without a connection, by refresh. */
        final List<Long> refreshed = new ArrayList<>();

        @Nullable
        Party ended;

        long endedAtSeq;
        Instant lastLife;

        @Nullable
        Instant endedAt;

        @Nullable
        Instant seenAllAt;

        /** In the order of commits: when the customer came back the n-th time. */
        final List<Long> joins = new ArrayList<>();

        // The absence
        @Nullable
        Instant graceSince;

        boolean graceOver;
        long floor;
        long absence = -1;
        final Map<Long, int[]> notices = new HashMap<>();

        @Nullable
        Instant tellBegun;

        final List<Push> pushes = new ArrayList<>();

        /** Counts what customers have said of positions. */
        long claimNumber;

        ChatLog(int index, SessionState state, World.Service service, boolean polled, Instant opened, long openedAt) {
            this.index = index;
            this.id = state.id();
            this.state = state;
            this.service = service;
            this.polled = polled;
            this.opened = opened;
            this.openedAt = openedAt;
            this.lastLife = opened;
        }

        @Nullable
        Push push(long epoch, long to) {
            for (int i = pushes.size() - 1; i >= 0; i--) {
                Push push = pushes.get(i);
                if (push.epoch == epoch && push.to == to) {
                    return push;
                }
            }
            return null;
        }
    }

    private final World world;
    final List<ChatLog> chats = new ArrayList<>();
    private final Map<ChatId, ChatLog> byId = new HashMap<>();
    final Map<String, Said> events = new HashMap<>();

    /** Counts commits. */
    long seq;

    @Nullable
    String broken;

    private int givenUpMust;
    private int givenUpMay;
    int givenUpCounted;

    Laws(World world) {
        this.world = world;
    }

    void broken(int law, String what) {
        if (broken == null) {
            broken = "Law " + law + ": " + what;
        }
    }

    private void broken(int law, ChatLog chat, String what) {
        if (broken == null) {
            broken = "Law " + law + ", chat " + chat.index + ": " + what;
        }
    }

    @Nullable
    ChatLog chat(ChatId id) {
        return byId.get(id);
    }

    // Commits

    void opened(SessionState state, List<Row> rows, Instant at) {
        seq++;
        World.Chat opened = world.chatOf(Probe.serviceId(state));
        ChatLog chat = new ChatLog(opened.index, state, opened.service, opened.polled, at, seq);
        if (byId.put(state.id(), chat) != null) {
            broken(6, chat, "opened twice");
        }
        chats.add(chat);
        if (rows.size() != 1 || rows.get(0).position() != 1 || rows.get(0).pushable()) {
            broken(1, chat, "opened with other rows than the customer's own");
        }
        chat.rows.add(new Said(rows.get(0).event().id(), false, false));
        chat.toldBy.add(null);
        opened.log = chat;
    }

    void committed(ChatId id, @Nullable SessionState after, List<Row> rows, Instant now) {
        seq++;
        ChatLog chat = byId.get(id);
        if (chat == null) {
            broken(6, "a chat was changed that was never opened");
            return;
        }
        SessionState before = chat.state;
        if (world.tracing()) {
            world.trace("    commit chat " + chat.index + ": " + (after == null ? "removed" : Probe.describe(after)));
        }
        if (after == null) {
            removed(chat, before, now);
            return;
        }
        append(chat, rows, now);
        chat.state = after;
        if (after.head() != chat.rows.size()) {
            broken(6, chat, "head is " + after.head() + " with " + chat.rows.size() + " rows");
        }
        boolean wasOnline = Probe.phase(before) == Probe.ONLINE;
        boolean isOnline = Probe.phase(after) == Probe.ONLINE;
        if (Probe.epoch(after) != Probe.epoch(before)) {
            joined(chat, before, after, now);
        } else if (wasOnline && !isOnline) {
            wentAway(chat, before, after, now);
        } else if (!wasOnline && isOnline) {
            broken(2, chat, "is online again without a new connection");
        } else {
            checkSeen(chat, before, after);
        }
        Device device = Probe.device(after);
        if (device != null && !device.equals(Probe.device(before))) {
            chat.lastLife = now;
        }
        if (!isOnline) {
            checkAbsence(chat, before, after, now);
        }
        checkNotice(chat, before, after, now);
        noteSeenAll(chat, after, now);
    }

    private void append(ChatLog chat, List<Row> rows, Instant now) {
        for (Row row : rows) {
            long position = chat.rows.size() + 1L;
            Said said = events.get(row.event().id());
            if (said == null) {
                broken(6, chat, "a row that nobody said at " + position);
                return;
            }
            if (row.position() != position) {
                broken(1, chat, "row " + row.position() + " was written where " + position + " belongs");
            }
            if (row.pushable() != said.pushable) {
                broken(4, chat, "row " + position + " is written as " + (row.pushable() ? "pushable" : "filtered"));
            }
            if (said.position != 0 && position - said.position < RECENT) {
                broken(6, chat, "an event was written at " + said.position + " and at " + position);
            }
            if (chat.ended != null) {
                broken(6, chat, "a row was written after the end");
            }
            said.position = position;
            chat.rows.add(said);
            chat.toldBy.add(null);
            if (said.pushable) {
                chat.lastPushable = position;
            }
            if (said.end) {
                chat.ended = row.event().party();
                chat.endedAt = now;
                chat.endedAtSeq = seq;
                if (chat.ended == Party.CLIENT) {
                    chat.lastPushable = 0;
                }
            }
            chat.lastLife = now;
        }
    }

    private void joined(ChatLog chat, SessionState before, SessionState after, Instant now) {
        if (Probe.epoch(after) != Probe.epoch(before) + 1 || Probe.phase(after) != Probe.ONLINE) {
            broken(2, chat, "a return left it " + Probe.describe(after));
        }
        if (Objects.equals(Probe.lastConnection(after), Probe.lastConnection(before))) {
            broken(7, chat, "a connection has come twice");
        }
        chat.joins.add(seq);
        chat.graceSince = null;
        chat.graceOver = false;
        chat.absence = -1;
        chat.tellBegun = null;
        chat.lastLife = now;
        World.Link link = world.link(Probe.lastConnection(after));
        if (link == null) {
            broken(1, chat, "joined by a connection that there is not");
            return;
        }
        OptionalLong named = link.arrival.position();
        long seen = Probe.seen(after);
        boolean readable = named.isPresent() && named.getAsLong() >= 0 && named.getAsLong() <= before.head();
        boolean asNamed = readable && seen == named.getAsLong();
        boolean asBefore = seen == Probe.seen(before);
        // A position is about the chat that is there when it is named; a connection that is moved on names none.
        boolean about =
                link.joined.isEmpty() && !link.moving && chat.openedAt <= link.since && !world.mayMove(link, chat);
        boolean byName = readable && (about || !asBefore);
        if (byName ? !asNamed : !asBefore) {
            broken(
                    1,
                    chat,
                    "a return that named " + named + " was served from " + seen + ", before " + Probe.seen(before));
        }
        link.revenant |= link.attaches > 1 && !link.joined.isEmpty();
        link.joined.add(chat);
        link.base[chat.index] = seen;
        link.last[chat.index] = -1;
        link.begun[chat.index] = false;
    }

    private void wentAway(ChatLog chat, SessionState before, SessionState after, Instant now) {
        ConnectionId last = Probe.lastConnection(before);
        World.Link link = last == null ? null : world.link(last);
        boolean due = last == null && !chat.polled && !now.isBefore(chat.opened.plus(World.ATTACH_WITHIN));
        if (!due && (link == null || !(link.mayLeave() || world.mayMove(link, chat)))) {
            broken(2, chat, "went away while its customer was connected");
        }
        chat.graceSince = null;
        chat.graceOver = false;
        chat.lastLife = now;
        chat.absence = Probe.epoch(after);
        if (link != null && link.revenant) {
            return;
        }
        long seen = Probe.seen(after);
        long was = Probe.seen(before);
        if (link != null && seen < was && !link.named.contains(seen)) {
            broken(1, chat, "what was seen went down from " + was + " to " + seen);
        }
        if (link != null
                && link.silent
                && !link.late
                && link.named.isEmpty()
                && !link.node.dead
                && link.joined.size() == 1
                && link.attaches == 1
                && !world.mayMove(link, chat)
                && seen < link.proved[chat.index]) {
            broken(1, chat, "row " + link.proved[chat.index] + " was confirmed, and " + seen + " counts");
        }
        if (seen > was && (link == null || !link.claimed(chat, seen))) {
            broken(1, chat, "what was seen went up from " + was + " to " + seen + ", which nobody has said");
        }
    }

    private void checkSeen(ChatLog chat, SessionState before, SessionState after) {
        long was = Probe.seen(before);
        long is = Probe.seen(after);
        if (is == was) {
            return;
        }
        ConnectionId last = Probe.lastConnection(after);
        World.Link link = last == null ? null : world.link(last);
        boolean online = Probe.phase(after) == Probe.ONLINE;
        boolean said = link != null && (link.named.contains(is) || (is > was && online && link.claimed(chat, is)));
        boolean refreshed = online && is > was && chat.refreshed.contains(is);
        if (!said && !refreshed) {
            broken(1, chat, "what was seen went from " + was + " to " + is + ", which the last connection never said");
        }
        if (is > after.head()) {
            broken(1, chat, "seen " + is + " is beyond the end");
        }
    }

    private void checkAbsence(ChatLog chat, SessionState before, SessionState after, Instant now) {
        int phase = Probe.phase(after);
        long seen = Probe.seen(after);
        long pushed = Probe.pushed(after);
        boolean fresh = Probe.phase(before) == Probe.ONLINE;
        if (!chat.graceOver) {
            chat.floor = seen;
            boolean pending = chat.lastPushable > chat.floor;
            if (!pending) {
                chat.graceSince = null;
            } else if (chat.graceSince == null) {
                chat.graceSince = now;
            }
            Instant due = chat.graceSince == null ? null : chat.graceSince.plus(chat.service.grace());
            if (phase == Probe.GRACE) {
                if (due == null || !due.equals(Probe.phaseDue(after))) {
                    broken(3, chat, "a grace period until " + Probe.phaseDue(after) + " that should be until " + due);
                }
            } else if (phase == Probe.QUIET) {
                if (due != null) {
                    broken(3, chat, "something is unseen and no grace period runs");
                }
            } else {
                // What is told at the end of the period is what was pending when it ended.
                if (due == null) {
                    broken(3, chat, "a push without anything pushable");
                } else if (now.isBefore(due)) {
                    broken(3, chat, "a push was begun at " + now + ", before the grace period's end at " + due);
                }
                chat.graceOver = true;
            }
        } else {
            chat.floor = Math.max(chat.floor, seen);
            if (phase == Probe.GRACE || (phase == Probe.QUIET && chat.ended != Party.CLIENT)) {
                broken(3, chat, "a second grace period in one absence");
            }
            if (!fresh && pushed < Probe.pushed(before) && chat.ended != Party.CLIENT) {
                broken(4, chat, "what was pushed went down in one absence");
            }
        }
        checkPush(chat, before, after, now);
    }

    private void checkPush(ChatLog chat, SessionState before, SessionState after, Instant now) {
        int was = Probe.phase(before);
        int is = Probe.phase(after);
        long pushed = Probe.pushed(after);
        boolean wasPushing = was == Probe.SENDING || was == Probe.RETRYING;
        boolean isPushing = is == Probe.SENDING || is == Probe.RETRYING;
        long to = Probe.pushTo(after);
        long epoch = Probe.epoch(after);
        if (wasPushing && !(isPushing && Probe.pushTo(before) == to)) {
            Push push = chat.push(epoch, Probe.pushTo(before));
            if (push == null) {
                broken(6, chat, "a push that was never begun");
            } else {
                push.doneAt = seq;
                done(chat, push, after, now);
            }
        }
        if (is != Probe.SENDING
                || (was == Probe.SENDING
                        && Probe.pushTo(before) == to
                        && Probe.attempt(before) == Probe.attempt(after))) {
            return;
        }
        if (chat.ended == Party.CLIENT) {
            broken(2, chat, "a push was begun after its customer's own end");
        }
        Push push = chat.push(epoch, to);
        if (push == null) {
            push = new Push(chat, epoch, to, pushed, now);
            chat.pushes.add(push);
            if (!chat.rows.get((int) to - 1).pushable) {
                broken(4, chat, "a push ends at the filtered row " + to);
            }
            if (!pushableIn(chat, pushed, to)) {
                broken(3, chat, "a push of nothing up to " + to);
            }
        } else if (push.from != pushed) {
            broken(6, chat, "a push was begun again with other rows: after " + pushed + ", before after " + push.from);
        } else if (push.doneAt != 0) {
            broken(6, chat, "a push was begun again that was settled");
        }
        push.commits++;
        Device device = Probe.device(after);
        if (device != null && !device.type().equals(World.TYPE)) {
            push.unreachable = true;
        }
    }

    private void done(ChatLog chat, Push push, SessionState after, Instant now) {
        if (chat.ended == Party.CLIENT || Probe.pushed(after) < push.to) {
            if (chat.ended != Party.CLIENT) {
                broken(6, chat, "a push up to " + push.to + " was dropped before it was settled");
            }
            return;
        }
        if (push.accepted || push.rejected || push.unreachable || Probe.seen(after) >= push.to) {
            return;
        }
        boolean old = !now.isBefore(push.begun.plus(World.TIME_TO_LIVE));
        boolean tried = push.commits >= world.attempts;
        boolean dropped = after.omitted() >= push.to;
        if (!old && !tried && !dropped) {
            broken(4, chat, "a push up to " + push.to + " counts as told and was neither accepted nor given up");
        }
        push.givenUp = true;
    }

    private static boolean pushableIn(ChatLog chat, long from, long to) {
        for (long position = from + 1; position <= to; position++) {
            if (chat.rows.get((int) position - 1).pushable) {
                return true;
            }
        }
        return false;
    }

    private void checkNotice(ChatLog chat, SessionState before, SessionState after, Instant now) {
        long was = Probe.notice(before);
        long is = Probe.notice(after);
        boolean wentAway = Probe.phase(before) == Probe.ONLINE && Probe.phase(after) != Probe.ONLINE;
        if (wentAway && (chat.ended == null) != (is >= 0)) {
            broken(5, chat, is >= 0 ? "an absence after the end is told" : "an absence is not told");
        }
        if (is < 0) {
            if (was >= 0 && Probe.phase(after) != Probe.ONLINE && chat.ended == null && !world.deskHas(chat, was)) {
                broken(5, chat, "absence " + was + " counts as told and was not");
            }
            return;
        }
        if (Probe.phase(after) == Probe.ONLINE) {
            broken(5, chat, "an absence is to be told while its customer is online");
        }
        boolean begun = was != is || !Objects.equals(Probe.noticeDue(after), Probe.noticeDue(before));
        if (!begun) {
            return;
        }
        if (wentAway) {
            if (chat.notices.containsKey(is)) {
                broken(5, chat, "two absences with the number " + is);
            }
            chat.notices.put(is, new int[] {1, 0});
        } else {
            int[] counts = chat.notices.get(is);
            if (counts == null || was != is) {
                broken(5, chat, "an absence was told anew as " + is + " after " + was);
                return;
            }
            if (chat.tellBegun != null && now.isBefore(chat.tellBegun.plus(World.LEASE))) {
                broken(5, chat, "absence " + is + " was told again before its lease was over");
            }
            if (world.deskHasLong(chat, is)) {
                broken(5, chat, "absence " + is + " was told again although the desk has it");
            }
            counts[0]++;
        }
        chat.tellBegun = now;
    }

    private static void noteSeenAll(ChatLog chat, SessionState after, Instant now) {
        if (chat.ended != null && Probe.seen(after) == after.head()) {
            if (chat.seenAllAt == null) {
                chat.seenAllAt = now;
            }
        } else {
            if (chat.seenAllAt != null) {
                chat.endedAt = now;
            }
            chat.seenAllAt = null;
        }
    }

    private void removed(ChatLog chat, SessionState before, Instant now) {
        chat.removed = true;
        boolean lingered = chat.seenAllAt != null && !now.isBefore(chat.seenAllAt.plus(LINGER));
        boolean retained = chat.endedAt != null
                ? !now.isBefore(chat.endedAt.plus(World.RETENTION))
                : !now.isBefore(chat.lastLife.plus(World.RETENTION))
                        && (chat.polled || Probe.phase(before) != Probe.ONLINE);
        if (!lingered && !retained) {
            broken(6, chat, "was removed too early");
        }
    }

    // What links are given

    void delivered(World.Link link, ChatView view, List<Row> rows) {
        ChatLog chat = byId.get(view.id());
        if (chat == null || rows.isEmpty()) {
            broken(1, "rows of no chat, or none");
            return;
        }
        int i = chat.index;
        long first = rows.get(0).position();
        long last = rows.get(rows.size() - 1).position();
        long before = link.last[i];
        boolean skipsDropped = first == view.omitted() + 1 && first > before;
        if (link.base[i] < 0) {
            broken(1, chat, "rows for a connection that never joined");
        } else if (before < 0) {
            if (first - 1 < link.base[i]) {
                broken(1, chat, "row " + first + " was repeated to a connection served from " + link.base[i]);
            } else if (first - 1 > Math.max(link.base[i], Probe.seen(chat.state)) && !skipsDropped) {
                broken(1, chat, "row " + first + " came first to a connection served from " + link.base[i]);
            }
        } else if (first != before + 1
                && !skipsDropped
                && !(link.mayRepeat > 0 && first <= before + 1)
                && !(link.attaches > 1 && first - 1 <= Probe.seen(chat.state))) {
            broken(1, chat, "row " + first + " came after " + before);
        } else if (first <= before && first - 1 < link.base[i]) {
            broken(1, chat, "row " + first + " was repeated to a connection served from " + link.base[i]);
        }
        if (first <= before) {
            link.mayRepeat--;
        }
        for (int k = 0; k < rows.size(); k++) {
            Row row = rows.get(k);
            if (row.position() != first + k
                    || row.position() > chat.rows.size()
                    || !chat.rows
                            .get((int) row.position() - 1)
                            .id
                            .equals(row.event().id())) {
                broken(1, chat, "row " + row.position() + " is not what was written there");
                return;
            }
        }
        link.last[i] = last;
    }

    // What the provider gets

    @Nullable
    ChatLog sent(Notification notification, Device device, long decided) {
        String key = notification.key();
        int second = key.lastIndexOf('_');
        int first = key.lastIndexOf('_', second - 1);
        ChatLog chat = byId.get(new ChatId(key.substring(0, first)));
        long epoch = Long.parseLong(key.substring(first + 1, second));
        long to = Long.parseLong(key.substring(second + 1));
        Push push = chat == null ? null : chat.push(epoch, to);
        if (chat == null || push == null) {
            broken(2, "a push was sent that was never begun: " + key);
            return null;
        }
        if (chat.joins.size() > epoch && chat.joins.get((int) epoch) <= decided) {
            broken(2, chat, "push " + key + " was sent after its customer's return");
        }
        if (chat.ended == Party.CLIENT && chat.endedAtSeq <= decided) {
            broken(2, chat, "push " + key + " was sent after its customer's own end");
        }
        if (push.doneAt != 0 && push.doneAt <= decided) {
            broken(7, chat, "push " + key + " was sent after it was settled");
        }
        if (++push.sends > push.commits) {
            broken(7, chat, "push " + key + " was sent " + push.sends + " times and begun " + push.commits);
        }
        List<Row> rows = notification.rows();
        long[] positions = new long[rows.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = rows.get(i).position();
        }
        if (positions.length == 0) {
            broken(3, chat, "a push of nothing");
            return chat;
        }
        if (push.rows == null) {
            push.rows = positions;
        } else if (!Arrays.equals(push.rows, positions) && chat.state.omitted() == 0) {
            long newest = push.rows[push.rows.length - 1];
            if (!push.tooLarge || !Arrays.equals(new long[] {newest}, positions)) {
                broken(6, chat, "push " + key + " was repeated with other rows");
            }
        }
        int expected = 0;
        for (long position = Math.max(push.from, chat.state.omitted()) + 1; position <= to; position++) {
            expected += chat.rows.get((int) position - 1).pushable ? 1 : 0;
        }
        if (positions.length < expected && !push.tooLarge) {
            broken(4, chat, "push " + key + " left rows out");
        }
        for (int i = 0; i < positions.length; i++) {
            long position = positions[i];
            Said row = chat.rows.get((int) position - 1);
            if (!row.pushable) {
                broken(4, chat, "the filtered row " + position + " is in push " + key);
            }
            if (position <= push.from || position > to) {
                broken(4, chat, "row " + position + " is in push " + key + ", which begins after " + push.from);
            }
            Push other = chat.toldBy.get((int) position - 1);
            if (other != null && other != push && other.epoch == epoch) {
                broken(4, chat, "row " + position + " is in the pushes up to " + other.to + " and " + to);
            }
            if (other == null || other.epoch <= epoch) { // one of an earlier absence may be on its way still
                chat.toldBy.set((int) position - 1, push);
            }
        }
        if (notification.unseen() < positions.length) {
            broken(4, chat, "fewer rows are unseen than told");
        }
        return chat;
    }

    /** Whether this is the attempt that is under way. */
    boolean isPending(ChatLog chat, String key, int attempt) {
        return Probe.phase(chat.state) == Probe.SENDING
                && Probe.attempt(chat.state) == attempt
                && key.equals(chat.id + "_" + Probe.epoch(chat.state) + "_" + Probe.pushTo(chat.state));
    }

    void answered(String key, Outcome outcome) {
        int second = key.lastIndexOf('_');
        int first = key.lastIndexOf('_', second - 1);
        ChatLog chat = byId.get(new ChatId(key.substring(0, first)));
        Push push = chat == null
                ? null
                : chat.push(
                        Long.parseLong(key.substring(first + 1, second)), Long.parseLong(key.substring(second + 1)));
        if (push != null) {
            push.accepted |= outcome instanceof Outcome.Accepted;
            boolean tooLarge = outcome instanceof Outcome.TooLarge;
            push.rejected |= outcome instanceof Outcome.Rejected || (tooLarge && push.tooLarge);
            push.tooLarge |= tooLarge;
        }
    }

    /** A commit is known to the node that asked for it, which now has to count what it gave up. */
    void known(String input, SessionState before, @Nullable SessionState after) {
        if (after == null || Probe.pushTo(before) == 0 || Probe.epoch(before) != Probe.epoch(after)) {
            return;
        }
        ChatLog chat = byId.get(before.id());
        Push push = chat == null ? null : chat.push(Probe.epoch(before), Probe.pushTo(before));
        if (push == null
                || Probe.pushed(before) >= push.to
                || Probe.pushed(after) < push.to
                || input.equals("left")
                || input.equals("moved")
                || input.equals("ended")) {
            return;
        }
        if (push.accepted) {
            givenUpMay++;
        } else {
            givenUpMust++;
        }
    }

    // What the desk is told

    void told(ChatId id, long absence) {
        ChatLog chat = byId.get(id);
        int[] counts = chat == null ? null : chat.notices.get(absence);
        if (chat == null || counts == null) {
            broken(5, "the agent was told of absence " + absence + " that there was not");
        } else if (++counts[1] > counts[0]) {
            broken(5, chat, "absence " + absence + " was told " + counts[1] + " times and begun " + counts[0]);
        }
    }

    // At rest

    /** Faults are over and time has passed: whatever is owed was done. */
    void checkAway(ChatLog chat) {
        int phase = Probe.phase(chat.state);
        if (phase == Probe.ONLINE) {
            return;
        }
        if (Probe.notice(chat.state) >= 0) {
            broken(5, chat, "absence " + Probe.notice(chat.state) + " was never told");
        }
        int[] counts = chat.notices.get(chat.absence);
        if (counts != null && counts[1] == 0 && chat.ended == null) {
            broken(5, chat, "absence " + chat.absence + " was not told");
        }
        if (chat.ended == Party.CLIENT) {
            return;
        }
        Device device = Probe.device(chat.state);
        if (phase == Probe.GRACE || phase == Probe.SENDING || (phase == Probe.RETRYING && device != null)) {
            broken(4, chat, "is still " + Probe.describe(chat.state));
        }
        if (device == null || chat.polled) {
            return;
        }
        for (long position = Math.max(chat.floor, chat.state.omitted()) + 1; position <= chat.rows.size(); position++) {
            if (chat.rows.get((int) position - 1).pushable && !isTold(chat, position)) {
                broken(4, chat, "row " + position + " is unseen and was never pushed: " + Probe.describe(chat.state));
            }
        }
    }

    private static boolean isTold(ChatLog chat, long position) {
        Push by = chat.toldBy.get((int) position - 1);
        if (by != null && by.epoch == Probe.epoch(chat.state)) {
            return true;
        }
        for (Push push : chat.pushes) {
            if (push.epoch == Probe.epoch(chat.state)
                    && push.from < position
                    && position <= push.to
                    && (push.givenUp || push.rejected || push.unreachable)) {
                return true;
            }
        }
        return false;
    }

    void checkCounts() {
        if (givenUpCounted < givenUpMust || givenUpCounted > givenUpMust + givenUpMay) {
            broken(4, givenUpMust + " pushes were given up, " + givenUpCounted + " counted");
        }
    }
}

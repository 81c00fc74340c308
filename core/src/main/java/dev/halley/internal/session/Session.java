package dev.halley.internal.session;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.internal.session.Phase.Alerted;
import dev.halley.internal.session.Phase.Grace;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Quiet;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.SessionState;
import dev.halley.spi.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A chat's session, with all of its rules. Each method takes an input and the time, and returns the next state and the
 * rows that are written. It does no I/O, and knows no clock and no threads.
 *
 * <p>A method changes facts; {@link Draft#follow} then picks the phase. Together they are a table, with a row for each
 * input and a column for each phase; every cell is a test of {@code SessionTableTest}.
 *
 * @param identity the part that never changes
 * @param device where to wake the customer; null for nowhere
 * @param deviceSince when the device was registered
 * @param attachBy until when a customer who has just opened the chat counts as online without a connection; null after
 *     that
 * @param recent the ids of the last events; the last of these is the event at {@code head}
 * @param epoch raised with every connection; an absence is known by it
 * @param lastConnection the current connection, or while away the last one
 * @param lastNode the node of {@code lastConnection}
 * @param head the position of the last row
 * @param lastPushable the position of the last pushable row, also while online; 0 after the customer has ended the chat
 * @param seen the highest position known to have arrived
 * @param pushed the highest position that a push of this absence has told of
 * @param omitted how many of the first rows were dropped
 * @param volume how many bytes the rows have
 * @param phase how far it has got in waking the customer
 * @param notice the absence that the agent is still to be told of; null for none
 * @param endedBy who ended the chat; null while it is open
 * @param expires when it is removed; null for never
 */
public record Session(
        Identity identity,
        @Nullable Device device,
        @Nullable Instant deviceSince,
        @Nullable Instant attachBy,
        List<String> recent,
        long epoch,
        @Nullable ConnectionId lastConnection,
        @Nullable NodeId lastNode,
        long head,
        long lastPushable,
        long seen,
        long pushed,
        long omitted,
        Volume volume,
        Phase phase,
        @Nullable Notice notice,
        @Nullable Party endedBy,
        @Nullable Instant expires)
        implements SessionState {

    /** How many events are remembered by their ids. */
    public static final int RECENT = 64;

    /**
     * An absence that the agent is still to be told of.
     *
     * @param absence its number
     * @param due when to tell it again
     */
    public record Notice(long absence, Instant due) {}

    // What happens to a session, in the order of the table

    /** A chat is opened, with the customer's own row. */
    public static Step opened(
            Identity identity, @Nullable Device device, ChatEvent joined, Policy policy, Instant now) {
        Session opened = new Session(
                identity,
                device,
                device == null ? null : now,
                identity.polled() ? null : now.plus(policy.attachWithin()),
                List.of(joined.id()),
                0,
                null,
                null,
                1,
                0,
                0,
                0,
                0,
                Volume.NONE.with(1, Volume.bytesOf(joined), policy.maxChatBytes()),
                new Online(),
                null,
                null,
                identity.polled() ? now.plus(policy.retention()) : null);
        return new Step(Optional.of(opened), List.of(new Row(1, false, now, joined)));
    }

    /** An event is said. */
    public Step said(ChatEvent event, boolean pushable, Policy policy, Instant now) {
        if (endedBy != null || recent.contains(event.id())) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.append(event, pushable);
        if (pushable && next.phase instanceof Alerted) {
            next.begin(List.of());
        } else if (pushable && next.phase instanceof Sending sending) {
            next.queueBehind(sending);
        }
        next.live();
        return next.follow();
    }

    /** A connection begins to serve the customer. */
    public Step joined(ConnectionId connection, NodeId node, OptionalLong position, Policy policy, Instant now) {
        if (connection.equals(lastConnection)) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.epoch++;
        next.lastConnection = connection;
        next.lastNode = node;
        next.attachBy = null;
        next.phase = new Online();
        next.notice = null;
        next.seen = possible(position).orElse(seen);
        next.live();
        return next.follow();
    }

    /** The customer's connection has received everything up to here. */
    public Step confirmed(ConnectionId connection, long position, Policy policy, Instant now) {
        return isCurrent(connection) ? raised(position, policy, now) : unchanged();
    }

    /** The customer has asked for what comes after this position. */
    public Step refreshed(long position, Policy policy, Instant now) {
        return phase instanceof Online ? raised(position, policy, now) : unchanged();
    }

    /**
     * The customer's connection is gone.
     *
     * @param position the position that the customer named; empty for none
     * @param confirmed the position that was confirmed last, which may not have been committed yet
     */
    public Step left(ConnectionId connection, OptionalLong position, long confirmed, Policy policy, Instant now) {
        if (!connection.equals(lastConnection)) {
            return unchanged();
        }
        OptionalLong named = possible(position);
        if (phase instanceof Online) {
            return away(named.orElse(Math.max(seen, Math.min(confirmed, head))), lastConnection, policy, now);
        }
        if (named.isEmpty()) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.seen = named.getAsLong();
        if (phase instanceof Quiet || phase instanceof Grace) {
            next.pushed = next.seen;
        } else if (phase instanceof Alerted) {
            next.pushed = Math.max(pushed, next.seen);
        } else if (phase instanceof Retrying retrying
                && next.seen >= retrying.push().to()) {
            next.done(retrying.push(), List.of());
        }
        return next.follow();
    }

    /**
     * The customer's connection serves another chat from now on. Later inputs of that connection are not about this
     * chat.
     *
     * @param confirmed the position that was confirmed last, which may not have been committed yet
     */
    public Step moved(ConnectionId connection, long confirmed, Policy policy, Instant now) {
        if (isCurrent(connection)) {
            return away(Math.max(seen, Math.min(confirmed, head)), null, policy, now);
        }
        return connection.equals(lastConnection) ? forgetting(policy, now) : unchanged();
    }

    private Step forgetting(Policy policy, Instant now) {
        Draft next = new Draft(this, policy, now);
        next.lastConnection = null;
        return next.follow();
    }

    /** The node that held the customer's connection is gone. */
    public Step orphaned(ConnectionId connection, Policy policy, Instant now) {
        return isCurrent(connection) ? away(seen, lastConnection, policy, now) : unchanged();
    }

    /** Time has passed: does all that is due, or nothing. */
    public Step woken(Policy policy, Instant now) {
        if (isDue(expires, now)) {
            return new Step(Optional.empty(), List.of());
        }
        if (isDue(attachBy, now)) {
            return away(seen, lastConnection, policy, now);
        }
        if (wakeAt().filter(at -> isDue(at, now)).isEmpty()) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        if (isDue(phase.due().orElse(null), now)) {
            if (phase instanceof Grace) {
                next.begin(List.of());
            } else if (phase instanceof Sending sending) {
                next.again(sending.push().failed(), sending.attempt());
            } else if (phase instanceof Retrying retrying) {
                next.again(retrying.push(), retrying.attempt());
            }
        }
        if (notice != null && isDue(notice.due(), now)) {
            next.notice = new Notice(notice.absence(), now.plus(policy.lease()));
        }
        return next.follow();
    }

    /** A push was accepted, or will never be. */
    public Step settled(String key, Policy policy, Instant now) {
        Push push = pushOf(phase);
        if (push == null || !key.equals(key(push.to()))) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.done(push, phase instanceof Sending sending ? sending.then() : List.of());
        return next.follow();
    }

    /**
     * A push could not be sent now.
     *
     * @param tried false if the push service was not asked, which uses up no attempt
     * @param backOff the time from now to the next attempt
     */
    public Step unavailable(String key, int attempt, boolean tried, Duration backOff, Policy policy, Instant now) {
        if (!(phase instanceof Sending sending) || !isThis(sending, key, attempt)) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.later(tried ? sending.push().failed() : sending.push(), attempt, backOff);
        return next.follow();
    }

    /** A push was too large: tries its newest row alone, or if that was too large, counts it as told. */
    public Step tooLarge(String key, int attempt, Policy policy, Instant now) {
        if (!(phase instanceof Sending sending) || !isThis(sending, key, attempt)) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        if (sending.push().newestAlone()) {
            next.done(sending.push(), List.of());
        } else {
            next.again(sending.push().withNewestAlone(), attempt);
        }
        return next.follow();
    }

    /**
     * A push service no longer knows the device.
     *
     * @param sentTo the device that was sent to; null if the session had none any more
     * @param since since when, if the service says so
     * @param backOff the time from now to the next attempt, if the same token was registered again since then
     */
    public Step unregistered(
            String key,
            int attempt,
            @Nullable Device sentTo,
            Optional<Instant> since,
            Duration backOff,
            Policy policy,
            Instant now) {
        boolean same = device != null && sentTo != null && isSameToken(device, sentTo);
        boolean renewed = same && since.isPresent() && deviceSince != null && deviceSince.isAfter(since.get());
        Draft next = new Draft(this, policy, now);
        if (same && !renewed) {
            next.device = null;
            next.deviceSince = null;
        }
        if (phase instanceof Sending sending && isThis(sending, key, attempt)) {
            if (renewed) {
                next.later(sending.push().failed(), attempt, backOff);
            } else {
                next.again(sending.push().failed(), attempt);
            }
        }
        return next.follow();
    }

    /** The customer has another device, or none. */
    public Step device(@Nullable Device newDevice, Policy policy, Instant now) {
        Draft next = new Draft(this, policy, now);
        next.device = newDevice;
        next.deviceSince = newDevice == null ? null : now;
        if (newDevice != null && phase instanceof Retrying retrying && retrying.at() == null) {
            next.again(retrying.push(), retrying.attempt());
        } else if (phase instanceof Alerted && lastPushable > pushed) {
            next.begin(List.of());
        }
        next.live();
        return next.follow();
    }

    /** The chat is ended. */
    public Step ended(ChatEvent last, Policy policy, Instant now) {
        if (endedBy != null || recent.contains(last.id())) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.append(last, false);
        next.endedBy = last.party();
        next.notice = null;
        next.expires = now.plus(policy.retention());
        if (last.party() == Party.CLIENT) {
            next.attachBy = null;
            next.lastPushable = 0;
            if (!(phase instanceof Online)) {
                next.phase = new Quiet();
            }
        }
        return next.follow();
    }

    /** The agent was told of an absence. */
    public Step told(long absence, Policy policy, Instant now) {
        if (notice == null || notice.absence() != absence) {
            return unchanged();
        }
        Draft next = new Draft(this, policy, now);
        next.notice = null;
        return next.follow();
    }

    // What the session tells

    @Override
    public ChatId id() {
        return identity.id();
    }

    @Override
    public UserId owner() {
        return identity.owner();
    }

    @Override
    public Optional<Instant> wakeAt() {
        Instant due = phase.due().orElse(null);
        return Optional.ofNullable(
                sooner(sooner(due, attachBy), sooner(notice == null ? null : notice.due(), expires)));
    }

    private static @Nullable Instant sooner(@Nullable Instant a, @Nullable Instant b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return b.isBefore(a) ? b : a;
    }

    @Override
    public Optional<NodeId> node() {
        return phase instanceof Online ? Optional.ofNullable(lastNode) : Optional.empty();
    }

    @Override
    public Optional<ConnectionId> connection() {
        return phase instanceof Online ? Optional.ofNullable(lastConnection) : Optional.empty();
    }

    /** Returns the key of a push that ends at this position. */
    public String key(long to) {
        return id() + "_" + epoch + "_" + to;
    }

    /** Returns the position of an event; empty if it is not among the last ones. */
    public OptionalLong positionOf(String eventId) {
        int index = recent.lastIndexOf(eventId);
        return index < 0 ? OptionalLong.empty() : OptionalLong.of(head - (recent.size() - 1 - index));
    }

    public ChatView view() {
        Presence presence =
                endedBy != null ? Presence.ENDED : phase instanceof Online ? Presence.ONLINE : Presence.AWAY;
        return new ChatView(
                identity.id(),
                identity.serviceId(),
                identity.serviceName(),
                identity.owner(),
                identity.nickname(),
                identity.startedAt(),
                presence,
                head,
                seen,
                pushed,
                omitted);
    }

    public boolean isThis(Sending sending, String key, int attempt) {
        return sending.attempt() == attempt && key.equals(key(sending.push().to()));
    }

    public static boolean isSameToken(Device a, Device b) {
        return a.type().equals(b.type()) && a.token().equals(b.token());
    }

    // What the rules above have in common

    private Step unchanged() {
        return new Step(Optional.of(this), List.of());
    }

    /** Begins an absence: notes what the client has seen, and that the agent is to be told. */
    private Step away(long position, @Nullable ConnectionId last, Policy policy, Instant now) {
        Draft next = new Draft(this, policy, now);
        next.lastConnection = last;
        next.attachBy = null;
        next.phase = new Quiet();
        next.seen = position;
        next.pushed = position;
        if (endedBy == null) {
            next.notice = new Notice(epoch, now.plus(policy.lease()));
        }
        next.live();
        return next.follow();
    }

    private Step raised(long position, Policy policy, Instant now) {
        Draft next = new Draft(this, policy, now);
        if (position <= head) {
            next.seen = Math.max(seen, position);
        }
        if (identity.polled()) {
            next.live();
        }
        return next.follow();
    }

    /** Returns a position that a client has named; empty if there is no such position. */
    public OptionalLong possible(OptionalLong position) {
        return position.isPresent() && position.getAsLong() >= 0 && position.getAsLong() <= head
                ? position
                : OptionalLong.empty();
    }

    private boolean isCurrent(ConnectionId connection) {
        return phase instanceof Online && connection.equals(lastConnection);
    }

    private static @Nullable Push pushOf(Phase phase) {
        if (phase instanceof Sending sending) {
            return sending.push();
        }
        return phase instanceof Retrying retrying ? retrying.push() : null;
    }

    private static boolean isDue(@Nullable Instant at, Instant now) {
        return at != null && !at.isAfter(now);
    }

    /** The next state while it is being written. */
    private static final class Draft {
        private final Session before;
        private final Policy policy;
        private final Instant now;
        private final List<Row> rows = new ArrayList<>(1);

        private @Nullable Device device;
        private @Nullable Instant deviceSince;
        private @Nullable Instant attachBy;
        private List<String> recent;
        private long epoch;
        private @Nullable ConnectionId lastConnection;
        private @Nullable NodeId lastNode;
        private long head;
        private long lastPushable;
        private long seen;
        private long pushed;
        private long omitted;
        private Volume volume;
        private Phase phase;
        private @Nullable Notice notice;
        private @Nullable Party endedBy;
        private @Nullable Instant expires;

        Draft(Session before, Policy policy, Instant now) {
            this.before = before;
            this.policy = policy;
            this.now = now;
            device = before.device;
            deviceSince = before.deviceSince;
            attachBy = before.attachBy;
            recent = before.recent;
            epoch = before.epoch;
            lastConnection = before.lastConnection;
            lastNode = before.lastNode;
            head = before.head;
            lastPushable = before.lastPushable;
            seen = before.seen;
            pushed = before.pushed;
            omitted = before.omitted;
            volume = before.volume;
            phase = before.phase;
            notice = before.notice;
            endedBy = before.endedBy;
            expires = before.expires;
        }

        void append(ChatEvent event, boolean pushable) {
            head++;
            rows.add(new Row(head, pushable, now, event));
            recent = RecentIds.append(recent, event.id(), RECENT);
            volume = volume.with(head, Volume.bytesOf(event), policy.maxChatBytes());
            omitted = Math.max(
                    omitted,
                    Math.max(head - policy.maxEvents(), volume.dropped().position()));
            if (pushable) {
                lastPushable = head;
            }
        }

        /** Has a row that comes during a push wait for a push of its own, which it gets if this one needs no retry. */
        void queueBehind(Sending sending) {
            if (sending.attempt() == 1 && sending.then().size() < Phase.MOST_STOPS) {
                List<Long> then = new ArrayList<>(sending.then());
                then.add(head);
                phase = new Sending(sending.push(), 1, sending.lease(), then);
            }
        }

        /** Begins a push that ends at the first of these stops, or without stops at the last pushable row. */
        void begin(List<Long> stops) {
            if (device == null) {
                phase = new Alerted();
                return;
            }
            long to = stops.isEmpty() ? lastPushable : stops.get(0);
            Push push = new Push(to, 0, now.plus(policy.pushTimeToLive()));
            phase = new Sending(
                    push, 1, now.plus(policy.lease()), stops.isEmpty() ? stops : stops.subList(1, stops.size()));
        }

        /** Counts a push as told, and begins the next if more came meanwhile. */
        void done(Push push, List<Long> then) {
            pushed = Math.max(Math.max(pushed, push.to()), seen);
            phase = new Alerted();
            if (lastPushable > pushed) {
                begin(then.stream().filter(stop -> stop > pushed).toList());
            }
        }

        /** Tries a push again now, with the same rows. All rows that came meanwhile go together in the next push. */
        void again(Push push, int attempt) {
            if (isUsedUp(push)) {
                done(push, List.of());
            } else if (device == null) {
                phase = new Retrying(push, attempt, null);
            } else {
                phase = new Sending(push, attempt + 1, now.plus(policy.lease()), List.of());
            }
        }

        /** Tries a push again after a while. */
        void later(Push push, int attempt, Duration backOff) {
            if (isUsedUp(push)) {
                done(push, List.of());
            } else {
                phase = new Retrying(push, attempt, now.plus(backOff));
            }
        }

        private boolean isUsedUp(Push push) {
            return push.failures() >= policy.pushAttempts() || !push.until().isAfter(now);
        }

        /** Keeps the chat for another retention, or for as long as its customer is connected. */
        void live() {
            if (endedBy == null) {
                boolean connected = phase instanceof Online && !before.identity.polled();
                expires = connected ? null : now.plus(policy.retention());
            }
        }

        /** Picks the phase that the facts ask for, and the expiry of an ended chat. */
        Step follow() {
            boolean beyond = lastPushable > pushed;
            if (phase instanceof Quiet && beyond) {
                if (policy.gracePeriod().isZero()) {
                    begin(List.of());
                } else {
                    phase = new Grace(now.plus(policy.gracePeriod()));
                }
            } else if (phase instanceof Grace && !beyond) {
                phase = new Quiet();
            }
            boolean hadSeenAll = before.endedBy != null && before.seen == before.head;
            boolean hasSeenAll = endedBy != null && seen == head;
            if (hasSeenAll && !hadSeenAll) {
                Instant lingers = now.plus(Policy.LINGER);
                expires = expires == null || lingers.isBefore(expires) ? lingers : expires;
            } else if (hadSeenAll && !hasSeenAll) {
                expires = now.plus(policy.retention());
            }
            Session next = new Session(
                    before.identity,
                    device,
                    deviceSince,
                    attachBy,
                    recent,
                    epoch,
                    lastConnection,
                    lastNode,
                    head,
                    lastPushable,
                    seen,
                    pushed,
                    omitted,
                    volume,
                    phase,
                    notice,
                    endedBy,
                    expires);
            // A session with another row is a different one, so the two need not be compared.
            return new Step(Optional.of(rows.isEmpty() && next.equals(before) ? before : next), rows);
        }
    }
}

package dev.halley.internal.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.internal.session.Phase.Alerted;
import dev.halley.internal.session.Phase.Grace;
import dev.halley.internal.session.Phase.Online;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Quiet;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.internal.session.Session.Notice;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session to which things happen: inputs change it, assertions look at the last step.
 *
 * <p>All sessions have the same story behind them: Row 1 is the customer's own. Row 2 is pushable and was seen. The
 * customer goes away, and the agent is told. Row 3 is pushable and starts the grace period; the push of absence 1 ends
 * at 3.
 */
public final class SessionFixture {

    public static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    public static final Duration GRACE = Duration.ofSeconds(90);
    public static final Duration ATTACH_WITHIN = Duration.ofSeconds(10);
    public static final Duration LEASE = Duration.ofSeconds(60);
    public static final Duration BACK_OFF = Duration.ofSeconds(7);
    public static final Duration TIME_TO_LIVE = Duration.ofHours(24);
    public static final Duration RETENTION = Duration.ofHours(72);
    public static final int ATTEMPTS = 5;
    public static final int MAX_EVENTS = 100;
    public static final long MAX_CHAT_BYTES = 16_000;

    public static final ConnectionId CONNECTION = new ConnectionId("first");
    public static final ConnectionId ANOTHER = new ConnectionId("another");
    public static final NodeId NODE = new NodeId("node");
    public static final Device DEVICE = Device.of("fcm", "token");
    public static final Device NEW_DEVICE = Device.of("fcm", "new-token");
    public static final @Nullable Device NO_DEVICE = null;

    private static final Policy POLICY =
            new Policy(GRACE, ATTACH_WITHIN, LEASE, TIME_TO_LIVE, ATTEMPTS, RETENTION, MAX_EVENTS, MAX_CHAT_BYTES);

    private Policy policy = POLICY;
    private Instant now = START;
    private Session before;
    private Session session;
    private Step step;

    private SessionFixture(boolean polled) {
        Identity identity = new Identity(
                new ChatId("chat"), new UserId("user"), "180-1", "request-chat", "Joe", START, polled, null);
        step = Session.opened(identity, DEVICE, ChatEvent.joined(Party.CLIENT, "Joe"), policy, now);
        session = (Session) step.next().orElseThrow();
        before = session;
    }

    // A chat in each of its phases

    /** Just opened, by a customer who is expected to connect. */
    static SessionFixture opened() {
        return new SessionFixture(false);
    }

    /** Just opened, by a customer who asks for news. */
    static SessionFixture polled() {
        return new SessionFixture(true);
    }

    static SessionFixture online() {
        return opened().joined(CONNECTION).said().confirmed(2).is(Online.class);
    }

    static SessionFixture quiet() {
        return online().left(2).told(1).is(Quiet.class);
    }

    static SessionFixture grace() {
        return quiet().said().is(Grace.class);
    }

    static SessionFixture sending() {
        return grace().wakeWhenDue().is(Sending.class);
    }

    static SessionFixture retrying() {
        return sending().unavailable().is(Retrying.class);
    }

    static SessionFixture alerted() {
        return sending().accepted().is(Alerted.class);
    }

    // Circumstances

    SessionFixture after(Duration time) {
        now = now.plus(time);
        return this;
    }

    SessionFixture with(Policy changed) {
        policy = changed;
        return this;
    }

    SessionFixture withoutGracePeriod() {
        return with(new Policy(
                Duration.ZERO, ATTACH_WITHIN, LEASE, TIME_TO_LIVE, ATTEMPTS, RETENTION, MAX_EVENTS, MAX_CHAT_BYTES));
    }

    SessionFixture withAttempts(int attempts) {
        return with(
                new Policy(GRACE, ATTACH_WITHIN, LEASE, TIME_TO_LIVE, attempts, RETENTION, MAX_EVENTS, MAX_CHAT_BYTES));
    }

    /** The agent was not told yet: this absence's notice was begun just now. */
    SessionFixture untold() {
        session = new Session(
                session.identity(),
                session.device(),
                session.deviceSince(),
                session.attachBy(),
                session.recent(),
                session.epoch(),
                session.lastConnection(),
                session.lastNode(),
                session.head(),
                session.lastPushable(),
                session.seen(),
                session.pushed(),
                session.omitted(),
                session.volume(),
                session.phase(),
                new Notice(session.epoch(), now.plus(LEASE)),
                session.endedBy(),
                session.expires());
        return this;
    }

    // Inputs

    /** The agent says something that wakes the customer. */
    SessionFixture said() {
        return said(ChatEvent.text(Party.AGENT, "Ann", "Hello"), true);
    }

    /** The agent types, which wakes nobody. */
    SessionFixture typed() {
        return said(ChatEvent.typing(Party.AGENT, "Ann", true), false);
    }

    SessionFixture said(ChatEvent event, boolean pushable) {
        return then(session.said(event, pushable, policy, now));
    }

    SessionFixture joined(ConnectionId connection) {
        return then(session.joined(connection, NODE, OptionalLong.empty(), policy, now));
    }

    SessionFixture joined(ConnectionId connection, long position) {
        return then(session.joined(connection, NODE, OptionalLong.of(position), policy, now));
    }

    SessionFixture confirmed(long position) {
        return confirmed(CONNECTION, position);
    }

    SessionFixture confirmed(ConnectionId connection, long position) {
        return then(session.confirmed(connection, position, policy, now));
    }

    SessionFixture refreshed(long position) {
        return then(session.refreshed(position, policy, now));
    }

    SessionFixture left(long position) {
        return left(CONNECTION, position);
    }

    SessionFixture left(ConnectionId connection, long position) {
        return then(session.left(connection, OptionalLong.of(position), 0, policy, now));
    }

    /** The connection is swept, or its client named nothing that can be read. */
    SessionFixture leftSilently() {
        return leftSilently(0);
    }

    SessionFixture leftSilently(long confirmed) {
        return then(session.left(CONNECTION, OptionalLong.empty(), confirmed, policy, now));
    }

    /** A connection is gone without a word. */
    SessionFixture leftBy(ConnectionId connection) {
        return then(session.left(connection, OptionalLong.empty(), 0, policy, now));
    }

    /** A connection serves another chat from now on. */
    SessionFixture moved(ConnectionId connection) {
        return then(session.moved(connection, 0, policy, now));
    }

    SessionFixture orphaned() {
        return orphaned(CONNECTION);
    }

    SessionFixture orphaned(ConnectionId connection) {
        return then(session.orphaned(connection, policy, now));
    }

    SessionFixture wake() {
        return then(session.woken(policy, now));
    }

    /** Time passes until the phase wants to be woken. */
    SessionFixture wakeWhenDue() {
        now = session.phase().due().orElseThrow();
        return wake();
    }

    SessionFixture wakeWhenExpired() {
        now = requireNonNull(session.expires());
        return wake();
    }

    /** The pending push was accepted or rejected. */
    SessionFixture accepted() {
        return settled(key());
    }

    SessionFixture settled(String key) {
        return then(session.settled(key, policy, now));
    }

    /** The pending attempt could not be made now. */
    SessionFixture unavailable() {
        return unavailable(key(), attempt());
    }

    SessionFixture unavailable(String key, int attempt) {
        return then(session.unavailable(key, attempt, true, BACK_OFF, policy, now));
    }

    /** The pending attempt was too large. */
    SessionFixture tooLarge() {
        return tooLarge(key(), attempt());
    }

    SessionFixture tooLarge(String key, int attempt) {
        return then(session.tooLarge(key, attempt, policy, now));
    }

    /** Nobody was asked: the circuit is open, or there was no room. */
    SessionFixture deferred() {
        return then(session.unavailable(key(), attempt(), false, BACK_OFF, policy, now));
    }

    /** The push service no longer knows the device that the pending attempt was sent to. */
    SessionFixture unregistered(@Nullable Device device) {
        return unregistered(device, Optional.empty());
    }

    SessionFixture unregistered(@Nullable Device device, Optional<Instant> since) {
        return then(session.unregistered(key(), attempt(), device, since, BACK_OFF, policy, now));
    }

    SessionFixture device(@Nullable Device device) {
        return then(session.device(device, policy, now));
    }

    SessionFixture endedByAgent() {
        return ended(Party.AGENT);
    }

    SessionFixture endedByCustomer() {
        return ended(Party.CLIENT);
    }

    SessionFixture told(long absence) {
        return then(session.told(absence, policy, now));
    }

    private SessionFixture ended(Party party) {
        return then(session.ended(ChatEvent.left(party, "Somebody"), policy, now));
    }

    private SessionFixture then(Step next) {
        before = session;
        step = next;
        session = (Session) next.next().orElse(session);
        return this;
    }

    // What has become of it

    Session session() {
        return session;
    }

    Phase phase() {
        return session.phase();
    }

    Sending sendingPhase() {
        return (Sending) session.phase();
    }

    /** Returns the time, this much from now. */
    Instant in(Duration duration) {
        return now.plus(duration);
    }

    /** Returns a push of this session that is begun now. */
    Sending sendingTo(long to, Long... then) {
        return new Sending(new Push(to, 0, in(TIME_TO_LIVE)), 1, in(LEASE), List.of(then));
    }

    /** Returns the key of the push that is pending, or was the last. */
    private String key() {
        return session.key(push().to());
    }

    /** Returns the pending push, or the one that all these stories have. */
    Push push() {
        if (session.phase() instanceof Sending sending) {
            return sending.push();
        }
        return session.phase() instanceof Retrying retrying ? retrying.push() : new Push(3, 0, in(TIME_TO_LIVE));
    }

    private int attempt() {
        if (session.phase() instanceof Sending sending) {
            return sending.attempt();
        }
        return session.phase() instanceof Retrying retrying ? retrying.attempt() : 1;
    }

    List<Row> appended() {
        return step.append();
    }

    SessionFixture is(Class<? extends Phase> phase) {
        assertThat(session.phase()).isInstanceOf(phase);
        return this;
    }

    SessionFixture is(Phase phase) {
        assertThat(session.phase()).isEqualTo(phase);
        return this;
    }

    SessionFixture hasSeen(long position) {
        assertThat(session.seen()).as("seen").isEqualTo(position);
        return this;
    }

    SessionFixture hasPushed(long position) {
        assertThat(session.pushed()).as("pushed").isEqualTo(position);
        return this;
    }

    SessionFixture hasHead(long position) {
        assertThat(session.head()).as("head").isEqualTo(position);
        return this;
    }

    SessionFixture hasEpoch(long epoch) {
        assertThat(session.epoch()).as("epoch").isEqualTo(epoch);
        return this;
    }

    SessionFixture hasDevice(@Nullable Device device) {
        assertThat(session.device()).isEqualTo(device);
        return this;
    }

    SessionFixture hasNoNotice() {
        assertThat(session.notice()).isNull();
        return this;
    }

    /** The agent is told of this absence, from now for one lease. */
    SessionFixture tellsOf(long absence) {
        assertThat(session.notice()).isEqualTo(new Notice(absence, in(LEASE)));
        return this;
    }

    SessionFixture expiresIn(Duration time) {
        assertThat(session.expires()).as("expires").isEqualTo(in(time));
        return this;
    }

    SessionFixture wakesIn(Duration time) {
        assertThat(session.wakeAt()).as("wakeAt").contains(in(time));
        return this;
    }

    /** The last input did nothing at all. */
    SessionFixture isUnchanged() {
        assertThat(step.next()).containsSame(before);
        assertThat(step.append()).isEmpty();
        return this;
    }

    SessionFixture isRemoved() {
        assertThat(step.next()).isEmpty();
        assertThat(step.append()).isEmpty();
        return this;
    }

    /** The last input wrote one row. */
    SessionFixture appendedOne(boolean pushable) {
        assertThat(step.append()).singleElement().satisfies(row -> {
            assertThat(row.position()).isEqualTo(before.head() + 1).isEqualTo(session.head());
            assertThat(row.pushable()).isEqualTo(pushable);
            assertThat(row.at()).isEqualTo(now);
        });
        return this;
    }

    /** What the last input did, it did without touching the phase. */
    SessionFixture keepsPhase() {
        assertThat(session.phase()).isEqualTo(before.phase());
        return this;
    }

    /** What the last input did, it did without touching positions, absence, notice and device. */
    SessionFixture keepsFacts() {
        assertThat(session.seen()).as("seen").isEqualTo(before.seen());
        assertThat(session.pushed()).as("pushed").isEqualTo(before.pushed());
        assertThat(session.epoch()).as("epoch").isEqualTo(before.epoch());
        assertThat(session.notice()).as("notice").isEqualTo(before.notice());
        assertThat(session.device()).as("device").isEqualTo(before.device());
        assertThat(session.lastConnection()).as("connection").isEqualTo(before.lastConnection());
        return this;
    }
}

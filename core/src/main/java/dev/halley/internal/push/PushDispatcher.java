package dev.halley.internal.push;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.internal.Nearest;
import dev.halley.internal.Sessions;
import dev.halley.internal.Sessions.Commit;
import dev.halley.internal.push.Circuits.Circuit;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Phase.Retrying;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.internal.session.Session;
import dev.halley.spi.Observer;
import dev.halley.spi.Page;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.spi.Scheduler;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends the pushes that were committed. It waits for room, checks that a push is still wanted, formats it, sends it,
 * and commits the outcome. It keeps nothing: a push that is lost here is begun again when its lease is over.
 *
 * <p>This class is thread-safe.
 */
public final class PushDispatcher {

    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(2);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);

    /** The longest wait that a service can ask for: one of years, by mistake, must not stop a type until a restart. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private static final IntervalFunction BACK_OFF =
            IntervalFunction.ofExponentialBackoff(FIRST_BACK_OFF, 2.0, LONGEST_BACK_OFF);

    /** How often overdue sends are looked for. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Stands for the type of a device that can't be pushed to. */
    private static final String NO_TYPE = "none";

    private static final String HIDDEN = "(token)";

    /** The length from which tokens are hidden: no push service has shorter ones, and "5" in a reason is no token. */
    private static final int SHORTEST_HIDDEN = 8;

    private final Sessions sessions;
    private final PushProviders providers;
    private final Options options;
    private final Settings settings;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Observer observer;
    private final Circuits circuits;
    private final PushLog log;
    private final ConcurrentHashMap<Long, InFlight> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong sends = new AtomicLong();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    public PushDispatcher(
            Sessions sessions,
            PushProviders providers,
            Options options,
            Settings settings,
            InstantSource clock,
            Scheduler scheduler,
            Observer observer) {
        this.sessions = sessions;
        this.providers = providers;
        this.options = options;
        this.settings = settings;
        this.clock = clock;
        this.scheduler = scheduler;
        this.observer = observer;
        this.log = new PushLog(options, clock);
        this.circuits = new Circuits(settings.pushesInFlight(), clock, scheduler, observer, log);
    }

    /** Follows all later commits. */
    public void start() {
        sessions.follow(this::follow);
    }

    /** Sends the push that a commit has begun: the node that commits an attempt sends it. Returns at once. */
    private void follow(Commit commit) {
        Session after = commit.after();
        if (after != null
                && after.phase() instanceof Sending sending
                && !isSameAttempt(commit.before(), after, sending)) {
            begin(after, sending);
        }
    }

    private static boolean isSameAttempt(Session before, Session after, Sending sending) {
        return before.phase() instanceof Sending earlier
                && before.isThis(earlier, after.key(sending.push().to()), sending.attempt());
    }

    private void begin(Session session, Sending sending) {
        Device device = session.device();
        Attempt attempt = new Attempt(session, sending);
        if (device == null) {
            attempt.noDevice();
            return;
        }
        Optional<PushProvider> provider = providers.provider(device.type());
        if (provider.isEmpty()) {
            observer.deviceUnreachable(device.type());
            log.unreachable();
            attempt.rejected("no provider");
            return;
        }
        Circuit circuit;
        try {
            circuit = circuits.of(provider.get(), device);
        } catch (RuntimeException e) {
            String reason = "circuit: " + nameOf(e);
            log.failed(provider.get(), device, "rejected", reason);
            attempt.rejected(reason);
            return;
        }
        circuit.enter(() -> attempt.admitted(circuit));
    }

    /** Begins no more sends and gives up those under way: their pushes are begun again when their leases are over. */
    public void close() {
        closed = true;
        inFlight.values().forEach(send -> send.answer.cancel(false));
    }

    /** One attempt at one push. */
    private final class Attempt {
        private final ChatId chat;
        private final String key;
        private final long pushed;
        private final long seen;
        private final Sending sending;
        private final String type;

        Attempt(Session session, Sending sending) {
            this.type = session.device() == null ? NO_TYPE : session.device().type();
            this.chat = session.id();
            this.key = session.key(sending.push().to());
            this.pushed = session.pushed();
            this.seen = session.seen();
            this.sending = sending;
        }

        /** Called when there is room: checks that the push is still wanted, and sends it. */
        void admitted(Circuit circuit) {
            if (closed) {
                circuit.leave();
                return;
            }
            // All that is unseen is read, because the badge counts it; the push carries only a part of it.
            long from = Math.min(pushed, seen);
            sessions.read(chat, from, (int)
                            Math.min(Integer.MAX_VALUE, sending.push().to() - from))
                    .whenComplete((page, failure) -> {
                        if (failure != null) {
                            circuit.leave();
                            observer.storeFailed("read", failure);
                        } else {
                            decide(circuit, page.filter(now -> isWanted(Sessions.session(now))));
                        }
                    });
        }

        private boolean isWanted(Session session) {
            return session.phase() instanceof Sending current && session.isThis(current, key, sending.attempt());
        }

        /** Sends the push if it is still wanted and can be sent now; else does something instead. */
        private void decide(Circuit circuit, Optional<Page> wanted) {
            Device device = wanted.map(page -> Sessions.session(page).device()).orElse(null);
            Optional<PushProvider> provider = Optional.ofNullable(device).flatMap(d -> providers.provider(d.type()));
            Runnable instead;
            if (wanted.isEmpty()) {
                instead = () -> observer.pushWithdrawn(type);
            } else if (device == null || provider.isEmpty()) {
                instead = this::noDevice;
            } else {
                List<Row> untold = untold(wanted.get());
                instead = untold.isEmpty() ? () -> rejected("rows dropped") : instead(circuit, device);
                if (instead == null) {
                    Notification notification = toNotification(wanted.get(), device, untold);
                    send(circuit, provider.get(), device, notification);
                    return;
                }
            }
            circuit.leave();
            instead.run();
        }

        /** Returns what to do instead of sending; null to send. Asks the breaker last: it gives a permission. */
        private @Nullable Runnable instead(Circuit circuit, Device device) {
            Instant now = clock.instant();
            if (!sending.push().until().isAfter(now)) {
                return () -> rejected("time to live is over");
            }
            if (now.plus(settings.sendTimeout()).isAfter(sending.lease())) {
                return () -> deferred(device, "no room in time", Duration.ZERO);
            }
            Duration pause = circuit.pause(now);
            if (!pause.isZero()) {
                return () -> deferred(device, "paused", pause);
            }
            if (!circuit.breaker.tryAcquirePermission()) {
                return () -> deferred(device, "circuit open", circuit.openDuration());
            }
            return null;
        }

        private List<Row> untold(Page page) {
            List<Row> untold = page.rows().stream()
                    .filter(row -> isToTell(row) && row.position() > pushed)
                    .toList();
            return sending.push().newestAlone() && untold.size() > 1
                    ? untold.subList(untold.size() - 1, untold.size())
                    : untold;
        }

        private long unseen(Page page) {
            return page.rows().stream()
                    .filter(row -> isToTell(row)
                            && row.position() > Sessions.session(page).seen())
                    .count();
        }

        private boolean isToTell(Row row) {
            return row.pushable() && row.position() <= sending.push().to();
        }

        private Notification toNotification(Page page, Device device, List<Row> rows) {
            String tag = Notification.NEW_AGENT_MESSAGE;
            Session session = Sessions.session(page);
            return new Notification(
                    key,
                    tag,
                    sessions.service(session).message(),
                    session.identity().serviceId(),
                    device.language(),
                    rows,
                    Math.max(unseen(page), rows.size()),
                    clock.instant(),
                    sending.push().until(),
                    options.forPush(device, tag));
        }

        private void send(Circuit circuit, PushProvider provider, Device device, Notification notification) {
            Instant begun = clock.instant();
            observer.pushSent(device.type(), sending.attempt());
            long number = sends.incrementAndGet();
            InFlight send = new InFlight(begun.plus(settings.sendTimeout()));
            inFlight.put(number, send);
            look();
            CompletionStage<Outcome> answered = send.answer;
            answered.whenComplete((outcome, failure) -> {
                inFlight.remove(number);
                circuit.leave();
                Duration took = Duration.between(begun, clock.instant());
                if (failure == null) {
                    settle(circuit, provider, device, outcome, took);
                } else if (closed) {
                    circuit.breaker.releasePermission();
                } else {
                    settle(circuit, provider, device, new Outcome.Unavailable(nameOf(failure)), took);
                }
            });
            Payload payload;
            try {
                payload = provider.format(notification, device);
            } catch (RuntimeException e) {
                send.answer.complete(new Outcome.Rejected(whyNot(e)));
                return;
            }
            try {
                provider.send(payload, device).whenComplete((outcome, failure) -> {
                    if (failure == null) {
                        send.answer.complete(outcome == null ? new Outcome.Unavailable("no outcome") : outcome);
                    } else {
                        send.answer.completeExceptionally(failure);
                    }
                });
            } catch (IllegalArgumentException e) {
                send.answer.complete(new Outcome.Rejected(whyNot(e)));
            } catch (RuntimeException e) {
                send.answer.completeExceptionally(e); // nobody knows what became of the push
            }
        }

        private void settle(Circuit circuit, PushProvider provider, Device device, Outcome said, Duration took) {
            Outcome outcome = withoutToken(said, device.token());
            observer.pushSettled(device.type(), outcome, took);
            if (outcome instanceof Outcome.Unavailable unavailable) {
                log.failed(provider, device, "unavailable", unavailable.reason());
                circuit.failed(took, unavailable.reason());
                Duration asked =
                        longer(Duration.ZERO, shorter(unavailable.retryAfter().orElse(Duration.ZERO), LONGEST_WAIT));
                if (unavailable.forAll()) {
                    circuit.pauseUntil(clock.instant().plus(longer(FIRST_BACK_OFF, asked)));
                }
                unavailable(chat, key, sending.attempt(), true, asked.plus(backOff()));
                return;
            }
            // A device that is gone and a push that is refused are not the service's fault.
            circuit.succeeded(took);
            if (outcome instanceof Outcome.Unregistered unregistered) {
                unregistered(chat, key, sending.attempt(), device, unregistered, backOff());
            } else if (outcome instanceof Outcome.TooLarge tooLarge) {
                log.failed(provider, device, "too large", tooLarge.reason());
                tooLarge(chat, key, sending.attempt(), tooLarge);
            } else {
                if (outcome instanceof Outcome.Rejected rejected) {
                    log.failed(provider, device, "rejected", rejected.reason());
                } else {
                    log.accepted(provider, device);
                }
                settled(chat, key, outcome);
            }
        }

        private void noDevice() {
            unregistered(chat, key, sending.attempt(), null, new Outcome.Unregistered("no device"), backOff());
        }

        private void deferred(Device device, String reason, Duration least) {
            observer.pushDeferred(device.type(), reason);
            unavailable(chat, key, sending.attempt(), false, least.plus(backOff()));
        }

        private void rejected(String reason) {
            settled(chat, key, new Outcome.Rejected(reason));
        }

        private Duration backOff() {
            int failures = sending.push().failures() + 1;
            // Up to 30 % more or less, derived from the push and not from chance: a history always runs the same way.
            int hundredths = 70 + Integer.remainderUnsigned((key + failures).hashCode() * 0x9E3779B9, 61);
            return Duration.ofMillis(BACK_OFF.apply(failures) * hundredths / 100);
        }
    }

    // Outcomes are committed. One may come late or twice: the session notices by the key and the attempt.

    /** Commits that a push was accepted or will never be. */
    public void settled(ChatId chat, String key, Outcome outcome) {
        sessions.update(chat, "settled", (session, policy, now) -> session.settled(key, policy, now))
                .thenAccept(commit -> {
                    if (outcome instanceof Outcome.Rejected rejected) {
                        countGivenUp(commit, rejected.reason());
                    }
                });
    }

    /** Commits that a push was too large. */
    public void tooLarge(ChatId chat, String key, int attempt, Outcome.TooLarge outcome) {
        sessions.update(chat, "tooLarge", (session, policy, now) -> session.tooLarge(key, attempt, policy, now))
                .thenAccept(commit -> countGivenUp(commit, outcome.reason()));
    }

    /**
     * Commits that a push could not be sent now.
     *
     * @param tried whether the push service was asked, which uses up an attempt
     */
    public void unavailable(ChatId chat, String key, int attempt, boolean tried, Duration backOff) {
        sessions.update(
                        chat,
                        "unavailable",
                        (session, policy, now) -> session.unavailable(key, attempt, tried, backOff, policy, now))
                .thenAccept(commit -> countGivenUp(commit, "attempts are over"));
    }

    /**
     * Commits that a push service no longer knows the device.
     *
     * @param device the device that was sent to; null if the session had none any more
     */
    public void unregistered(
            ChatId chat,
            String key,
            int attempt,
            @Nullable Device device,
            Outcome.Unregistered outcome,
            Duration backOff) {
        sessions.update(
                        chat,
                        "unregistered",
                        (session, policy, now) ->
                                session.unregistered(key, attempt, device, outcome.since(), backOff, policy, now))
                .thenAccept(commit -> {
                    if (device != null
                            && commit.filter(PushDispatcher::hasForgottenTheDevice)
                                    .isPresent()) {
                        observer.tokenForgotten(chat, device, outcome.reason());
                    }
                    countGivenUp(commit, outcome.reason());
                });
    }

    private static boolean hasForgottenTheDevice(Commit commit) {
        return commit.before().device() != null && commit.latest().device() == null;
    }

    /** Counts a push that a commit has given up: it was pending before and counts as told afterwards. */
    public void countGivenUp(Optional<Commit> commit, String reason) {
        commit.ifPresent(change -> {
            Session before = change.before();
            Push push = before.phase() instanceof Sending sending
                    ? sending.push()
                    : before.phase() instanceof Retrying retrying ? retrying.push() : null;
            if (push != null && before.pushed() < push.to() && change.latest().pushed() >= push.to()) {
                String type =
                        before.device() == null ? NO_TYPE : before.device().type();
                observer.pushGivenUp(providers.provider(type).isPresent() ? type : NO_TYPE, reason);
            }
        });
    }

    /** A push whose provider has not answered yet. */
    private static final class InFlight {
        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private final Instant until;

        InFlight(Instant until) {
            this.until = until;
        }
    }

    /** Schedules the next look for sends that a provider does not answer, unless one is scheduled already. */
    private void look() {
        if (looking.compareAndSet(false, true)) {
            scheduler.schedule(LOOK, this::endLate);
        }
    }

    private void endLate() {
        Instant now = clock.instant();
        inFlight.values().stream()
                .filter(send -> !send.until.isAfter(now))
                .forEach(send -> send.answer.complete(new Outcome.Unavailable("timeout")));
        looking.set(false);
        if (!inFlight.isEmpty() && !closed) {
            look();
        }
    }

    /** Returns the message of an IllegalArgumentException, with which providers refuse. Others may hold a token. */
    private static String whyNot(RuntimeException failure) {
        return failure instanceof IllegalArgumentException && failure.getMessage() != null
                ? Nearest.printable(failure.getMessage())
                : "format: " + nameOf(failure);
    }

    /** Hides the token in an outcome's reason, for services often repeat the token that they complain of. */
    private static Outcome withoutToken(Outcome outcome, String token) {
        if (token.length() < SHORTEST_HIDDEN) {
            return outcome;
        }
        if (outcome instanceof Outcome.Rejected rejected) {
            return new Outcome.Rejected(rejected.reason().replace(token, HIDDEN));
        }
        if (outcome instanceof Outcome.Unregistered unregistered) {
            return new Outcome.Unregistered(unregistered.reason().replace(token, HIDDEN), unregistered.since());
        }
        if (outcome instanceof Outcome.TooLarge tooLarge) {
            return new Outcome.TooLarge(tooLarge.reason().replace(token, HIDDEN));
        }
        if (outcome instanceof Outcome.Unavailable unavailable) {
            return new Outcome.Unavailable(
                    unavailable.reason().replace(token, HIDDEN), unavailable.retryAfter(), unavailable.forAll());
        }
        return outcome;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** Returns the name of an exception's class, for its message might hold a token. */
    private static String nameOf(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.getClass().getSimpleName();
    }
}

package dev.halley.internal.push;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.Row;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.internal.Nearest;
import dev.halley.internal.push.Circuits.Circuit;
import dev.halley.internal.session.Phase.Sending;
import dev.halley.internal.session.Session;
import dev.halley.spi.Observer;
import dev.halley.spi.Page;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.spi.Scheduler;
import dev.halley.spi.SessionStore;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was committed: waits for room, looks whether it is still wanted, formats, sends, and commits the outcome. Keeps
 * nothing: a push that is lost here is begun again when its lease is over.
 *
 * <p>This class is thread-safe.
 */
public final class PushDispatcher {

    private static final Logger LOGGER = LoggerFactory.getLogger(PushDispatcher.class);

    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(2);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);
    /** The longest wait that a service can ask for: a nonsense of years must not stop a whole type until a restart. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private static final IntervalFunction BACK_OFF =
            IntervalFunction.ofExponentialBackoff(FIRST_BACK_OFF, 2.0, LONGEST_BACK_OFF);

    /** How often sends that take too long are looked for. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** At most so many kinds of failure are remembered as logged. */
    private static final int MOST_LOGGED = 1_000;

    private static final String HIDDEN = "(token)";

    /** No push service has shorter tokens, and "5" in a reason is no token. */
    private static final int SHORTEST_HIDDEN = 8;

    /** What happens to a session next, committed by the engine. */
    public interface Settlement {
        /** A push was accepted or will never be. */
        void settled(ChatId chat, String key, Outcome outcome);

        /** A push could not be sent now. */
        void unavailable(ChatId chat, String key, int attempt, boolean tried, Duration backOff);

        /** A push service no longer knows the device; null if there was none any more. */
        void unregistered(
                ChatId chat,
                String key,
                int attempt,
                @Nullable Device device,
                Outcome.Unregistered outcome,
                Duration backOff);
    }

    private final SessionStore store;
    private final PushProviders providers;
    private final Options options;
    private final Settings settings;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Observer observer;
    private final Settlement settlement;
    private final Circuits circuits;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Long, InFlight> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong sends = new AtomicLong();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    public PushDispatcher(
            SessionStore store,
            PushProviders providers,
            Options options,
            Settings settings,
            InstantSource clock,
            Scheduler scheduler,
            Observer observer,
            Settlement settlement) {
        this.store = store;
        this.providers = providers;
        this.options = options;
        this.settings = settings;
        this.clock = clock;
        this.scheduler = scheduler;
        this.observer = observer;
        this.settlement = settlement;
        this.circuits = new Circuits(settings.pushesInFlight(), clock, scheduler, observer);
    }

    /** Sends the push that was just committed. Returns at once. */
    public void send(Session session, Sending sending) {
        Device device = session.device();
        Attempt attempt = new Attempt(session, sending);
        if (device == null) {
            attempt.noDevice();
            return;
        }
        Optional<PushProvider> provider = providers.provider(device.type());
        if (provider.isEmpty()) {
            observer.deviceUnreachable(device.type());
            warnOnce(device.type(), "no provider: pushEnabled does not name this type");
            settlement.settled(session.id(), attempt.key, new Outcome.Rejected("no provider"));
            return;
        }
        Circuit circuit;
        try {
            circuit = circuits.of(provider.get(), device);
        } catch (RuntimeException e) {
            String reason = "circuit: " + nameOf(e);
            warnOnce(device.type(), reason);
            settlement.settled(session.id(), attempt.key, new Outcome.Rejected(reason));
            return;
        }
        circuit.enter(() -> attempt.admitted(circuit));
    }

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
            this.type = session.device() == null ? "none" : session.device().type();
            this.chat = session.id();
            this.key = session.key(sending.push().to());
            this.pushed = session.pushed();
            this.seen = session.seen();
            this.sending = sending;
        }

        /** There is room: looks whether the push is still wanted. */
        void admitted(Circuit circuit) {
            if (closed) {
                circuit.leave();
                return;
            }
            // From what is unseen on, for the badge counts that; what the push carries is a part of it.
            long from = Math.min(pushed, seen);
            store.read(chat, from, (int)
                            Math.min(Integer.MAX_VALUE, sending.push().to() - from))
                    .whenComplete((page, failure) -> {
                        if (failure != null) {
                            circuit.leave();
                            observer.storeFailed("read", failure);
                        } else {
                            send(circuit, page);
                        }
                    });
        }

        private void send(Circuit circuit, Optional<Page> page) {
            Session session = page.map(p -> (Session) p.state()).orElse(null);
            if (session == null
                    || !(session.phase() instanceof Sending current)
                    || !session.isThis(current, key, sending.attempt())) {
                circuit.leave();
                observer.pushWithdrawn(type);
                return;
            }
            Device device = session.device();
            Optional<PushProvider> provider = Optional.ofNullable(device).flatMap(d -> providers.provider(d.type()));
            if (device == null || provider.isEmpty()) {
                circuit.leave();
                noDevice();
                return;
            }
            List<Row> untold = new ArrayList<>();
            long unseen = 0;
            for (Row row : page.get().rows()) {
                if (row.pushable() && row.position() <= sending.push().to()) {
                    unseen += row.position() > session.seen() ? 1 : 0;
                    if (row.position() > pushed) {
                        untold.add(row);
                    }
                }
            }
            if (untold.isEmpty()) {
                circuit.leave();
                settlement.settled(chat, key, new Outcome.Rejected("rows dropped"));
                return;
            }
            if (!sending.push().until().isAfter(clock.instant())) {
                circuit.leave();
                settlement.settled(chat, key, new Outcome.Rejected("time to live is over"));
                return;
            }
            if (clock.instant().plus(settings.sendTimeout()).isAfter(sending.lease())) {
                circuit.leave();
                deferred(device, "no room in time", Duration.ZERO);
                return;
            }
            Duration pause = circuit.pause(clock.instant());
            if (!pause.isZero()) {
                circuit.leave();
                deferred(device, "paused", pause);
                return;
            }
            if (!circuit.breaker.tryAcquirePermission()) {
                circuit.leave();
                deferred(device, "circuit open", circuit.openDuration());
                return;
            }
            send(
                    circuit,
                    provider.get(),
                    device,
                    toNotification(session, device, untold, Math.max(unseen, untold.size())));
        }

        private Notification toNotification(Session session, Device device, List<Row> rows, long unseen) {
            String tag = Notification.NEW_AGENT_MESSAGE;
            return new Notification(
                    key,
                    tag,
                    settings.service(session.identity().serviceName())
                            .orElse(ServiceSettings.DEFAULT)
                            .message(),
                    session.identity().serviceId(),
                    device.language(),
                    rows,
                    unseen,
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
                    settle(circuit, device, outcome, took);
                } else if (closed) {
                    circuit.breaker.releasePermission();
                } else {
                    settle(circuit, device, new Outcome.Unavailable(nameOf(failure)), took);
                }
            });
            try {
                Payload payload = provider.format(notification, device);
                provider.send(payload, device).whenComplete((outcome, failure) -> {
                    if (failure == null) {
                        send.answer.complete(outcome == null ? new Outcome.Unavailable("no outcome") : outcome);
                    } else {
                        send.answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                send.answer.complete(new Outcome.Rejected(whyNot(e)));
            }
        }

        private void settle(Circuit circuit, Device device, Outcome said, Duration took) {
            Outcome outcome = withoutToken(said, device.token());
            observer.pushSettled(device.type(), outcome, took);
            if (outcome instanceof Outcome.Unavailable unavailable) {
                circuit.failed(took, unavailable.reason());
                warnOnce(device.type(), unavailable.reason());
                Duration asked =
                        longer(Duration.ZERO, shorter(unavailable.retryAfter().orElse(Duration.ZERO), LONGEST_WAIT));
                if (unavailable.forAll()) {
                    circuit.pauseUntil(clock.instant().plus(longer(FIRST_BACK_OFF, asked)));
                }
                settlement.unavailable(chat, key, sending.attempt(), true, asked.plus(backOff()));
                return;
            }
            // A device that is gone, or a push that is refused, says nothing against the service.
            circuit.succeeded(took);
            if (outcome instanceof Outcome.Unregistered unregistered) {
                settlement.unregistered(chat, key, sending.attempt(), device, unregistered, backOff());
            } else {
                if (outcome instanceof Outcome.Rejected rejected) {
                    warnOnce(device.type(), rejected.reason());
                }
                settlement.settled(chat, key, outcome);
            }
        }

        private void noDevice() {
            settlement.unregistered(
                    chat, key, sending.attempt(), null, new Outcome.Unregistered("no device"), backOff());
        }

        private void deferred(Device device, String reason, Duration least) {
            observer.pushDeferred(device.type(), reason);
            settlement.unavailable(chat, key, sending.attempt(), false, least.plus(backOff()));
        }

        private Duration backOff() {
            int failures = sending.push().failures() + 1;
            // Up to 30 % more or less, by the push rather than by chance: the same history takes the same course again.
            int hundredths = 70 + Integer.remainderUnsigned((key + failures).hashCode() * 0x9E3779B9, 61);
            return Duration.ofMillis(BACK_OFF.apply(failures) * hundredths / 100);
        }
    }

    /** A push whose provider has not answered yet. */
    private static final class InFlight {
        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private final Instant until;

        InFlight(Instant until) {
            this.until = until;
        }
    }

    /** Gives up on providers that do not answer; goes on for as long as there is anything to look at. */
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

    private void warnOnce(String type, String reason) {
        if (logged.size() < MOST_LOGGED && logged.add(type + ": " + reason)) {
            LOGGER.warn("Push over {} failed: {} (repeats are logged at DEBUG)", type, reason);
        } else {
            LOGGER.debug("Push over {} failed: {}", type, reason);
        }
    }

    /** A provider says with an IllegalArgumentException why it can't send; anything else is a bug and might hold a token. */
    private static String whyNot(RuntimeException failure) {
        return failure instanceof IllegalArgumentException && failure.getMessage() != null
                ? Nearest.printable(failure.getMessage())
                : "format: " + nameOf(failure);
    }

    /** What a provider said; services like to repeat the token that they complain of. */
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

    /** The name of an exception's class: its message might hold a token. */
    private static String nameOf(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.getClass().getSimpleName();
    }
}

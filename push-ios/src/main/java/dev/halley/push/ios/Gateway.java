package dev.halley.push.ios;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientMetricsListener;
import com.eatthepath.pushy.apns.PushNotificationResponse;
import dev.halley.Outcome;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one server of APNs with one credential: one connection, and the pushes that wait for it.
 *
 * <p>Pushy keeps the pushes that it is given until it has a connection, however long that takes. Then it sends them,
 * even those that were given up meanwhile. So without a connection Pushy is given only one push, which makes it
 * connect; the others wait here, each until its time limit is over. If that one push is given up before there is a
 * connection, its line (one of Pushy's clients) is replaced.
 *
 * <p>With a connection, a bounded number of pushes is on the line. If nothing was answered for a whole time limit, the
 * line is replaced, and all pushes on it are given up. That frees pushes that were never answered, ends connections
 * that have died unnoticed, and lets the next attempt to connect begin at once, for which Pushy would wait up to a
 * minute.
 *
 * <p>All fields belong to the event loop. Pushy's connection uses the same one, so no lock is needed, and what Pushy
 * says of its connection is up to date.
 */
final class Gateway {

    /** APNs takes this many streams and more on a connection. */
    static final int MOST_ON_THE_LINE = 1_000;

    private static final int MOST_WAITING = 10_000;

    private static final String TIMEOUT = "timeout";
    private static final String NO_CONNECTION = "no connection";
    private static final String CLOSED = "closed";

    private static final Logger LOGGER = LoggerFactory.getLogger(Gateway.class);

    /** Clocks that differ less are no reason to refuse anything. */
    private static final Duration MOST_DIFFERENCE = Duration.ofMinutes(1);

    /** How long before its end a certificate is warned of. */
    private static final Duration AHEAD = Duration.ofDays(30);

    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final Duration timeLimit;
    private final InstantSource clock;
    private final Reread files;
    private final Deque<Sending> waiting = new ArrayDeque<>();
    private final Set<Line> draining = new LinkedHashSet<>();
    private final Set<String> warned = ConcurrentHashMap.newKeySet();
    private Account account;

    /** The account before, until APNs has taken the one that has replaced it. */
    private @Nullable Account previous;

    private Line line;
    private boolean refused;
    private boolean closed;

    /**
     * Makes a gateway, which does not connect yet.
     *
     * @param loops a group of one thread; the gateway does not close it
     */
    Gateway(Account account, SharedTokens tokens, EventLoopGroup loops, Duration timeLimit, InstantSource clock) {
        this.account = account;
        this.loops = loops;
        this.loop = loops.next();
        this.timeLimit = timeLimit;
        this.clock = clock;
        this.files = new Reread(account, tokens, clock, changed -> loop.execute(() -> use(changed)));
        this.line = new Line();
        warnOfExpiry(account);
    }

    CompletionStage<Outcome> send(Push push) {
        Sending sending = new Sending(push);
        execute(sending::begin, sending);
        if (files.look()) {
            execute(() -> warnOfExpiry(account), sending);
        }
        return sending.outcome;
    }

    /** Says once for each form that a device's token is none. */
    void warnOfForm(String form) {
        if (warned.add(form)) {
            LOGGER.warn(
                    "A device of the type ios was registered with {} as its token, which is forgotten. A token of APNs"
                            + " is hexadecimal, usually of 64 digits. (Further ones are counted as forgotten tokens.)",
                    form);
        }
    }

    private void warnOfMismatch(String reason, Push push) {
        if (warned.add(reason)) {
            LOGGER.warn(
                    "APNs at {} says {} for the topic {}, and the device's token, {}, is forgotten. If this happens to"
                            + " many devices: is the app built for the sandbox and this the server for production, or"
                            + " the other way round, and is this the app's topic? (Further ones are counted as"
                            + " forgotten tokens.)",
                    account.host(),
                    reason,
                    push.topic() == null ? "of the certificate" : push.topic(),
                    DeviceToken.form(push.token()));
        }
    }

    private void warnOfExpiry(Account of) {
        of.expires().ifPresent(end -> {
            if (clock.instant().plus(AHEAD).isAfter(end) && warned.add("expires " + end)) {
                LOGGER.warn("The certificate for APNs at {} expires at {}", of, end);
            }
        });
    }

    /** Says once in each outage that the credentials are refused. */
    private void refused(String reason, Wire wire) {
        String hint = wire.serverTime().map(this::clockHint).orElse("");
        if (!refused) {
            LOGGER.warn(
                    "APNs at {} refuses the credentials: {}. All pushes with them wait and are tried again until their"
                            + " time to live is over.{}",
                    account,
                    reason,
                    hint);
        } else {
            LOGGER.debug("APNs at {} refuses the credentials: {}.{}", account, reason, hint);
        }
        refused = true;
    }

    /** Names the clock if it differs so much that what it signs is refused. */
    private String clockHint(Instant there) {
        Duration ahead = Duration.between(there, clock.instant());
        Duration off = ahead.abs();
        if (off.compareTo(MOST_DIFFERENCE) <= 0) {
            return "";
        }
        String hours = off.toHours() == 0 ? "" : off.toHours() + " h ";
        return " This computer's clock is " + hours + off.toMinutesPart() + " min "
                + (ahead.isNegative() ? "behind" : "ahead of") + " Apple's.";
    }

    /** APNs has taken the credentials with which a line was opened. */
    private void taken(Line from) {
        if (from == line) {
            previous = null;
        }
        if (refused) {
            refused = false;
            LOGGER.info("APNs at {} takes the credentials again", account);
        }
    }

    /** Sends on with another account. What is on the line stays there until it is answered. */
    private void use(Account changed) {
        if (closed) {
            return;
        }
        previous = account;
        account = changed;
        LOGGER.info("The credentials for APNs at {} have changed, and are used from now on", account);
        warnOfExpiry(changed);
        Line old = line;
        line = new Line();
        draining.add(old);
        old.endIfIdle();
        var unused = loop.schedule(
                () -> old.giveUp().forEach(lost -> lost.settle(new Outcome.Unavailable(TIMEOUT))),
                timeLimit.toMillis(),
                TimeUnit.MILLISECONDS);
        pump();
    }

    /** Returns to the account before, if the one that has replaced it does not work. */
    private boolean isBackWithThePrevious(String reason) {
        Account before = previous;
        if (before == null) {
            return false;
        }
        LOGGER.warn(
                "APNs at {} refuses the credentials that have changed, so the old ones are used on: {}",
                account,
                reason);
        account = before;
        previous = null;
        return true;
    }

    void close() {
        try {
            loop.execute(() -> {
                closed = true;
                List.copyOf(waiting).forEach(sending -> sending.settle(new Outcome.Unavailable(CLOSED)));
                waiting.clear();
                line.giveUp().forEach(sending -> sending.settle(new Outcome.Unavailable(CLOSED)));
                for (Line old : List.copyOf(draining)) {
                    old.giveUp().forEach(sending -> sending.settle(new Outcome.Unavailable(CLOSED)));
                }
            });
        } catch (RejectedExecutionException e) {
            // It is closed already.
        }
    }

    private void execute(Runnable task, Sending sending) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            sending.settle(new Outcome.Unavailable(CLOSED));
        }
    }

    /** Gives Pushy waiting pushes for as long as the line has room. */
    private void pump() {
        while (!closed && line.hasRoom()) {
            // The push with the most time left opens the connection.
            Sending next = line.isConnected() ? waiting.pollFirst() : waiting.pollLast();
            if (next == null) {
                return;
            }
            line.send(next);
        }
    }

    /** Replaces the line. Returns the pushes that were on the old one. */
    private List<Sending> replaceLine() {
        List<Sending> lost = line.giveUp();
        line = new Line();
        return lost;
    }

    /** One of Pushy's clients, which tells when it connects. */
    private final class Line implements ApnsClientMetricsListener {

        private final Set<Sending> sent = new LinkedHashSet<>();
        private final Wire wire = account.wire();
        private final ApnsClient client = account.open(loops, wire, this);
        private int connections;
        private boolean refused;
        private long answers;

        /** Returns whether there is a connection. Pushy may notice a dead one only after it has made another. */
        boolean isConnected() {
            return connections > 0 && !refused;
        }

        boolean hasRoom() {
            return sent.size() < (isConnected() ? MOST_ON_THE_LINE : 1);
        }

        boolean isToSendOnceConnected(Sending sending) {
            return !isConnected() && sent.contains(sending);
        }

        void send(Sending sending) {
            sent.add(sending);
            var unused = client.sendNotification(sending.push)
                    .whenComplete((response, failure) -> execute(() -> answered(sending, response, failure), sending));
        }

        private void answered(
                Sending sending, @Nullable PushNotificationResponse<Push> response, @Nullable Throwable failure) {
            answers++;
            if (!sent.remove(sending)) {
                return; // The line was replaced.
            }
            if (response != null) {
                sending.answered(response, this);
            } else if (failure != null) {
                sending.failed(failure, this);
            }
            endIfIdle();
            pump();
        }

        /** Closes the client of an old line once everything on it is answered. */
        void endIfIdle() {
            if (draining.contains(this) && sent.isEmpty()) {
                giveUp();
            }
        }

        /** Closes the client. Returns the pushes that were on the line. */
        List<Sending> giveUp() {
            draining.remove(this);
            List<Sending> lost = new ArrayList<>(sent);
            sent.clear();
            var unused = client.close();
            return lost;
        }

        @Override
        public void handleConnectionAdded(ApnsClient ofThis) {
            connections++;
            refused = false;
            loop.execute(Gateway.this::pump);
        }

        @Override
        public void handleConnectionRemoved(ApnsClient ofThis) {
            connections--;
        }

        @Override
        public void handleConnectionCreationFailed(ApnsClient ofThis) {
            refused = true;
        }

        @Override
        public void handleWriteFailure(ApnsClient ofThis, long notificationId) {}

        @Override
        public void handleNotificationSent(ApnsClient ofThis, long notificationId) {}

        @Override
        public void handleNotificationAccepted(ApnsClient ofThis, long notificationId) {}

        @Override
        public void handleNotificationRejected(ApnsClient ofThis, long notificationId) {}
    }

    /** One push, from the call to its outcome. */
    private final class Sending {

        private final Push push;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private @Nullable ScheduledFuture<?> limit;
        private @Nullable Line lineThen;
        private long answersThen;
        private boolean again;

        Sending(Push push) {
            this.push = push;
        }

        void begin() {
            if (closed) {
                settle(new Outcome.Unavailable(CLOSED));
                return;
            }
            if (waiting.size() >= MOST_WAITING) {
                settle(new Outcome.Unavailable("too much to do"));
                return;
            }
            limit = loop.schedule(this::giveUp, timeLimit.toMillis(), TimeUnit.MILLISECONDS);
            lineThen = line;
            answersThen = line.answers;
            waiting.add(this);
            pump();
        }

        void answered(PushNotificationResponse<Push> response, Line from) {
            Optional<String> reason = response.getRejectionReason();
            if (response.isAccepted()) {
                settle(new Outcome.Accepted());
                taken(from);
                return;
            }
            Outcome outcome =
                    ApnsOutcomes.of(response.getStatusCode(), reason, response.getTokenInvalidationTimestamp());
            if (!ApnsOutcomes.isRefusal(response.getStatusCode(), reason)) {
                settle(outcome);
                if (response.getStatusCode() < 500) {
                    taken(from);
                }
                if (ApnsOutcomes.isMismatch(reason)) {
                    warnOfMismatch(reason.orElse(""), push);
                }
                return;
            }
            String word = outcome instanceof Outcome.Unavailable refusal ? refusal.reason() : "";
            if (from != line) {
                tryAgain(outcome);
            } else if (isBackWithThePrevious(word)) {
                tryAllAgain(outcome);
            } else {
                refused(word, from.wire);
                if (reason.equals(ApnsOutcomes.EXPIRED)) {
                    // APNs takes nothing more on this connection.
                    if (from.wire.hasAnotherToken()) {
                        tryAllAgain(outcome);
                    } else {
                        replaceLine().forEach(lost -> lost.settle(outcome));
                        settle(outcome);
                    }
                } else {
                    settle(outcome);
                }
            }
        }

        void failed(Throwable failure, Line from) {
            Outcome outcome = ApnsOutcomes.of(failure);
            if (from == line && ApnsOutcomes.isOfTls(outcome) && isBackWithThePrevious(ApnsOutcomes.TLS_FAILED)) {
                tryAllAgain(outcome);
            } else {
                settle(outcome);
            }
        }

        /** Tries this push, and all others on the line, once more on another line. */
        private void tryAllAgain(Outcome otherwise) {
            List<Sending> lost = replaceLine();
            for (int i = lost.size() - 1; i >= 0; i--) {
                lost.get(i).tryAgain(otherwise);
            }
            tryAgain(otherwise);
        }

        /** Tries once more, before all pushes that wait; only the one that opens the connection precedes it. */
        private void tryAgain(Outcome otherwise) {
            if (outcome.isDone()) {
                return;
            }
            if (again) {
                settle(otherwise);
                return;
            }
            again = true;
            waiting.addFirst(this);
        }

        private void giveUp() {
            waiting.remove(this);
            String reason = line.isConnected() ? TIMEOUT : NO_CONNECTION;
            settle(new Outcome.Unavailable(reason));
            boolean lineIsSilent = line == lineThen && line.answers == answersThen;
            if (lineIsSilent || line.isToSendOnceConnected(this)) {
                replaceLine().forEach(lost -> lost.settle(new Outcome.Unavailable(reason)));
            }
            pump();
        }

        /** The first outcome counts. */
        void settle(Outcome result) {
            if (limit != null) {
                limit.cancel(false);
            }
            outcome.complete(result);
        }
    }
}

package dev.halley.push.ios;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientMetricsListener;
import com.eatthepath.pushy.apns.PushNotificationResponse;
import dev.halley.Outcome;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

    private final Account account;
    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final Duration timeLimit;
    private final Deque<Sending> waiting = new ArrayDeque<>();
    private Line line;
    private boolean closed;

    /**
     * Makes a gateway, which does not connect yet.
     *
     * @param loops a group of one thread; the gateway does not close it
     */
    Gateway(Account account, EventLoopGroup loops, Duration timeLimit) {
        this.account = account;
        this.loops = loops;
        this.loop = loops.next();
        this.timeLimit = timeLimit;
        this.line = new Line();
    }

    CompletionStage<Outcome> send(Push push) {
        Sending sending = new Sending(push);
        execute(sending::begin, sending);
        return sending.outcome;
    }

    void close() {
        try {
            loop.execute(() -> {
                closed = true;
                List.copyOf(waiting).forEach(sending -> sending.settle(new Outcome.Unavailable(CLOSED)));
                waiting.clear();
                line.giveUp().forEach(sending -> sending.settle(new Outcome.Unavailable(CLOSED)));
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
        private final ApnsClient client = account.open(loops, this);
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
                sending.answered(response);
            } else if (failure != null) {
                sending.settle(ApnsOutcomes.of(failure));
            }
            pump();
        }

        /** Closes the client. Returns the pushes that were on the line. */
        List<Sending> giveUp() {
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

        void answered(PushNotificationResponse<Push> response) {
            if (response.isAccepted()) {
                settle(new Outcome.Accepted());
                return;
            }
            if (response.getRejectionReason().equals(ApnsOutcomes.EXPIRED)) {
                // APNs takes nothing more on this line, and Pushy makes only one provider token for each.
                List<Sending> lost = replaceLine();
                for (int i = lost.size() - 1; i >= 0; i--) {
                    lost.get(i).tryAgain();
                }
                tryAgain();
                return;
            }
            settle(ApnsOutcomes.of(
                    response.getStatusCode(), response.getRejectionReason(), response.getTokenInvalidationTimestamp()));
        }

        /** Tries once more, before all pushes that wait; only the one that opens the connection precedes it. */
        private void tryAgain() {
            if (outcome.isDone()) {
                return;
            }
            if (again) {
                settle(ApnsOutcomes.expiredProviderToken());
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

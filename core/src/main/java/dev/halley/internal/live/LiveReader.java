package dev.halley.internal.live;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Row;
import dev.halley.internal.Sessions;
import dev.halley.internal.session.Session;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ClientLink.Cause;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Page;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives one connection the new rows of one chat. It reads the transcript after {@code sent}, hands the rows over, and
 * reads on while it is asked to. Only one thread reads at a time; a nudge meanwhile makes it read once more.
 *
 * <p>This class is thread-safe.
 */
final class LiveReader {

    private static final Logger LOGGER = LoggerFactory.getLogger(LiveReader.class);

    /** How many rows are read at once. */
    private static final int PAGE = 256;

    /** The most bytes of rows that are handed over at once, so that no link has to keep a part back. */
    private static final int PORTION = 100 * 1024;

    /** The bytes of a row beside its nickname and text, roughly. */
    private static final int ROW = 100;

    /** A repetition that has not begun yet. Nothing is read until it is due. */
    private record Rewind(long after, boolean due, CompletableFuture<Void> begun) {}

    private static final CompletionStage<Boolean> NOTHING = CompletableFuture.completedFuture(false);

    private final Sessions sessions;
    private final Scheduler scheduler;
    private final ChatId chat;
    private final ClientLink link;
    private final AtomicLong confirmed;
    private final AtomicReference<@Nullable Rewind> rewind = new AtomicReference<>();

    /** How many nudges are not followed yet. The thread that raises it from 0 reads. */
    private final AtomicInteger nudges = new AtomicInteger();

    /** Completes when the link has taken the rows of another chat: it takes one call at a time. */
    private final CompletionStage<Void> before;

    /** Completed when the first or the repeated rows were handed over. Written only by the thread that reads. */
    private volatile CompletableFuture<Void> begun = new CompletableFuture<>();

    /** The position of the last row that was read. Written only by the thread that reads. */
    private volatile long sent;

    /** The highest position that was ever handed over; {@code sent} goes back if rows are repeated. */
    private volatile long handed;

    /** Whether the next rows do not continue the last ones. Written only by the thread that reads. */
    private volatile boolean begins = true;

    private volatile CompletionStage<Void> taken;

    private volatile boolean stopped;
    private volatile boolean over;

    LiveReader(
            Sessions sessions,
            Scheduler scheduler,
            ChatId chat,
            ClientLink link,
            long seen,
            CompletionStage<Void> before) {
        this.sessions = sessions;
        this.scheduler = scheduler;
        this.chat = chat;
        this.link = link;
        this.before = before;
        this.taken = before;
        this.sent = seen;
        this.handed = seen;
        this.confirmed = new AtomicLong(seen);
    }

    ChatId chat() {
        return chat;
    }

    /** Begins to read. Completes when the first rows were handed over, or there are none. */
    CompletionStage<Void> start() {
        nudge();
        return begun;
    }

    /** Asks for a look at the transcript. */
    void nudge() {
        if (nudges.getAndIncrement() == 0) {
            run();
        }
    }

    /** Notes a position that has arrived. Returns whether it is news: rows that were handed over and not yet noted. */
    boolean confirmed(long position) {
        return position <= handed && confirmed.getAndUpdate(before -> Math.max(before, position)) < position;
    }

    long confirmed() {
        return confirmed.get();
    }

    /** Goes back to a position. Completes when the rows after it were handed over, or there are none. */
    CompletionStage<Void> rewind(long after, Duration delay) {
        Rewind now = new Rewind(after, true, new CompletableFuture<>());
        if (delay.isZero()) {
            request(now);
            nudge();
            return now.begun();
        }
        Rewind later = new Rewind(after, false, now.begun());
        request(later);
        scheduler.schedule(delay, () -> {
            if (rewind.compareAndSet(later, now)) {
                nudge();
            }
        });
        return CompletableFuture.completedFuture(null);
    }

    private void request(Rewind next) {
        Rewind earlier = rewind.getAndSet(next);
        if (earlier != null) {
            earlier.begun().complete(null);
        }
        if (stopped) {
            next.begun().complete(null);
        }
    }

    /** Completes when the link has taken the rows that it was given last. */
    CompletionStage<Void> taken() {
        return taken;
    }

    /** Returns whether the chat was removed. Another one with its id may follow. */
    boolean isOver() {
        return over;
    }

    void stop() {
        stopped = true;
        begun.complete(null);
        Rewind asked = rewind.get();
        if (asked != null) {
            asked.begun().complete(null);
        }
    }

    private void run() {
        boolean goOn = true;
        while (goOn) {
            int claimed = nudges.get();
            CompletableFuture<Boolean> step = step();
            if (!step.isDone()) {
                CompletionStage<Boolean> pending = step;
                pending.whenComplete((more, failure) -> execute(() -> {
                    if (goesOn(claimed, step)) {
                        run();
                    }
                }));
                return;
            }
            goOn = goesOn(claimed, step);
        }
    }

    /** Runs a task. If the scheduler is too busy, the next nudge reads on. */
    private void execute(Runnable task) {
        try {
            scheduler.execute(task);
        } catch (RejectedExecutionException e) {
            nudges.set(0);
        }
    }

    /** Returns whether there is more to read. If not, another thread may read from now on. */
    private boolean goesOn(int claimed, CompletableFuture<Boolean> step) {
        boolean more;
        if (step.isCompletedExceptionally()) {
            LOGGER.debug("Live delivery failed; its connection is closed");
            end(Cause.FAILED);
            more = false;
        } else {
            more = step.join();
        }
        return (more && !stopped) || !nudges.compareAndSet(claimed, 0);
    }

    /** Reads a page and hands it over. Completes with whether there may be more. */
    private CompletableFuture<Boolean> step() {
        if (stopped) {
            return CompletableFuture.completedFuture(false);
        }
        Rewind next = rewind.get();
        if (next != null) {
            if (!next.due()) {
                return CompletableFuture.completedFuture(false);
            }
            if (rewind.compareAndSet(next, null)) {
                sent = Math.min(sent, next.after());
                begins = true;
                begun.complete(null);
                begun = next.begun();
            }
        }
        if (!before.toCompletableFuture().isDone()) {
            begun.complete(null);
            return before.<Boolean>handle((nothing, failure) -> true).toCompletableFuture();
        }
        return read().thenCompose(page -> page == null ? NOTHING : deliver(page))
                .toCompletableFuture();
    }

    /** Reads the next page; null if the store fails. The connection stays, and the next look reads again. */
    private CompletionStage<@Nullable Optional<Page>> read() {
        return sessions.read(chat, sent, PAGE).<@Nullable Optional<Page>>handle((page, failure) -> {
            if (failure != null) {
                LOGGER.debug("A chat could not be read for its connection; tried again later");
                begun.complete(null);
                return null;
            }
            return page;
        });
    }

    private CompletionStage<Boolean> deliver(Optional<Page> page) {
        if (stopped) {
            // Since the page was asked for, the connection has left, or serves another chat.
            begun.complete(null);
            return CompletableFuture.completedFuture(false);
        }
        if (page.isEmpty()) {
            over = true;
            stop();
            return CompletableFuture.completedFuture(false);
        }
        Session session = Sessions.session(page.get());
        Optional<ConnectionId> serving = session.connection();
        if (serving.filter(link.id()::equals).isEmpty()) {
            end(serving.isPresent() ? Cause.TAKEN_OVER : Cause.LEFT);
            return CompletableFuture.completedFuture(false);
        }
        if (rewind.get() != null) {
            return CompletableFuture.completedFuture(true); // the rows that are repeated come before these
        }
        if (begins) {
            begins = false;
            link.begin();
        }
        if (page.get().rows().isEmpty()) {
            begun.complete(null);
            return CompletableFuture.completedFuture(false);
        }
        List<Row> rows = portion(page.get().rows());
        sent = rows.get(rows.size() - 1).position();
        handed = Math.max(handed, sent); // in advance, for a client can confirm before this thread goes on
        CompletionStage<Void> delivered = link.deliver(session.view(), rows);
        taken = delivered;
        begun.complete(null);
        return delivered.thenApply(done -> true);
    }

    private static List<Row> portion(List<Row> rows) {
        if (rows.size() == 1) {
            return rows; // the usual case, in which nothing needs measuring
        }
        int bytes = 0;
        for (int i = 0; i < rows.size(); i++) {
            ChatEvent event = rows.get(i).event();
            bytes += ROW + PayloadFitter.escapedLength(event.nickname()) + PayloadFitter.escapedLength(event.text());
            if (i > 0 && bytes > PORTION) {
                return rows.subList(0, i);
            }
        }
        return rows;
    }

    private void end(Cause cause) {
        stop();
        close(link, cause);
    }

    static void close(ClientLink link, Cause cause) {
        try {
            link.close(cause);
        } catch (RuntimeException e) {
            LOGGER.warn("A connection could not be closed: {}", e.getClass().getSimpleName());
        }
    }
}

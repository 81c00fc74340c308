package dev.halley.push.ios;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of an account again, so that whoever replaces one need not restart. It looks when there is a push, at
 * most once a minute, and in a thread that may block.
 *
 * <p>This class is thread-safe.
 */
final class Reread {

    /** How long a look is good for. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(Reread.class);

    private final Account.Description description;
    private final SharedTokens tokens;
    private final InstantSource clock;
    private final Consumer<Account> changed;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Account last;
    private volatile Instant next;
    private volatile String problem = "";

    /** @param changed is given the account anew whenever its files have changed and can be used */
    Reread(Account first, SharedTokens tokens, InstantSource clock, Consumer<Account> changed) {
        this.description = first.description();
        this.tokens = tokens;
        this.clock = clock;
        this.changed = changed;
        this.last = first;
        this.next = clock.instant().plus(PAUSE);
    }

    /** Begins to look, if it is time, and returns at once whether it was. */
    boolean look() {
        Instant now = clock.instant();
        if (now.isBefore(next) || !looking.compareAndSet(false, true)) {
            return false;
        }
        next = now.plus(PAUSE);
        var unused = CompletableFuture.runAsync(this::read).whenComplete((done, failure) -> looking.set(false));
        return true;
    }

    private void read() {
        try {
            Account read = Account.read(description, tokens, clock);
            problem = "";
            if (!read.hasFilesOf(last)) {
                last = read;
                changed.accept(read);
            }
        } catch (Account.BadFileException e) {
            if (!problem.equals(e.getMessage())) {
                problem = String.valueOf(e.getMessage());
                LOGGER.warn(
                        "The credentials for APNs at {} have changed and can't be used, so the old ones are used on:"
                                + " {}",
                        description,
                        problem);
            }
        }
    }
}

package dev.halley.push.fcm;

import com.google.auth.oauth2.GoogleCredentials;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a key file again, so that whoever replaces it need not restart. It looks when there is a push, at most once a
 * minute, and in a thread that may block.
 *
 * <p>This class is thread-safe.
 */
final class Reread {

    /** How long a look is good for. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(Reread.class);

    private final String file;
    private final InstantSource clock;
    private final Executor executor;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile String last;
    private volatile Instant next;
    private volatile String problem = "";

    /**
     * @param content what the file had when it was read
     * @param executor may block
     */
    Reread(String file, String content, InstantSource clock, Executor executor) {
        this.file = file;
        this.last = content;
        this.clock = clock;
        this.executor = executor;
        this.next = clock.instant().plus(PAUSE);
    }

    /**
     * Begins to look, if it is time. Returns at once.
     *
     * @param changed is given the credentials of a file that has changed and can be used
     */
    void look(Consumer<GoogleCredentials> changed) {
        Instant now = clock.instant();
        if (now.isBefore(next) || !looking.compareAndSet(false, true)) {
            return;
        }
        next = now.plus(PAUSE);
        try {
            executor.execute(() -> {
                try {
                    read(changed);
                } finally {
                    looking.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            looking.set(false); // closed
        }
    }

    /** Has the file looked at again even if it does not change: what was found could not be tried. */
    void forget() {
        last = "";
    }

    private void read(Consumer<GoogleCredentials> changed) {
        try {
            String content = ServiceAccountFile.read(file);
            if (content.equals(last)) {
                return;
            }
            GoogleCredentials credentials = ServiceAccountFile.parse(content);
            last = content;
            problem = "";
            changed.accept(credentials);
        } catch (ServiceAccountFile.UnusableException e) {
            if (!problem.equals(e.problem())) {
                problem = e.problem();
                LOGGER.warn(
                        "{} has changed and can't be used, so the old credentials are used on: {}",
                        FcmProviderFactory.CREDENTIALS,
                        problem);
            }
        }
    }
}

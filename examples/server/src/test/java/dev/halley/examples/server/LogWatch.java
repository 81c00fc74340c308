package dev.halley.examples.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Notes what the log says from now on that nobody outside may bring it to say: warnings, and traces of any level. */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

    LogWatch() {
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    /** Returns what was noted. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    @Override
    protected void append(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (isOfJettysBuffer(thrown)) {
            return;
        }
        if (thrown != null || event.getLevel().isGreaterOrEqual(Level.WARN)) {
            String trace = thrown == null
                    ? ""
                    : " with " + thrown.getClassName() + " "
                            + Arrays.asList(thrown.getStackTraceElementProxyArray()).stream()
                                    .limit(10)
                                    .toList();
            complaints.add(event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage() + trace);
        }
    }

    /**
     * Jetty's core is newer than the newest of its parts for WebSocket that can be had. Together they give the buffer
     * of a connection that just ends back twice, now and then, which does no harm but to the log.
     */
    private static boolean isOfJettysBuffer(@Nullable IThrowableProxy thrown) {
        return thrown != null
                && thrown.getClassName().equals(IllegalStateException.class.getName())
                && Arrays.stream(thrown.getStackTraceElementProxyArray())
                        .anyMatch(frame -> frame.toString().contains("HttpConnection.releaseRequestBuffer"));
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}

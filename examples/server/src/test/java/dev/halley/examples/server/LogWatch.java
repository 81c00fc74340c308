package dev.halley.examples.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
        if (event.getThrowableProxy() != null || event.getLevel().isGreaterOrEqual(Level.WARN)) {
            IThrowableProxy thrown = event.getThrowableProxy();
            String trace = thrown == null
                    ? ""
                    : " with " + thrown.getClassName() + " "
                            + Arrays.asList(thrown.getStackTraceElementProxyArray()).stream()
                                    .limit(10)
                                    .toList();
            complaints.add(event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage() + trace);
        }
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}

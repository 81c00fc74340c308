package dev.halley.canaries;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;

/** Notes every line of the log. */
public final class LogCapture extends AppenderBase<ILoggingEvent> {

    /** Made by Logback. */
    public LogCapture() {}

    @Override
    protected void append(ILoggingEvent event) {
        if (Watch.isOfATest(event.getLoggerName())) {
            return;
        }
        String where = "log " + event.getLevel() + " " + event.getLoggerName();
        Canaries.said(where, event.getFormattedMessage());
        for (@Nullable IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            Canaries.said(where, String.valueOf(cause.getMessage()));
        }
    }
}

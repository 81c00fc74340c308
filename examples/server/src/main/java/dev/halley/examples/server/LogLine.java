package dev.halley.examples.server;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;

/** What the log says, printable in a terminal. Public, because Logback makes what {@code logback.xml} names. */
public final class LogLine {

    private LogLine() {}

    /** The message, in one line. */
    public static final class Message extends ClassicConverter {

        /** Called by Logback. */
        public Message() {}

        @Override
        public String convert(ILoggingEvent event) {
            return Printable.escaped(event.getFormattedMessage());
        }
    }

    /** The exception and its causes, each with its message in one line and the place where it was made. */
    public static final class Failure extends ThrowableHandlingConverter {

        private static final int MOST = 10;

        /** Called by Logback. */
        public Failure() {}

        @Override
        public String convert(ILoggingEvent event) {
            StringBuilder lines = new StringBuilder();
            IThrowableProxy failure = event.getThrowableProxy();
            for (int i = 0; failure != null && i < MOST; i++) {
                lines.append(i == 0 ? "" : "Caused by: ")
                        .append(Printable.escaped(failure.getClassName() + ": " + failure.getMessage()))
                        .append(System.lineSeparator());
                if (failure.getStackTraceElementProxyArray().length > 0) {
                    lines.append('\t')
                            .append(Printable.escaped(failure.getStackTraceElementProxyArray()[0].toString()))
                            .append(System.lineSeparator());
                }
                failure = failure.getCause();
            }
            return lines.toString();
        }
    }
}

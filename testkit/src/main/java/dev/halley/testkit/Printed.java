package dev.halley.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Records what is printed and logged until it is closed, and passes it on. */
final class Printed implements AutoCloseable {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord log) {
            bytes.writeBytes(new SimpleFormatter().format(log).getBytes(UTF_8));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    Printed() {
        System.setOut(both(out));
        System.setErr(both(err));
        Logger.getLogger("").addHandler(handler);
    }

    private PrintStream both(PrintStream first) {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        first.write(b);
                        bytes.write(b);
                    }

                    @Override
                    public void write(byte[] b, int from, int length) {
                        first.write(b, from, length);
                        bytes.write(b, from, length);
                    }

                    @Override
                    public void flush() {
                        first.flush();
                    }
                },
                true,
                UTF_8);
    }

    @Override
    public String toString() {
        return bytes.toString(UTF_8);
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(handler);
        System.setOut(out);
        System.setErr(err);
    }
}

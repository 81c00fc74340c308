package dev.halley.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Stands before a server that answers at once, and delays its answers. */
final class SlowAnswers {

    private record Answer(long atNanos, ByteBuffer bytes) {}

    private final ServerSocket listening;
    private final int port;
    private final long delayNanos;

    private SlowAnswers(int port, long delayMillis) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = port;
        this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
    }

    /** Returns the port to connect to instead of the server's. */
    static int before(int port, long delayMillis) throws IOException {
        SlowAnswers answers = new SlowAnswers(port, delayMillis);
        start(answers::accept);
        return answers.listening.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
            start(() -> pass(client.getInputStream(), server.getOutputStream()));
            start(() -> note(server.getInputStream(), answers));
            start(() -> answer(answers, client.getOutputStream()));
        }
    }

    private static void pass(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    private void note(InputStream in, BlockingQueue<Answer> answers) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
            answers.add(new Answer(System.nanoTime() + delayNanos, ByteBuffer.wrap(Arrays.copyOf(buffer, read))));
        }
    }

    private static void answer(BlockingQueue<Answer> answers, OutputStream out)
            throws IOException, InterruptedException {
        while (true) {
            Answer next = answers.take();
            Pace.waitUntil(next.atNanos());
            out.write(next.bytes().array());
        }
    }

    /** The work of one thread. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException e) {
                        // One of the two has closed, or the process ends.
                    }
                },
                "slow-answers");
        thread.setDaemon(true);
        thread.start();
    }
}

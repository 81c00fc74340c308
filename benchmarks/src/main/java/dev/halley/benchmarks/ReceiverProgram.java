package dev.halley.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Receives pushes over HTTP and answers 200, at once or after a while. It has one thread, so that it costs little. */
final class ReceiverProgram {

    private static final byte[] OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = {};

    private record Owed(long atNanos, SocketChannel channel) {}

    private final long delayNanos;
    private final Selector selector = Selector.open();
    private final byte[] buffer = new byte[1 << 20];
    private final Deque<Owed> owed = new ArrayDeque<>();
    private final Marked marked = new Marked();

    private ReceiverProgram(long delayMillis) throws IOException {
        delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
    }

    public static void main(String[] args) throws Exception {
        ReceiverProgram receiver = new ReceiverProgram(Long.parseLong(args[0]));
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.configureBlocking(false);
        server.register(receiver.selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(receiver::run, "receiver");
        thread.setDaemon(true);
        thread.start();
        System.out.println(Commands.ANSWER + "port=" + server.socket().getLocalPort());
        Commands.serve(words -> receiver.heard());
    }

    /** Returns what has come since the last time. */
    private Map<String, Number> heard() {
        synchronized (marked) {
            Map<String, Number> heard =
                    Map.of("heard", marked.count(), "p50", marked.micros(500), "p99", marked.micros(990));
            marked.clear();
            return heard;
        }
    }

    private void run() {
        try {
            while (true) {
                if (owed.isEmpty()) {
                    selector.select();
                } else {
                    selector.select(1);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.channel() instanceof ServerSocketChannel server) {
                        SocketChannel channel = server.accept();
                        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                        channel.configureBlocking(false);
                        channel.register(selector, SelectionKey.OP_READ, NOTHING);
                    } else {
                        read(key);
                    }
                }
                selector.selectedKeys().clear();
                long now = System.nanoTime();
                while (!owed.isEmpty() && owed.element().atNanos() <= now) {
                    write(owed.remove().channel());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The receiver does not go on", e);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        byte[] rest = (byte[]) key.attachment();
        ByteBuffer in = ByteBuffer.wrap(buffer).put(rest);
        if (channel.read(in) < 0) {
            channel.close();
            return;
        }
        int end = in.position();
        int at = 0;
        for (int next = request(channel, at, end); next > at; next = request(channel, at, end)) {
            at = next;
        }
        key.attach(at == end ? NOTHING : Arrays.copyOfRange(buffer, at, end));
    }

    /** Reads a request. Returns where the next begins, or the same place if it has not arrived completely. */
    private int request(SocketChannel channel, int at, int end) throws IOException {
        int body = at;
        while (body < end && !(body - at > 3 && buffer[body - 1] == '\n' && buffer[body - 3] == '\n')) {
            body++;
        }
        if (body == at || !(buffer[body - 1] == '\n' && buffer[body - 3] == '\n')) {
            return at;
        }
        String head = new String(buffer, at, body - at, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        int length = head.indexOf("content-length: ") + 16;
        int to = body + Integer.parseInt(head.substring(length, head.indexOf('\r', length)));
        if (to > end) {
            return at;
        }
        long now = System.nanoTime();
        synchronized (marked) {
            for (int i = body; i < to; i++) {
                i += marked.look(buffer, i, to, now);
            }
        }
        if (delayNanos == 0) {
            write(channel);
        } else {
            owed.add(new Owed(now + delayNanos, channel));
        }
        return to;
    }

    private static void write(SocketChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.wrap(OK);
        while (answer.hasRemaining()) {
            channel.write(answer);
        }
    }
}

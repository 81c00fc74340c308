package dev.halley.benchmarks;

import dev.halley.fixtures.CometdServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A CometD client that does as little as it can: it looks for marks in what comes, and connects again after each
 * answer. Only its selector's thread uses it.
 */
final class Customer {

    private static final byte[] NOTHING = {};

    /** A mask that changes nothing. */
    private static final byte[] MASK = new byte[4];

    private final int number;
    private final boolean websocket;
    private final Marked marked;
    private final SocketChannel channel;

    /** What has arrived of something incomplete. */
    private byte[] rest = NOTHING;

    private boolean upgraded;
    private String cookie = "";
    private String clientId = "";

    /** When it asked for a session. */
    long shookAt;

    /** What was said to it. */
    int heard;

    /** After this many texts it does not connect again. */
    int enough = Integer.MAX_VALUE;

    /** How many connects were answered. */
    int connects;

    boolean gone;

    Customer(Selector selector, int port, int number, boolean websocket, Marked marked) throws IOException {
        this.number = number;
        this.websocket = websocket;
        this.marked = marked;
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
        if (websocket) {
            write(("GET " + CometdServer.PATH + " HTTP/1.1\r\nHost: localhost\r\ngms_user: " + user()
                            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        } else {
            handshake();
        }
    }

    private String user() {
        return Crowd.user(number).value();
    }

    private void handshake() throws IOException {
        shookAt = System.nanoTime();
        send("[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"" + transport()
                + "\"],\"id\":\"1\"}]");
    }

    private void connect() throws IOException {
        send("[{\"channel\":\"/meta/connect\",\"connectionType\":\"" + transport() + "\",\"clientId\":\"" + clientId
                + "\",\"id\":\"3\"}]");
    }

    /** Goes into the background, having seen nothing but the first event. */
    void disconnect() throws IOException {
        send("[{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + clientId
                + "\",\"ext\":{\"transcriptPosition\":\"1\"},\"id\":\"4\"}]");
    }

    void close() throws IOException {
        channel.close();
    }

    private String transport() {
        return websocket ? "websocket" : "long-polling";
    }

    private void send(String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        if (!websocket) {
            byte[] head = ("POST " + CometdServer.PATH + " HTTP/1.1\r\nHost: localhost\r\ngms_user: " + user()
                            + "\r\nContent-Type: application/json;charset=UTF-8\r\n"
                            + (cookie.isEmpty() ? "" : "Cookie: " + cookie + "\r\n")
                            + "Content-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            write(join(head, body));
            return;
        }
        byte[] head = body.length < 126
                ? new byte[] {(byte) 0x81, (byte) (0x80 | body.length)}
                : new byte[] {(byte) 0x81, (byte) (0x80 | 126), (byte) (body.length >> 8), (byte) body.length};
        write(join(join(head, MASK), body));
    }

    private void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Reads what has arrived, through an array that all share. */
    void read(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        buffer.put(rest);
        int read = channel.read(buffer);
        if (read < 0) {
            if (gone) {
                channel.close();
                return;
            }
            throw new IOException("The server has hung up on customer " + number);
        }
        int end = buffer.position();
        int at = 0;
        for (int next = understand(bytes, at, end); next > at; next = understand(bytes, at, end)) {
            at = next;
        }
        rest = at == end ? NOTHING : Arrays.copyOfRange(bytes, at, end);
    }

    /** Reads a frame or answer. Returns where the next begins, or the same place if it has not arrived completely. */
    private int understand(byte[] bytes, int at, int end) throws IOException {
        if (at == end) {
            return at;
        }
        return upgraded ? frame(bytes, at, end) : answer(bytes, at, end);
    }

    private int frame(byte[] bytes, int at, int end) throws IOException {
        if (end - at < 2) {
            return at;
        }
        int opcode = bytes[at] & 0x0F;
        int length = bytes[at + 1] & 0x7F;
        int body = at + 2;
        if (length >= 126) {
            int more = length == 126 ? 2 : 8;
            if (end < body + more) {
                return at;
            }
            length = 0;
            for (int i = 0; i < more; i++) {
                length = length << 8 | (bytes[body + i] & 0xFF);
            }
            body += more;
        }
        if (end < body + length) {
            return at;
        }
        if (opcode == 8 && !gone) {
            throw new IOException("The server has closed the WebSocket of customer " + number);
        }
        messages(bytes, body, body + length);
        return body + length;
    }

    private int answer(byte[] bytes, int at, int end) throws IOException {
        int body = after(bytes, at, end, "\r\n\r\n");
        if (body < 0) {
            return at;
        }
        String head = new String(bytes, at, body - at, StandardCharsets.US_ASCII);
        if (head.startsWith("HTTP/1.1 101")) {
            upgraded = true;
            handshake();
            return body;
        }
        if (!head.startsWith("HTTP/1.1 200")) {
            throw new IOException("Customer " + number + " was answered " + head);
        }
        if (cookie.isEmpty()) {
            String set = value(head, "Set-Cookie: ");
            cookie = set == null ? "" : set.substring(0, set.indexOf(';'));
        }
        String length = value(head, "Content-Length: ");
        if (length != null) {
            int to = body + Integer.parseInt(length);
            if (to > end) {
                return at;
            }
            messages(bytes, body, to);
            return to;
        }
        return chunks(bytes, at, body, end);
    }

    /** Reads an answer in chunks, once all of them have arrived. */
    private int chunks(byte[] bytes, int at, int body, int end) throws IOException {
        byte[] whole = NOTHING;
        int chunk = body;
        while (true) {
            int from = after(bytes, chunk, end, "\r\n");
            if (from < 0) {
                return at;
            }
            int size = Integer.parseInt(new String(bytes, chunk, from - chunk - 2, StandardCharsets.US_ASCII), 16);
            if (from + size + 2 > end) {
                return at;
            }
            if (size == 0) {
                messages(whole, 0, whole.length);
                return from + 2;
            }
            whole = join(whole, Arrays.copyOfRange(bytes, from, from + size));
            chunk = from + size + 2;
        }
    }

    private static @Nullable String value(String head, String name) {
        int at = head.indexOf(name);
        return at < 0 ? null : head.substring(at + name.length(), head.indexOf("\r\n", at));
    }

    private static int after(byte[] bytes, int from, int end, String sought) {
        int length = sought.length();
        for (int i = from; i + length <= end; i++) {
            int j = 0;
            while (j < length && bytes[i + j] == sought.charAt(j)) {
                j++;
            }
            if (j == length) {
                return i + length;
            }
        }
        return -1;
    }

    private void messages(byte[] bytes, int from, int end) throws IOException {
        long now = System.nanoTime();
        boolean connected = false;
        for (int i = from; i < end; i++) {
            if (bytes[i] == '@') {
                int skip = marked.look(bytes, i, end, now);
                if (skip > 0) {
                    heard++;
                    i += skip;
                }
            } else if (bytes[i] == '/' && i + 6 < end && bytes[i + 1] == 'm' && bytes[i + 5] == '/') {
                switch (bytes[i + 6]) {
                    case 'h' -> shaken(new String(bytes, from, end - from, StandardCharsets.UTF_8));
                    case 'c' -> connected = true;
                    case 'd' -> gone = true;
                    default -> {}
                }
            }
        }
        if (connected) {
            connects++;
            if (heard < enough) {
                connect();
            }
        }
    }

    private void shaken(String reply) throws IOException {
        int at = reply.indexOf("\"clientId\":\"");
        if (at < 0 || !reply.contains("\"successful\":true")) {
            throw new IOException("Customer " + number + " was refused: " + reply);
        }
        clientId = reply.substring(at + 12, reply.indexOf('"', at + 12));
        connect();
    }
}

package dev.halley.standins;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Passes TLS connections on to a server of this machine, and hangs up on clients that do not say by ALPN which
 * protocols they speak, as some gateways do. It reads the client's first message and changes nothing.
 *
 * <p>This class is thread-safe.
 */
public final class AlpnRelay implements AutoCloseable {

    private static final int HANDSHAKE = 22;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int ALPN = 16;

    private final int server;
    private final List<List<String>> offered = new CopyOnWriteArrayList<>();
    private final Listener listener;

    /**
     * Starts a relay on a port of its own.
     *
     * @param server the port of the server
     * @throws IOException if it does not start
     */
    public AlpnRelay(int server) throws IOException {
        this.server = server;
        listener = new Listener("alpn-relay", this::relay);
    }

    /** {@return the port that it listens on, of {@code 127.0.0.1}} */
    public int port() {
        return listener.port();
    }

    /** {@return the protocols that each client has offered, in order; an empty list for a client without ALPN} */
    public List<List<String>> offered() {
        return List.copyOf(offered);
    }

    private void relay(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] head = in.readNBytes(5);
        if (head.length < 5 || head[0] != HANDSHAKE) {
            return;
        }
        byte[] hello = in.readNBytes(ByteBuffer.wrap(head, 3, 2).getShort() & 0xffff);
        List<String> protocols = protocols(ByteBuffer.wrap(hello));
        offered.add(protocols);
        if (protocols.isEmpty()) {
            return;
        }
        try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server)) {
            OutputStream out = upstream.getOutputStream();
            out.write(head);
            out.write(hello);
            listener.pass(client, upstream);
        }
    }

    /** Returns what a ClientHello says in its extension for ALPN. */
    private static List<String> protocols(ByteBuffer hello) {
        List<String> protocols = new ArrayList<>();
        try {
            hello.position(4 + VERSION_AND_RANDOM); // with its type and length
            skip(hello, hello.get() & 0xff); // session
            skip(hello, hello.getShort() & 0xffff); // ciphers
            skip(hello, hello.get() & 0xff); // compression
            hello.getShort(); // length of all extensions
            while (hello.hasRemaining()) {
                int type = hello.getShort();
                int length = hello.getShort() & 0xffff;
                if (type == ALPN) {
                    int end = hello.position() + length;
                    hello.getShort();
                    while (hello.position() < end) {
                        byte[] name = new byte[hello.get() & 0xff];
                        hello.get(name);
                        protocols.add(new String(name, US_ASCII));
                    }
                } else {
                    skip(hello, length);
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return List.of();
        }
        return protocols;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    @Override
    public void close() {
        listener.close();
    }
}

package dev.halley.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port that a test listens on, and the connections to it, each served by a daemon thread. */
final class Sockets implements AutoCloseable {

    /** The beginning of the names of its threads. */
    static final String THREADS = "halley-testkit-";

    /** Serves a connection, which is closed afterwards. */
    interface Talk {
        void on(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Talk talk;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Thread doorkeeper;

    Sockets(InetAddress address, Talk talk) {
        this.talk = talk;
        try {
            server = new ServerSocket(0, 200, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        doorkeeper = start(this::accept);
    }

    static Thread start(Runnable task) {
        Thread thread = new Thread(task, THREADS + "socket");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                var unused = start(() -> serve(socket));
            } catch (IOException e) {
                // The port is closed, or the connection is already gone.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            talk.on(socket);
        } catch (IOException | RuntimeException e) {
            // The other side has hung up, as tests make it do.
        } finally {
            open.remove(socket);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Returns how many connections are open, as far as this side knows. */
    int connections() {
        return open.size();
    }

    void resetAll() {
        open.forEach(Sockets::reset);
    }

    /** Hangs up so that the other side sees an error instead of an end. */
    static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is already gone.
        }
    }

    static void writeWithoutEnd(OutputStream out) throws IOException {
        byte[] more = new byte[8_192];
        Arrays.fill(more, (byte) 'x');
        while (true) {
            out.write(more);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            // The kernel goes on accepting connections until this thread has returned from it.
            doorkeeper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        resetAll();
    }
}

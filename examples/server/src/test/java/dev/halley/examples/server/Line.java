package dev.halley.examples.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A line to a server or a proxy that can be slow, and fails once; who connects after that is served again. */
final class Line implements AutoCloseable {

    enum Fault {
        /** Half of what the server says next arrives, and every connection is reset. */
        CUT,
        /** Nothing travels on the connections there are, and nobody is told. */
        FREEZE,
        /** The server hears no more from the connections there are, and is still heard. */
        SERVER_DEAF,
        /** The server hears, and is heard no more on the connections there are. */
        SERVER_MUTE,
        /** What the server says next is swallowed, and every connection is closed. */
        ANSWER_LOST,
        /** The server's next answer is lost in a reset, and the request is sent again over another connection. */
        SENT_AGAIN
    }

    private static final int BUFFER = 64 * 1024;

    private final int target;
    private final Duration delay;
    private final ServerSocket door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Fault> plan = new AtomicReference<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    Line(URI server) throws IOException {
        this(server, Duration.ZERO);
        open();
    }

    /**
     * A slow one, on which nothing travels before it is opened.
     *
     * @param delay how long everything takes, each way
     */
    Line(URI server, Duration delay) throws IOException {
        this.target = server.getPort();
        this.delay = delay;
        start("doorkeeper", this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort() + "/");
    }

    void open() {
        open.countDown();
    }

    /** Fails now; where it takes a word of the server to fail, at the next one. */
    void fail(Fault fault) {
        switch (fault) {
            case FREEZE -> silence(true, true);
            case SERVER_DEAF -> silence(true, false);
            case SERVER_MUTE -> silence(false, true);
            case CUT, ANSWER_LOST, SENT_AGAIN -> plan.set(fault);
        }
    }

    /** Resets the connections of those who have connected; the server's end stays open and hears nothing of it. */
    void resetClients() {
        connections.forEach(connection -> reset(connection.client));
    }

    /** Returns how often something did not arrive. */
    int lost() {
        return lost.get();
    }

    /** Whether somebody has asked the server for something and has no answer yet. */
    boolean isAsked() {
        return connections.stream().anyMatch(Connection::isAsked);
    }

    /** Returns how many have connected. */
    int connections() {
        return connections.size();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        open();
        door.close();
        connections.forEach(Connection::close);
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(door.accept(), connectToServer());
                connections.add(connection);
                start("to server", connection::passToServer);
                start("to client", connection::passToClient);
            }
        } catch (IOException e) {
            // The door is closed.
        }
    }

    private Socket connectToServer() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), target);
    }

    private void silence(boolean toServer, boolean toClient) {
        connections.forEach(connection -> {
            connection.deadToServer |= toServer;
            connection.deadToClient |= toClient;
        });
    }

    private void travel() throws IOException {
        try {
            open.await();
            if (!delay.isZero() && closed.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("closed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "line " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed is closed.
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    /** A client's connection and its continuation to the server. */
    private final class Connection {

        private final Socket client;
        private volatile Socket server;
        private volatile boolean deadToServer;
        private volatile boolean deadToClient;

        /** What was asked and not answered yet. */
        private final ByteArrayOutputStream request = new ByteArrayOutputStream();

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        boolean isAsked() {
            synchronized (request) {
                return request.size() > 0;
            }
        }

        void passToServer() {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = client.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    synchronized (request) {
                        request.write(buffer, 0, read);
                    }
                    travel();
                    if (deadToServer) {
                        lost.incrementAndGet();
                    } else {
                        server.getOutputStream().write(buffer, 0, read);
                    }
                }
            } catch (IOException e) {
                // One end is gone, and so goes the other.
            }
            end(client);
        }

        void passToClient() {
            byte[] buffer = new byte[BUFFER];
            try {
                for (int read = read(buffer); read >= 0; read = read(buffer)) {
                    travel();
                    Fault fault = plan.getAndSet(null);
                    if (fault != null) {
                        strike(fault, buffer, read);
                    } else if (deadToClient) {
                        lost.incrementAndGet();
                    } else {
                        synchronized (request) {
                            request.reset();
                        }
                        client.getOutputStream().write(buffer, 0, read);
                    }
                }
            } catch (IOException e) {
                // One end is gone, and so goes the other.
            }
            end(server);
        }

        /** From the server, or the one that has taken its place since. */
        private int read(byte[] buffer) throws IOException {
            return server.getInputStream().read(buffer);
        }

        private void strike(Fault fault, byte[] said, int length) throws IOException {
            lost.incrementAndGet();
            switch (fault) {
                case CUT -> {
                    client.getOutputStream().write(said, 0, length / 2);
                    client.getOutputStream().flush();
                    connections.forEach(Connection::reset);
                }
                case ANSWER_LOST -> connections.forEach(Connection::close);
                case SENT_AGAIN -> {
                    Line.reset(server);
                    Socket again = connectToServer();
                    server = again;
                    synchronized (request) {
                        request.writeTo(again.getOutputStream());
                    }
                }
                case FREEZE, SERVER_DEAF, SERVER_MUTE -> throw new IllegalStateException();
            }
        }

        private void end(Socket from) {
            if (deadToServer || deadToClient) {
                Line.close(from); // The other end is not told.
            } else {
                close();
            }
        }

        void reset() {
            Line.reset(client);
            Line.reset(server);
        }

        void close() {
            Line.close(client);
            Line.close(server);
        }
    }
}

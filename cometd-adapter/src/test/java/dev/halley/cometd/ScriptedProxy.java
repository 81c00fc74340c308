package dev.halley.cometd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on a free port whose connections fail once, just when something travels. Whoever connects after that is
 * served again, like a phone after a tunnel.
 */
final class ScriptedProxy implements AutoCloseable {

    enum Fault {
        /** Half of what travels arrives, and every connection is reset. */
        CUT,
        /** Nothing travels on the connections there are, and nobody is told. */
        FREEZE,
        /** What travels arrives when its sender has long given it up. */
        DELAY,
        /** The server hears no more from the connections there are, and is still heard. */
        SERVER_DEAF,
        /** The server hears, and is heard no more on the connections there are. */
        SERVER_MUTE,
        /** What the server writes next is swallowed, and every connection is closed. */
        ANSWER_LOST
    }

    enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private record Plan(Fault fault, Direction direction) {}

    private static final int BUFFER = 64 * 1024;
    private static final long DELAY_MILLIS = 1_500;

    private final int target;
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Plan> plan = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean struck;

    ScriptedProxy(int target) throws IOException {
        this.target = target;
        start("doorkeeper", this::accept);
    }

    /** Returns the address of a server's resource by way of this proxy. */
    URI uri(URI direct) {
        return URI.create(direct.getScheme() + "://" + direct.getHost() + ":" + door.getLocalPort() + direct.getPath());
    }

    /** Fails when something travels next. */
    void failAt(Direction direction, Fault fault) {
        plan.set(new Plan(fault, direction));
    }

    /** Fails while nothing travels; where it takes something to fail, the server's next word. */
    void failNow(Fault fault) {
        switch (fault) {
            case CUT -> reset();
            case FREEZE -> silence(true, true);
            case SERVER_DEAF -> silence(true, false);
            case SERVER_MUTE -> silence(false, true);
            case DELAY, ANSWER_LOST -> {
                failAt(Direction.TO_CLIENT, fault);
                return;
            }
        }
        struck = true;
    }

    boolean hasStruck() {
        return struck;
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        door.close();
        connections.forEach(Connection::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), target));
                connections.add(connection);
                start("to server", () -> connection.pass(Direction.TO_SERVER));
                start("to client", () -> connection.pass(Direction.TO_CLIENT));
            }
        } catch (IOException e) {
            // The door is closed.
        }
    }

    private void reset() {
        connections.forEach(Connection::reset);
    }

    private void silence(boolean toServer, boolean toClient) {
        connections.forEach(connection -> {
            connection.deadToServer |= toServer;
            connection.deadToClient |= toClient;
        });
    }

    private @Nullable Fault faultAt(Direction direction) {
        Plan now = plan.get();
        return now != null && now.direction() == direction && plan.compareAndSet(now, null) ? now.fault() : null;
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A client's connection and its continuation to the server. */
    private final class Connection {

        private final Socket client;
        private final Socket server;
        private volatile boolean deadToServer;
        private volatile boolean deadToClient;
        private volatile boolean losesAnswer;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pass(Direction direction) {
            boolean toServer = direction == Direction.TO_SERVER;
            Socket from = toServer ? client : server;
            Socket to = toServer ? server : client;
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (!isUpgrade(buffer, read)) {
                        read = strike(direction, faultAt(direction), to, buffer, read);
                    }
                    if (!(toServer ? deadToServer : deadToClient)) {
                        to.getOutputStream().write(buffer, 0, read);
                    }
                }
            } catch (IOException | InterruptedException e) {
                // One end is gone, and so goes the other.
            }
            if (deadToServer || deadToClient) {
                close(from); // The other end is not told.
            } else {
                close();
            }
        }

        /** Returns how much of what was read still goes on. */
        private int strike(Direction direction, @Nullable Fault fault, Socket to, byte[] buffer, int read)
                throws IOException, InterruptedException {
            if (direction == Direction.TO_CLIENT && losesAnswer) {
                connections.forEach(Connection::close);
                return 0;
            }
            if (fault == null) {
                return read;
            }
            struck = true;
            int passes = read;
            switch (fault) {
                case CUT -> {
                    OutputStream out = to.getOutputStream();
                    out.write(buffer, 0, read / 2);
                    out.flush();
                    ScriptedProxy.this.reset();
                    passes = 0;
                }
                case FREEZE -> silence(true, true);
                case SERVER_DEAF -> silence(true, false);
                case SERVER_MUTE -> silence(false, true);
                case DELAY -> closed.await(DELAY_MILLIS, TimeUnit.MILLISECONDS);
                case ANSWER_LOST -> {
                    if (direction == Direction.TO_SERVER) {
                        losesAnswer = true;
                    } else {
                        connections.forEach(Connection::close);
                        passes = 0;
                    }
                }
            }
            return passes;
        }

        void reset() {
            for (Socket socket : List.of(client, server)) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // Closed is closed.
                }
            }
            close();
        }

        void close() {
            close(client);
            close(server);
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // Closed is closed.
            }
        }

        /** The way to a WebSocket is none of the steps at which this fails. */
        private static boolean isUpgrade(byte[] buffer, int length) {
            String start = new String(Arrays.copyOf(buffer, Math.min(length, 12)), StandardCharsets.US_ASCII);
            return start.startsWith("GET ") || start.equals("HTTP/1.1 101");
        }
    }
}

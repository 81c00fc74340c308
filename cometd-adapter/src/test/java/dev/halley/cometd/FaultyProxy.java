package dev.halley.cometd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A TCP proxy on a free port between clients and a server, which fails once, in a way that networks and phones do. */
final class FaultyProxy implements AutoCloseable {

    enum Fault {
        /** Both ends of every connection get a reset. */
        RESET,
        /** Both ends of every connection get its end, without a word of what is spoken over it. */
        CLOSED,
        /** Nothing is read any more, from either end, and the connections stay open. */
        FROZEN
    }

    /** What becomes of those who connect after the fault. */
    enum Newcomers {
        REFUSED,
        IGNORED
    }

    private static final int BUFFER = 8 * 1024;

    private final int target;
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Thread doorkeeper;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean frozen;
    private boolean failed;

    FaultyProxy(int target) throws IOException {
        this.target = target;
        this.doorkeeper = start("doorkeeper", this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** Returns the address of a server's resource by way of this proxy. */
    URI uri(URI direct) {
        return URI.create(direct.getScheme() + "://" + direct.getHost() + ":" + port() + direct.getPath());
    }

    /** Fails for good; who connects then is refused, or ignored if nothing travels any more. */
    void fail(Fault fault) throws IOException {
        fail(fault, fault == Fault.FROZEN ? Newcomers.IGNORED : Newcomers.REFUSED);
    }

    /** Fails for good. */
    void fail(Fault fault, Newcomers newcomers) throws IOException {
        if (newcomers == Newcomers.REFUSED) {
            closeDoor();
        }
        synchronized (this) {
            failed = true;
            if (fault == Fault.FROZEN) {
                frozen = true;
                return;
            }
            if (fault == Fault.RESET) {
                for (Socket socket : sockets) {
                    if (!socket.isClosed()) {
                        socket.setSoLinger(true, 0);
                    }
                }
            }
            sockets.forEach(FaultyProxy::close);
        }
    }

    @Override
    public void close() throws IOException {
        closeDoor();
        synchronized (this) {
            sockets.forEach(FaultyProxy::close);
        }
    }

    /** Until the thread that accepts is back from the kernel, the kernel goes on taking connections. */
    private void closeDoor() throws IOException {
        door.close();
        try {
            doorkeeper.join();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private void accept() {
        try {
            while (true) {
                admit(door.accept());
            }
        } catch (IOException e) {
            // The door is closed.
        }
    }

    private synchronized void admit(Socket client) throws IOException {
        sockets.add(client);
        if (!failed) {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            start("to server", () -> pass(client, server));
            start("to client", () -> pass(server, client));
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0 && !frozen;
                    read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One end is gone, and so goes the other.
        }
        if (!frozen) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    private static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy " + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}

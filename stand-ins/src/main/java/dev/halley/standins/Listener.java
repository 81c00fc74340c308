package dev.halley.standins;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A port of {@code 127.0.0.1}, and a daemon thread for each connection to it. */
final class Listener implements AutoCloseable {

    /** Serves a connection, which is closed afterwards. */
    interface Talk {
        void on(Socket client) throws IOException;
    }

    private final ServerSocket server;
    private final Talk talk;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    Listener(String name, Talk talk) throws IOException {
        this.talk = talk;
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        threads.execute(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // The port is closed, or the client is already gone.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            talk.on(client);
        } catch (IOException e) {
            // One of the two sides has hung up.
        } finally {
            open.remove(client);
        }
    }

    /** Passes everything on, both ways, until one side hangs up. */
    void pass(Socket client, Socket upstream) throws IOException {
        threads.execute(() -> {
            try (client) {
                upstream.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException e) {
                // One of the two sides has hung up.
            }
        });
        client.getInputStream().transferTo(upstream.getOutputStream());
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket client : open) {
                client.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("A socket does not close", e);
        } finally {
            threads.shutdownNow();
        }
    }
}

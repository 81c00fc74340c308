package dev.halley.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a provider and a push service, whatever their protocol, and makes trouble when it is told to. */
final class Relay implements AutoCloseable {

    /** What happens to a request, on existing connections and on new ones. */
    enum Trouble {
        /** It reaches the service. */
        NONE,
        /** It is not answered. */
        HANG,
        /** Its connection is reset. */
        RESET,
        /** The answer is nonsense, and then the connection ends. */
        GARBAGE,
        /** The answer is nonsense without end. */
        ENDLESS
    }

    /** A provider that reads more of one answer than this has no limit. The buffers of kernels also take some of it. */
    static final long MOST_TAKEN = 32L << 20;

    private static final byte[] NONSENSE = "\u0000\u0001\u0002\u00ff \u0016\u0003 SSH-2.0-nonsense\r\n\r\n{[<\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1);

    private final URI service;
    private final InetAddress host;
    private final Sockets sockets;
    private final AtomicLong taken = new AtomicLong();
    private volatile Trouble trouble = Trouble.NONE;

    Relay(URI service) {
        this.service = service;
        try {
            host = InetAddress.getByName(service.getHost());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets = new Sockets(host, this::relay);
    }

    /** Returns the service's URL with the port of the relay. */
    URI url() {
        try {
            return new URI(
                    service.getScheme(),
                    service.getUserInfo(),
                    service.getHost(),
                    sockets.port(),
                    service.getPath(),
                    service.getQuery(),
                    service.getFragment());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Makes this trouble from now on. {@link Trouble#NONE} ends it and all connections, as if the service had
     * restarted.
     */
    void make(Trouble next) {
        trouble = next;
        taken.set(0);
        if (next == Trouble.NONE) {
            sockets.resetAll();
        }
    }

    /** Returns how many connections the provider has. */
    int connections() {
        return sockets.connections();
    }

    /** Returns how many bytes were written to the provider since {@link #make}. */
    long taken() {
        return taken.get();
    }

    private void relay(Socket provider) throws IOException {
        try (Socket upstream = new Socket(host, service.getPort())) {
            upstream.setTcpNoDelay(true);
            Sockets.start(() -> answer(upstream, provider));
            InputStream in = provider.getInputStream();
            byte[] buffer = new byte[8_192];
            int read;
            while ((read = in.read(buffer)) >= 0) {
                switch (trouble) {
                    case NONE -> upstream.getOutputStream().write(buffer, 0, read);
                    case HANG -> {}
                    case RESET -> {
                        Sockets.reset(provider);
                        return;
                    }
                    case GARBAGE -> {
                        provider.getOutputStream().write(NONSENSE);
                        provider.shutdownOutput();
                        // Closing with something unread is a reset, and that may overtake what was written.
                        in.transferTo(OutputStream.nullOutputStream());
                        return;
                    }
                    case ENDLESS -> {
                        byte[] more = "x".repeat(buffer.length).getBytes(StandardCharsets.ISO_8859_1);
                        while (give(provider, more, more.length)) {
                            // Without end.
                        }
                        return;
                    }
                }
            }
        }
    }

    private void answer(Socket upstream, Socket provider) {
        try (upstream) {
            InputStream in = upstream.getInputStream();
            byte[] buffer = new byte[8_192];
            int read;
            while ((read = in.read(buffer)) >= 0) {
                if (trouble == Trouble.NONE && !give(provider, buffer, read)) {
                    return;
                }
            }
            if (trouble != Trouble.HANG) {
                provider.close();
            }
        } catch (IOException e) {
            Sockets.reset(provider);
        }
    }

    /** Writes to the provider; if that is too much altogether, resets the connection and returns false. */
    private boolean give(Socket provider, byte[] bytes, int length) throws IOException {
        provider.getOutputStream().write(bytes, 0, length);
        if (taken.addAndGet(length) < MOST_TAKEN) {
            return true;
        }
        Sockets.reset(provider);
        return false;
    }

    @Override
    public void close() {
        sockets.close();
    }
}

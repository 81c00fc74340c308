package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long a whole request may take to arrive, from its first byte to its last. One that takes longer is
 * answered with 408, and its connection is closed. Jetty's own limit is on the silence between two bytes. Also bounds
 * how many bytes of bodies all requests together may have brought; a large body beyond that is answered with 503.
 */
final class ArrivalLimit {

    /** The part of the heap that bodies may take before they are answered: each is there several times meanwhile. */
    private static final int PART_OF_HEAP = 8;

    /** What is never refused: those who send half a body must not keep others from sending a message. */
    private static final int SMALL = 8 * 1024;

    private final long mostBytes = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    private final AtomicLong bytes = new AtomicLong();
    private final Duration limit;
    private final Set<Timed> arriving = ConcurrentHashMap.newKeySet();

    private final Runnable refused;

    /**
     * @param limit how long; 0 for no bound
     * @param refused called for each request that is ended
     */
    ArrivalLimit(Duration limit, Runnable refused) {
        this.limit = limit;
        this.refused = refused;
    }

    /** Returns how often {@link #look} is to be called; 0 for never. */
    Duration period() {
        Duration period = limit.dividedBy(8);
        return period.compareTo(Duration.ofSeconds(1)) > 0 ? Duration.ofSeconds(1) : period;
    }

    /** Returns how many requests are arriving. */
    int arriving() {
        return arriving.size();
    }

    /** Ends the requests whose time is over. */
    void look() {
        long now = System.nanoTime();
        arriving.forEach(connection -> connection.look(now));
    }

    /** Returns a connector that notes when requests begin. */
    ServerConnector connector(Server server, HttpConnectionFactory http) {
        return new ServerConnector(server, http) {
            @Override
            protected SocketChannelEndPoint newEndPoint(
                    SocketChannel channel, ManagedSelector selectSet, SelectionKey key) {
                SocketChannelEndPoint connection = new Timed(channel, selectSet, key, getScheduler());
                connection.setIdleTimeout(getIdleTimeout());
                return connection;
            }
        };
    }

    /** Returns a handler that notes how far the requests for another one have arrived. */
    Handler handler(Handler inside) {
        return new Handler.Wrapper(inside) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                EndPoint endPoint =
                        request.getConnectionMetaData().getConnection().getEndPoint();
                if (!(endPoint instanceof Timed connection)) {
                    return super.handle(request, response, callback);
                }
                if (!connection.headArrived()) {
                    callback.failed(new EofException("too slow")); // which Jetty does not complain of
                    return true;
                }
                connection.begins(request);
                Request.addCompletionListener(request, failure -> connection.answered(request));
                if (request.getLength() <= 0 && !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
                    connection.arrived();
                    return super.handle(request, response, callback);
                }
                Arriving arriving = new Arriving(request, connection);
                Request.addCompletionListener(request, failure -> arriving.over());
                return super.handle(arriving, response, callback);
            }
        };
    }

    /** A request whose body may not have arrived. */
    private final class Arriving extends Request.Wrapper {

        private final Timed connection;
        private final AtomicLong size = new AtomicLong();

        Arriving(Request request, Timed connection) {
            super(request);
            this.connection = connection;
        }

        @Override
        public Content.@Nullable Chunk read() {
            Content.Chunk chunk = super.read();
            if (chunk == null) {
                return null;
            }
            if (chunk.isLast()) {
                connection.arrived();
            }
            int length = chunk.remaining();
            boolean isLarge = size.addAndGet(length) > SMALL;
            if (bytes.addAndGet(length) > mostBytes && isLarge) {
                chunk.release();
                return Content.Chunk.from(Refusal.unavailable());
            }
            return chunk;
        }

        void over() {
            bytes.addAndGet(-size.getAndSet(0));
        }
    }

    private enum Phase {
        /** Nothing has come since the last answer. */
        IDLE,
        HEAD,
        BODY,
        /** A request is here as a whole and not yet answered. */
        HERE,
        EXPIRED
    }

    /** A connection, which has one request at a time. {@link #look} may come at any moment. */
    private final class Timed extends SocketChannelEndPoint {

        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);
        private volatile long began;
        private volatile boolean upgraded;
        private volatile @Nullable Request current;

        Timed(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                org.eclipse.jetty.util.thread.Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            int filled = super.fill(buffer);
            if (filled > 0 && phase.compareAndSet(Phase.IDLE, Phase.HEAD)) {
                begin();
            }
            return filled;
        }

        private void begin() {
            began = System.nanoTime();
            if (!limit.isZero()) {
                arriving.add(this);
            }
        }

        /** Returns false if the time was over before. */
        boolean headArrived() {
            if (!phase.compareAndSet(Phase.HEAD, Phase.BODY)) {
                if (phase.get() == Phase.EXPIRED) {
                    return false;
                }
                phase.set(Phase.BODY); // it came together with the request before
                begin();
            }
            return true;
        }

        void begins(Request request) {
            current = request;
        }

        void arrived() {
            if (phase.compareAndSet(Phase.BODY, Phase.HERE)) {
                arriving.remove(this);
            }
        }

        /** May be late, so that another request has begun. */
        void answered(Request request) {
            if (current == request && !upgraded) {
                current = null;
                arriving.remove(this);
                phase.set(Phase.IDLE);
            }
        }

        /** What comes from now on are no requests. */
        @Override
        public void upgrade(Connection newConnection) {
            upgraded = true;
            phase.set(Phase.HERE);
            arriving.remove(this);
            super.upgrade(newConnection);
        }

        @Override
        public void onClose(Throwable cause) {
            arriving.remove(this);
            super.onClose(cause);
        }

        void look(long now) {
            if (now - began < limit.toNanos()) {
                return;
            }
            if (phase.compareAndSet(Phase.HEAD, Phase.EXPIRED)) {
                refused.run();
                write(Callback.from(this::close), ByteBuffer.wrap(TOO_SLOW));
                began = now;
            } else if (phase.compareAndSet(Phase.BODY, Phase.EXPIRED)) {
                refused.run();
                // As if it had been silent for too long: whoever waits for the body is told.
                began = now;
                if (getConnection().onIdleExpired(new TimeoutException("The request did not arrive in time"))) {
                    close();
                }
            } else if (phase.get() == Phase.EXPIRED) {
                close(); // it has not taken the answer
            }
        }
    }

    private static final byte[] TOO_SLOW = tooSlow();

    private static byte[] tooSlow() {
        byte[] body = Json.bytes(Refusal.tooSlow().answer().body());
        byte[] head = ("HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json;charset=utf-8\r\n"
                        + "Connection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(US_ASCII);
        return ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .array();
    }
}

package dev.halley.standins;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eatthepath.pushy.apns.server.MockApnsServer;
import com.eatthepath.pushy.apns.server.MockApnsServerBuilder;
import com.eatthepath.pushy.apns.server.MockApnsServerListener;
import com.eatthepath.pushy.apns.server.PushNotificationHandler;
import com.eatthepath.pushy.apns.server.RejectedNotificationException;
import com.eatthepath.pushy.apns.server.RejectionReason;
import com.eatthepath.pushy.apns.server.UnregisteredDeviceTokenException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the Apple Push Notification service: Pushy's mock server, which reports each push, answers as it is
 * told to, and can stop for a while. It accepts every push unless told otherwise.
 *
 * <p>This class is thread-safe.
 */
public final class ApnsStandIn implements AutoCloseable {

    private static final int SECONDS = 20;

    private final Certificates certificates;
    private final Consumer<Push> received;
    private final Queue<RejectedNotificationException> rejections = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final EventLoopGroup loops = new NioEventLoopGroup(1, new DefaultThreadFactory("apns-stand-in", true));
    private volatile int port;
    private @Nullable MockApnsServer server;

    /**
     * A push that was received.
     *
     * @param headers its headers, including {@code :path}
     * @param payload its body
     * @param rejected why it was rejected; empty if it was accepted
     */
    public record Push(Map<String, String> headers, String payload, Optional<String> rejected) {

        /**
         * Copies the headers.
         *
         * @param headers its headers, including {@code :path}
         * @param payload its body
         * @param rejected why it was rejected; empty if it was accepted
         */
        public Push {
            headers = Map.copyOf(headers);
        }

        /**
         * Returns a header.
         *
         * @param name its name in lower case
         * @return its value; empty if it is missing
         */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /** {@return the device's token} */
        public String token() {
            return header(":path").replaceFirst("^/3/device/", "");
        }

        /** {@return the push's identity, the same for each attempt} */
        public String id() {
            return header("apns-id");
        }

        @Override
        public String toString() {
            return "Push[" + id() + ", " + payload.length() + " characters]";
        }
    }

    private ApnsStandIn(Certificates certificates, Consumer<Push> received) {
        this.certificates = certificates;
        this.received = received;
    }

    /**
     * Starts a stand-in on a free port.
     *
     * @param certificates the server's key and certificate
     * @param received is told of each push, in the server's own thread
     * @return the stand-in, which is running
     * @throws IOException if it does not start
     */
    public static ApnsStandIn start(Certificates certificates, Consumer<Push> received) throws IOException {
        ApnsStandIn standIn = new ApnsStandIn(certificates, received);
        standIn.start();
        return standIn;
    }

    /** {@return the port, which is the same after each start} */
    public int port() {
        return port;
    }

    /** {@return how many connections were made so far} */
    public int connections() {
        return connections.get();
    }

    /**
     * Rejects the next push for which nothing was scripted yet.
     *
     * @param reason what it answers
     */
    public void reject(RejectionReason reason) {
        rejections.add(new RejectedNotificationException(reason));
    }

    /**
     * Rejects the next push for which nothing was scripted yet, as its token is no longer registered.
     *
     * @param since since when
     */
    public void unregister(Instant since) {
        rejections.add(new UnregisteredDeviceTokenException(since));
    }

    /**
     * Starts again, on the same port.
     *
     * @throws IOException if it does not start
     */
    public synchronized void start() throws IOException {
        if (server != null) {
            throw new IllegalStateException("The stand-in is already running");
        }
        MockApnsServer started = new MockApnsServerBuilder()
                .setServerCredentials(
                        new X509Certificate[] {certificates.serverCertificate()}, certificates.serverKey(), null)
                .setEventLoopGroup(loops)
                .setHandlerFactory(session -> {
                    connections.incrementAndGet();
                    return answer();
                })
                .setListener(new Listener())
                .build();
        port = await(started.start(port));
        server = started;
    }

    /**
     * Stops: closes its port and all its connections at once.
     *
     * @throws IOException if it does not stop
     */
    public synchronized void stop() throws IOException {
        if (server != null) {
            await(server.shutdown());
            server = null;
        }
    }

    @Override
    public void close() throws IOException {
        stop();
        loops.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private PushNotificationHandler answer() {
        return (headers, payload) -> {
            RejectedNotificationException rejection = rejections.poll();
            if (rejection != null) {
                throw rejection;
            }
        };
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("The stand-in does not start or stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    private final class Listener implements MockApnsServerListener {

        @Override
        public void handlePushNotificationAccepted(Http2Headers headers, ByteBuf payload) {
            received.accept(push(headers, payload, Optional.empty()));
        }

        @Override
        public void handlePushNotificationRejected(
                Http2Headers headers,
                ByteBuf payload,
                RejectionReason reason,
                @Nullable Instant deviceTokenExpirationTimestamp) {
            received.accept(push(headers, payload, Optional.of(reason.name())));
        }

        private static Push push(Http2Headers headers, @Nullable ByteBuf payload, Optional<String> rejected) {
            Map<String, String> all = new LinkedHashMap<>();
            headers.forEach(header ->
                    all.put(header.getKey().toString(), header.getValue().toString()));
            return new Push(all, payload == null ? "" : payload.toString(UTF_8), rejected);
        }
    }

    @Override
    public String toString() {
        return "ApnsStandIn[" + port + "]";
    }
}

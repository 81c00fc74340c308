package dev.halley.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client for providers of pushes. It posts, within bounds, and says what became of a post in words that fit an
 * outcome's reason.
 *
 * <pre>{@code
 * WebClient client = WebClient.builder("halley-push-pager").build();
 * CompletionStage<Outcome> outcome = client.post(post).thenApply(HttpAnswer::toOutcome);
 * }</pre>
 *
 * <p>It follows no redirect, keeps no cookie and answers no challenge, so 302 and 401 are answers like any other. It
 * sends no header but those of the post, those that HTTP needs, and {@code User-Agent: Halley/} with its version,
 * unless the post has another one. It has at most 64 connections to each host, and at most 4,096 posts wait for one of
 * these; an idle connection ends after 35 seconds. Of the headers of an answer, at most 64 KiB are read. A final status
 * decides, though what follows it breaks the rules of HTTP. At most 9 daemon threads serve a client, and up to 64 more
 * look hosts up, each for as long as that takes.
 *
 * <p>If a connection goes away before the server has begun to work at a post, the post is sent again at once, within
 * its time limit. If a post fails in any other way, nobody knows what became of it, and it is left to the engine to
 * send it again.
 *
 * <p>This class is thread-safe.
 */
public final class WebClient implements AutoCloseable {

    /** The longest time limit of a post. */
    public static final Duration MOST_TIME_LIMIT = Duration.ofSeconds(30);

    private static final int RESENDS = 3;
    private static final Duration RESEND_AFTER = Duration.ofMillis(50);

    /** How often overdue posts are looked for, and how long a post is overdue when it is ended. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** How many bytes of a body that nobody wants are read; a longer body costs the connection. */
    private static final int MOST_SKIPPED = 4_096;

    /** Jetty's word for a head that ends before its empty line. */
    private static final String BREAKS_OFF = "Early EOF";

    private final Jetty jetty;
    private final HttpClient client;
    private final boolean http2;
    private final AddressGuard guard;
    private final ProxyChoice proxies;
    private final int errorBodies;
    private final InstantSource clock;
    private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Map<Connection, Long> lastAnswers = Collections.synchronizedMap(new WeakHashMap<>());

    private WebClient(Builder settings) {
        http2 = settings.http2;
        guard = settings.guard;
        proxies = settings.proxies();
        errorBodies = settings.errorBodies;
        clock = settings.clock;
        jetty = new Jetty(
                settings.name,
                (host, port, address) -> isProxy(host, port) || guard.admits(host, port, address),
                settings.names,
                proxies,
                settings.tls,
                http2 ? Http2::transport : HttpClientTransportOverHTTP::new);
        client = jetty.client();
    }

    /**
     * Returns a builder with the defaults.
     *
     * @param name how the names of the client's threads begin
     * @return a builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Posts, and returns at once. After {@link #close} the answer's reason is {@code too much to do}.
     *
     * @param post what to send
     * @return what became of it; always completes normally, at once or on a thread of this client, which must not be
     *     blocked
     */
    public CompletionStage<HttpAnswer> post(Post post) {
        Exchange exchange = new Exchange(post);
        underWay.add(exchange);
        if (isForbidden(post.url())) {
            exchange.fail(new ForbiddenAddressException());
        } else {
            exchange.send();
        }
        look();
        return exchange.answer.whenComplete((answer, failure) -> underWay.remove(exchange));
    }

    /** For tests. */
    HttpClient jetty() {
        return client;
    }

    /**
     * Returns whether the guard refuses a URL before its host is looked up, which is for the proxy to do. The proxy
     * itself may be dialled, but nobody may name it as a server.
     */
    private boolean isForbidden(URI url) {
        String host = WebUrl.host(url);
        int port = WebUrl.port(url);
        return proxies.of(!WebUrl.isPlain(url), host).isPresent()
                ? !guard.admitsByProxy(host, port)
                : !(guard instanceof Everything) && isProxy(WebUrl.host(host).replaceAll("[\\[\\]]", ""), port);
    }

    private boolean isProxy(String host, int port) {
        return proxies.all().stream().anyMatch(proxy -> proxy.host().equalsIgnoreCase(host) && proxy.port() == port);
    }

    /** Looks for overdue posts: Jetty's own timeout misses some requests of a connection that is reset. */
    private void look() {
        if (looking.compareAndSet(false, true)) {
            client.getScheduler().schedule(this::endLate, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void endLate() {
        underWay.stream().filter(Exchange::isLate).forEach(exchange -> exchange.fail(new TimeoutException()));
        looking.set(false);
        if (!underWay.isEmpty() && client.isRunning()) {
            look();
        }
    }

    /** Ends the posts that are under way, all connections and all threads. A second call does nothing. */
    @Override
    public void close() {
        try {
            jetty.close();
        } finally {
            // Jetty forgets posts whose connection is just being made.
            underWay.forEach(exchange -> exchange.fail(new EOFException()));
        }
    }

    /** One post, which is sent again if an attempt reached nobody. */
    private final class Exchange implements Response.Listener {

        private final Post post;
        private final byte[] body;
        private final long began = System.nanoTime();
        private final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        private final ByteArrayOutputStream read = new ByteArrayOutputStream(0);
        private int skipped;
        private int resends;
        private volatile boolean isUnderWay;
        private volatile boolean isCommitted;
        private volatile boolean hasHead;

        /** What the status line said; 0 as long as there is none. Jetty puts another one in its place in a bad head. */
        private volatile int status;

        Exchange(Post post) {
            this.post = post;
            this.body = post.body().getBytes(UTF_8);
        }

        boolean isLate() {
            return System.nanoTime() - began > post.timeLimit().plus(LOOK).toNanos();
        }

        void fail(Throwable failure) {
            answer.complete(HttpAnswer.failed(failure));
        }

        void send() {
            isUnderWay = false;
            isCommitted = false;
            hasHead = false;
            status = 0;
            read.reset();
            skipped = 0;
            long left = post.timeLimit().toNanos() - (System.nanoTime() - began);
            Request request = newRequest(post.url());
            if (!HttpScheme.isSecure(request.getScheme())) {
                // Without TLS nothing is negotiated.
                request.version(HttpVersion.HTTP_1_1);
            }
            request.method(HttpMethod.POST)
                    .timeout(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)), TimeUnit.MILLISECONDS)
                    .headers(headers -> post.headers().forEach(headers::put))
                    .body(new BytesRequestContent(post.contentType(), body))
                    .onRequestBegin(begun -> isUnderWay = true)
                    .onRequestCommit(committed -> isCommitted = true);
            try {
                request.send(this);
            } catch (RuntimeException e) {
                thrown(e);
            }
        }

        /** Jetty's sweep may take a new destination for an idle one, and end it before its first request is queued. */
        private void thrown(RuntimeException failure) {
            if (answer.isDone()) {
                return;
            }
            if (!isCommitted && resends++ < RESENDS && client.isRunning()) {
                client.getScheduler().schedule(this::send, RESEND_AFTER.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                fail(failure);
            }
        }

        private Request newRequest(URI url) {
            return url.getHost() == null ? new UnderscoredRequest(client, url) : client.newRequest(url);
        }

        @Override
        public void onBegin(Response response) {
            status = response.getStatus();
        }

        @Override
        public void onHeaders(Response response) {
            Connection connection = response.getRequest().getConnection();
            if (connection != null) {
                lastAnswers.put(connection, System.nanoTime());
            }
            hasHead = true;
            HttpAnswer head = toAnswer(response);
            if (head.isSuccess() || errorBodies == 0) {
                // The rest of the answer changes nothing.
                answer.complete(head);
            }
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            int room = errorBodies - read.size();
            if (answer.isDone()) {
                room = MOST_SKIPPED - skipped;
                skipped += content.remaining();
            }
            boolean isTooLong = content.remaining() > room;
            if (!answer.isDone()) {
                byte[] bytes = new byte[Math.min(content.remaining(), room)];
                content.get(bytes);
                read.writeBytes(bytes);
            }
            if (isTooLong) {
                var unused = response.abort(new IOException("The answer is too long"));
            }
        }

        @Override
        public void onComplete(Result result) {
            Throwable failure = result.getFailure();
            if (failure == null || isSettled(failure)) {
                answer.complete(toAnswer(result.getResponse()));
            } else if (!answer.isDone() && resends < RESENDS && reachedNobody(failure) && client.isRunning()) {
                // At once on another connection; the pool may need a moment to notice that this one is going away.
                long wait = resends++ * RESEND_AFTER.toMillis();
                if (wait == 0) {
                    send();
                } else {
                    client.getScheduler().schedule(this::send, wait, TimeUnit.MILLISECONDS);
                }
            } else {
                fail(failure);
                if (failure instanceof TimeoutException && isUnderWay) {
                    dropIfDead(result.getRequest());
                }
            }
        }

        /**
         * Returns whether the status decides, though what follows it is lost or wrong. The same push would get the same
         * answer again and again. A head that breaks off is no answer: its status line may be all that is left of it.
         */
        private boolean isSettled(Throwable failure) {
            return (hasHead || isWrongHead(failure)) && saysEnough();
        }

        /** Returns whether there is a final status, and headers behind it that break the rules or are too long. */
        private boolean isWrongHead(Throwable failure) {
            return status >= 200
                    && failure instanceof HttpResponseException
                    && failure.getCause() instanceof HttpException wrong
                    && !BREAKS_OFF.equals(wrong.getReason());
        }

        /** Returns whether the status alone says what to do. Most 4xx need their body, if somebody reads it. */
        private boolean saysEnough() {
            return errorBodies == 0 || status >= 500 || status == 429 || (status >= 200 && status < 300);
        }

        private HttpAnswer toAnswer(Response response) {
            return HttpAnswer.of(
                    status,
                    RetryAfter.parse(
                            response.getHeaders().get(HttpHeader.RETRY_AFTER),
                            response.getHeaders().get(HttpHeader.DATE),
                            clock.instant()),
                    read.toString(UTF_8));
        }

        /** Returns whether the server has certainly not worked at this post. */
        private boolean reachedNobody(Throwable failure) {
            return failure instanceof RetryableRequestException
                    || (http2 && Http2.isUnprocessed(failure))
                    // "session closed": the connection was going away when it was picked.
                    || (failure instanceof IllegalStateException && !isCommitted);
        }

        /** Closes the connection if it has answered nothing since this post began: it is probably dead. */
        private void dropIfDead(Request request) {
            Connection connection = request.getConnection();
            if (connection != null && lastAnswers.getOrDefault(connection, began) - began <= 0) {
                connection.close();
            }
        }
    }

    /** Admits all addresses. */
    private static final class Everything implements AddressGuard {
        @Override
        public boolean admits(String host, int port, InetAddress address) {
            return true;
        }

        @Override
        public boolean admitsByProxy(String host, int port) {
            return true;
        }
    }

    /** Makes clients. All settings are optional. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private AddressGuard guard = new Everything();
        private @Nullable ProxyChoice proxy;
        private HostNames names = InetAddress::getAllByName;
        private boolean http2;
        private int errorBodies;
        private InstantSource clock = InstantSource.system();
        private @Nullable SSLContext tls;

        private Builder(String name) {
            this.name = requireNonNull(name, "name");
        }

        /**
         * Sets which addresses may be dialled.
         *
         * @param addresses the guard; default: all addresses are admitted
         * @return this builder
         */
        public Builder guard(AddressGuard addresses) {
            guard = requireNonNull(addresses, "addresses");
            return this;
        }

        /**
         * Sets through which proxy servers are reached: by {@code CONNECT} those with TLS. The host is then looked up
         * by the proxy, and not here, so that the guard sees no address: see {@link AddressGuard#admitsByProxy}.
         *
         * @param choice the choice; default: {@link ProxyChoice#none()} with a guard, else {@link
         *     ProxyChoice#ofEnvironment()}
         * @return this builder
         */
        public Builder proxy(ProxyChoice choice) {
            proxy = requireNonNull(choice, "choice");
            return this;
        }

        private ProxyChoice proxies() {
            if (proxy != null) {
                return proxy;
            }
            return guard instanceof Everything ? ProxyChoice.ofEnvironment() : ProxyChoice.none();
        }

        /** Sets who knows the addresses of hosts, for tests; default: the JVM. */
        Builder names(HostNames value) {
            names = value;
            return this;
        }

        /**
         * Speaks HTTP/2 if a server negotiates it, on at most four connections to each. Default: HTTP/1.1 alone. It
         * needs {@code org.eclipse.jetty.http2:jetty-http2-client-transport} on the class path.
         *
         * @return this builder
         */
        public Builder http2() {
            http2 = true;
            return this;
        }

        /**
         * Sets how much is read of the body of an answer that is not 2xx. If the body is longer, the answer counts as a
         * lost connection, unless its status is 429 or 5xx.
         *
         * @param mostBytes the longest body in bytes, at least 0; default: 0, no body is read, and the status alone is
         *     the answer
         * @return this builder
         * @throws IllegalArgumentException if the number is negative
         */
        public Builder errorBodies(int mostBytes) {
            if (mostBytes < 0) {
                throw new IllegalArgumentException("A number of bytes is at least 0, not " + mostBytes);
            }
            errorBodies = mostBytes;
            return this;
        }

        /**
         * Sets the clock, which is needed if {@code Retry-After} is a date and the answer itself has none.
         *
         * @param time says what time it is; default: the system's clock
         * @return this builder
         */
        public Builder clock(InstantSource time) {
            clock = requireNonNull(time, "time");
            return this;
        }

        /**
         * Sets which servers are trusted.
         *
         * @param context the context for TLS; default: servers are trusted as everywhere in this JVM
         * @return this builder
         */
        public Builder tls(SSLContext context) {
            tls = requireNonNull(context, "context");
            return this;
        }

        /**
         * Starts a client, which does no I/O before its first post.
         *
         * @return the client, which the caller closes
         * @throws IllegalStateException if it can't be started
         */
        public WebClient build() {
            return new WebClient(this);
        }
    }
}

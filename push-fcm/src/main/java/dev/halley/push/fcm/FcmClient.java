package dev.halley.push.fcm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.alpn.client.ALPNClientConnection;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.RetryableStreamException;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * Jetty's client over HTTP/2, or HTTP/1.1 where a server or a proxy has nothing else, without what a browser has (redirects, cookies, authentication, compression, pushed streams),
 * within bounds, on a few daemon threads.
 *
 * <p>What is beyond the server's stream limit waits in its queue. A request that the server certainly has not worked at,
 * for it was cut off by GOAWAY or refused, is sent again at once; of any other that failed nobody knows.
 */
final class FcmClient implements AutoCloseable {

    /** For everything from the look-up of the name to the answer, by default. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int THREADS = 8;
    /** FCM allows 100 streams on each, and the engine has 500 pushes in flight. */
    private static final int CONNECTIONS = 4;

    /** Without TLS there is HTTP/1.1, one request at a time. */
    private static final int CONNECTIONS_WITHOUT_TLS = 100;

    private static final int REQUESTS_QUEUED = 1_024;
    private static final int HEADERS = 8_192;
    private static final int MOST_BODY = 16_384;
    private static final int RESENDS = 3;
    private static final Duration GRACE = Duration.ofMillis(500);
    private static final Duration RESEND_AFTER = Duration.ofMillis(50);
    private static final String REFUSED = ErrorCode.REFUSED_STREAM_ERROR.name().toLowerCase(Locale.ROOT);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final Duration timeout;
    private final InstantSource clock;
    private final Set<Post> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Map<Connection, Long> lastAnswers = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Starts a client, which connects to nobody yet.
     *
     * @param name the start of its threads' names
     * @param timeout for everything from the look-up of the name to the answer
     * @param tls whom to trust
     */
    FcmClient(String name, Duration timeout, SslContextFactory.Client tls, InstantSource clock) {
        this.timeout = timeout;
        this.clock = clock;
        ScheduledExecutorScheduler timer = new ScheduledExecutorScheduler(name + "-timer", true);
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName(name);
        threads.setDaemon(true);
        threads.setStopTimeout(STOP_TIMEOUT.toMillis());

        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(timer);
        connector.setConnectTimeout(CONNECT_TIMEOUT);
        connector.setIdleTimeout(IDLE_TIMEOUT);
        connector.setSslContextFactory(tls);

        HTTP2Client http2 = new HTTP2Client(connector);
        http2.setMaxConcurrentPushedStreams(0);
        client = new HttpClient(new Transport(connector, new ClientConnectionFactoryOverHTTP2.HTTP2(http2)));
        client.setName(name);
        client.setExecutor(threads);
        client.setScheduler(timer);
        client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
        client.setAddressResolutionTimeout(CONNECT_TIMEOUT.toMillis());
        client.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(null);
        client.setMaxRequestsQueuedPerDestination(REQUESTS_QUEUED);
        client.setMaxResponseHeadersSize(HEADERS);
        try {
            client.start();
        } catch (Exception e) {
            close();
            throw new IllegalStateException("The HTTP client does not start", e);
        }
        // The start has put these in.
        client.getContentDecoderFactories().clear();
        client.getProtocolHandlers().remove(RedirectProtocolHandler.NAME);
        client.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
        client.getProtocolHandlers().remove(ProxyAuthenticationProtocolHandler.NAME);
    }

    /** Posts JSON. Completes always, and normally. */
    CompletableFuture<Answer> post(URI url, String token, byte[] body) {
        Post post = new Post(url, token, body);
        underWay.add(post);
        post.send();
        look();
        return post.answer.whenComplete((answer, failure) -> underWay.remove(post));
    }

    /** Jetty has a timeout of its own, and forgets some requests of a connection that is reset. */
    private void look() {
        if (looking.compareAndSet(false, true)) {
            client.getScheduler().schedule(this::endLate, GRACE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void endLate() {
        underWay.stream().filter(Post::isLate).forEach(post -> post.answer.complete(Answer.failed("timeout")));
        looking.set(false);
        if (!underWay.isEmpty() && client.isRunning()) {
            look();
        }
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The HTTP client does not stop", e);
        } finally {
            // Jetty forgets those whose connection is just being made.
            underWay.forEach(post -> post.answer.complete(Answer.failed("connection lost")));
        }
    }

    /** What a server that negotiates nothing speaks is HTTP/1.1, and not the first of ours. */
    private static final class Transport extends HttpClientTransportDynamic {

        Transport(ClientConnector connector, ClientConnectionFactory.Info http2) {
            super(connector, http2, HttpClientConnectionFactory.HTTP11);
            setConnectionPoolFactory(destination -> new MultiplexConnectionPool(
                    destination,
                    HttpScheme.isSecure(destination.getOrigin().getScheme()) ? CONNECTIONS : CONNECTIONS_WITHOUT_TLS,
                    1));
        }

        @Override
        protected org.eclipse.jetty.io.Connection newNegotiatedConnection(
                EndPoint endPoint, Map<String, Object> context) throws IOException {
            boolean isNegotiated = ((ALPNClientConnection) endPoint.getConnection()).getProtocol() != null;
            return isNegotiated
                    ? super.newNegotiatedConnection(endPoint, context)
                    : HttpClientConnectionFactory.HTTP11
                            .getClientConnectionFactory()
                            .newConnection(endPoint, context);
        }
    }

    /** One request, with the attempts at it that reached nobody. */
    private final class Post implements Response.Listener {

        private final URI url;
        private final String token;
        private final byte[] body;
        private final long began = System.nanoTime();
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private int resends;
        private volatile boolean isUnderWay;
        private volatile boolean isCommitted;
        private ByteArrayOutputStream read = new ByteArrayOutputStream();

        Post(URI url, String token, byte[] body) {
            this.url = url;
            this.token = token;
            this.body = body;
        }

        boolean isLate() {
            return System.nanoTime() - began > timeout.plus(GRACE).toNanos();
        }

        void send() {
            isUnderWay = false;
            isCommitted = false;
            read = new ByteArrayOutputStream();
            long left = timeout.toNanos() - (System.nanoTime() - began);
            Request request = client.newRequest(url);
            if (!HttpScheme.isSecure(request.getScheme())) {
                // Without TLS nothing is negotiated.
                request.version(HttpVersion.HTTP_1_1);
            }
            request.method(HttpMethod.POST)
                    .timeout(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)), TimeUnit.MILLISECONDS)
                    .headers(headers -> headers.put(HttpHeader.AUTHORIZATION, "Bearer " + token))
                    .body(new BytesRequestContent("application/json", body))
                    .onRequestBegin(begun -> isUnderWay = true)
                    .onRequestCommit(committed -> isCommitted = true)
                    .send(this);
        }

        @Override
        public void onHeaders(Response response) {
            Connection connection = response.getRequest().getConnection();
            if (connection != null) {
                lastAnswers.put(connection, System.nanoTime());
            }
            if (response.getStatus() == 200) {
                // What comes after that changes nothing.
                answer.complete(toAnswer(response));
            }
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            byte[] bytes = new byte[Math.min(content.remaining(), MOST_BODY - read.size())];
            int more = content.remaining() - bytes.length;
            content.get(bytes);
            read.writeBytes(bytes);
            if (more > 0) {
                var unused = response.abort(new IOException("The answer is too long"));
            }
        }

        @Override
        public void onComplete(Result result) {
            Throwable failure = result.getFailure();
            if (failure == null && answer.isDone()) {
                return; // the head has said it
            }
            if (failure == null || saysEnough(result.getResponse().getStatus())) {
                answer.complete(toAnswer(result.getResponse()));
            } else if (resends < RESENDS && reachedNobody(failure) && client.isRunning()) {
                // At once on another connection; the pool may need a moment to notice that this one is going away.
                long wait = resends++ * RESEND_AFTER.toMillis();
                if (wait == 0) {
                    send();
                } else {
                    client.getScheduler().schedule(this::send, wait, TimeUnit.MILLISECONDS);
                }
            } else {
                answer.complete(Answer.failed(reason(failure)));
                if (failure instanceof TimeoutException && isUnderWay) {
                    dropIfDead(result.getRequest());
                }
            }
        }

        /** Whether a status alone says what to do. That of an error does not say whose fault it is, and the rest is lost. */
        private static boolean saysEnough(int status) {
            return status >= 500 || status == 429 || status == 200;
        }

        private Answer toAnswer(Response response) {
            return Answer.of(
                    response.getStatus(),
                    response.getHeaders().get(HttpHeader.RETRY_AFTER),
                    read.toByteArray(),
                    clock.instant());
        }

        /** Whether the server has certainly not worked at this request. */
        private boolean reachedNobody(Throwable failure) {
            return failure instanceof RetryableRequestException
                    || failure instanceof RetryableStreamException
                    || REFUSED.equals(failure.getMessage())
                    // "session closed", of a connection that was going away when it was picked
                    || (failure instanceof IllegalStateException && !isCommitted);
        }

        /** Takes a connection for dead on which nothing was answered for as long as this request was given. */
        private void dropIfDead(Request request) {
            Connection connection = request.getConnection();
            if (connection != null && lastAnswers.getOrDefault(connection, began) - began <= 0) {
                connection.close();
            }
        }
    }

    /** Reasons name the kind of trouble alone: an exception's message can have anything in it. */
    private static String reason(Throwable failure) {
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return "timeout";
        }
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            return "unknown host";
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return "no connection";
        }
        if (failure instanceof SSLException) {
            return "TLS failed";
        }
        if (failure instanceof HttpResponseException || failure instanceof HttpException) {
            return "malformed answer";
        }
        if (failure instanceof IOException) {
            return "connection lost";
        }
        if (failure instanceof RejectedExecutionException) {
            return "too much to do";
        }
        return failure.getClass().getSimpleName();
    }
}

package dev.halley.http;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's client without the features of a browser (redirects, cookies, authentication, compression), within bounds, on
 * a few daemon threads.
 */
final class Jetty implements AutoCloseable {

    /** The most connections to one destination if each carries one request at a time. */
    static final int CONNECTIONS = 64;

    private static final int THREADS = 8;
    private static final int LOOK_UP_THREADS = 4;
    private static final int LOOK_UPS_QUEUED = 1_024;
    private static final int REQUESTS_QUEUED = 4_096;
    private static final int HEADERS = 8_192;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IDLE_TIMEOUT = WebClient.MOST_TIME_LIMIT.plusSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final ThreadPoolExecutor lookUps;

    /**
     * Starts a client, which connects to nobody yet.
     *
     * @param name how the names of its threads begin
     * @param tls null to trust servers as everywhere in this JVM
     */
    Jetty(
            String name,
            AddressGuard guard,
            @Nullable SSLContext tls,
            Function<ClientConnector, HttpClientTransport> transport) {
        ScheduledExecutorScheduler timer = new ScheduledExecutorScheduler(name + "-timer", true);
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName(name);
        threads.setDaemon(true);
        threads.setStopTimeout(STOP_TIMEOUT.toMillis());
        // Look-ups have their own threads: a slow name server, perhaps a device's own, must not hold up the rest.
        lookUps = new ThreadPoolExecutor(
                LOOK_UP_THREADS,
                LOOK_UP_THREADS,
                IDLE_TIMEOUT.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOK_UPS_QUEUED),
                task -> {
                    Thread thread = new Thread(task, name + "-dns");
                    thread.setDaemon(true);
                    return thread;
                });
        lookUps.allowCoreThreadTimeOut(true);

        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(timer);
        connector.setConnectTimeout(CONNECT_TIMEOUT);
        connector.setIdleTimeout(IDLE_TIMEOUT);
        if (tls != null) {
            SslContextFactory.Client context = new SslContextFactory.Client();
            context.setSslContext(tls);
            connector.setSslContextFactory(context);
        }

        client = new HttpClient(transport.apply(connector));
        client.setName(name);
        client.setSocketAddressResolver(new GuardedResolver(
                new SocketAddressResolver.Async(lookUps, timer, LOOK_UP_TIMEOUT.toMillis()), guard));
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(null);
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(REQUESTS_QUEUED);
        client.setMaxResponseHeadersSize(HEADERS);
        // Devices can name new destinations without end.
        client.setDestinationIdleTimeout(IDLE_TIMEOUT.toMillis());
        try {
            client.start();
        } catch (Exception e) {
            close();
            throw new IllegalStateException("The HTTP client does not start", e);
        }
        // Jetty adds these when it starts.
        client.getContentDecoderFactories().clear();
        client.getProtocolHandlers().remove(RedirectProtocolHandler.NAME);
        client.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
        client.getProtocolHandlers().remove(ProxyAuthenticationProtocolHandler.NAME);
    }

    HttpClient client() {
        return client;
    }

    @Override
    public void close() {
        lookUps.shutdownNow();
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The HTTP client does not stop", e);
        }
    }
}

package dev.halley.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCompliance.Violation;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ClientConnector;
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

    /** Firewalls refuse requests that do not say who they are. */
    private static final String USER_AGENT = "Halley/" + version();

    private static final int THREADS = 8;
    private static final int REQUESTS_QUEUED = 4_096;

    /** Large enough for the cookies and policies that load balancers and firewalls add. */
    static final int HEADERS = 65_536;

    /** What RFC 9112 lets a client repair: the length said twice, and a length beside chunks, which go before it. */
    private static final HttpCompliance LENIENT = HttpCompliance.RFC7230.with(
            "answers", Violation.MULTIPLE_CONTENT_LENGTHS, Violation.TRANSFER_ENCODING_WITH_CONTENT_LENGTH);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IDLE_TIMEOUT = WebClient.MOST_TIME_LIMIT.plusSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final LookUps lookUps;

    /**
     * Starts a client, which connects to nobody yet.
     *
     * @param name how the names of its threads begin
     * @param names knows the addresses of hosts
     * @param proxies through which servers are reached
     * @param tls null to trust servers as everywhere in this JVM
     */
    Jetty(
            String name,
            AddressGuard guard,
            HostNames names,
            ProxyChoice proxies,
            @Nullable SSLContext tls,
            Function<ClientConnector, HttpClientTransport> transport) {
        ScheduledExecutorScheduler timer = new ScheduledExecutorScheduler(name + "-timer", true);
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName(name);
        threads.setDaemon(true);
        threads.setStopTimeout(STOP_TIMEOUT.toMillis());
        lookUps = new LookUps(
                names,
                (delay, task) -> timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS),
                Ticker.systemTicker(),
                name + "-dns");

        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(timer);
        connector.setConnectTimeout(CONNECT_TIMEOUT);
        connector.setIdleTimeout(IDLE_TIMEOUT);
        SslContextFactory.Client context = new Tls();
        if (tls != null) {
            context.setSslContext(tls);
        }
        connector.setSslContextFactory(context);

        client = new HttpClient(transport.apply(connector));
        client.setName(name);
        client.setSocketAddressResolver(new GuardedResolver(lookUps, guard));
        Via.use(client, proxies);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, USER_AGENT));
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(REQUESTS_QUEUED);
        client.setMaxResponseHeadersSize(HEADERS);
        client.setHttpCompliance(LENIENT);
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

    /** Says which protocol is spoken, for gateways that refuse clients which do not; with HTTP/2, Jetty says more. */
    private static final class Tls extends SslContextFactory.Client {
        @Override
        public void customize(SSLEngine engine) {
            super.customize(engine);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setApplicationProtocols(
                    new String[] {HttpVersion.HTTP_1_1.asString().toLowerCase(Locale.ROOT)});
            engine.setSSLParameters(parameters);
        }
    }

    private static String version() {
        try (InputStream in = requireNonNull(Jetty.class.getResourceAsStream("version.txt"), "version.txt")) {
            return new String(in.readAllBytes(), US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpClient client() {
        return client;
    }

    @Override
    public void close() {
        lookUps.close();
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The HTTP client does not stop", e);
        }
    }
}

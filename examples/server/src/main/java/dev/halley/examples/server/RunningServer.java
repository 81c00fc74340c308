package dev.halley.examples.server;

import dev.halley.ChatEngine;
import dev.halley.PushProviders;
import dev.halley.cometd.AllowedOrigins;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.server.AbstractServerTransport;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.DefaultSecurityPolicy;
import org.cometd.server.ext.AcknowledgedMessagesExtension;
import org.cometd.server.http.AbstractHttpTransport;
import org.cometd.server.http.JSONHttpTransport;
import org.cometd.server.websocket.common.AbstractWebSocketTransport;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** A running server: the engine, and on one port CometD, Chat API v1 and the agents' side. */
final class RunningServer implements AutoCloseable {

    private static final String COMETD = "/genesys/cometd";
    private static final int MAX_THREADS = 100;
    private static final int CONNECTIONS_AT_ONCE = 1_024;
    private static final int SEND_BUFFER = 64 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(1);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final Duration TIDY = Duration.ofMinutes(1);

    private final ServerSettings settings;
    private final ChatEngine engine;
    private final Desk desk = new Desk(InstantSource.system());
    private final AgentEvents events;
    private final BayeuxServlet bayeux;
    private final ArrivalLimit arrivals;
    private final Server server;
    private final ServerConnector connector;
    private final ScheduledExecutorService chores = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "halley-chores");
        thread.setDaemon(true);
        return thread;
    });

    private RunningServer(ServerSettings settings) {
        this.settings = settings;
        engine = ChatEngine.builder()
                .options(settings.options())
                .providers(PushProviders.discover(settings.options()))
                .agentLink(desk)
                .build();
        desk.serve(engine);
        events = new AgentEvents(desk, settings.token());
        FailedKeys failedKeys = new FailedKeys();
        AllowedOrigins origins = AllowedOrigins.of(engine.settings());
        bayeux = new BayeuxServlet(engine, failedKeys, origins);
        arrivals = new ArrivalLimit(engine.settings().bodyTimeout(), () -> refused("body_timeout"));
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
        threads.setName("halley-http");
        server = new Server(threads);
        connector = arrivals.connector(server, new HttpConnectionFactory(http()));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(IDLE.toMillis());
        connector.setShutdownIdleTimeout(100);
        connector.setAcceptQueueSize(CONNECTIONS_AT_ONCE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER); // the kernel would keep megabytes for who does not read
        server.addConnector(connector);
        server.setErrorHandler(new JsonErrors());
        Handler calls = new Handler.Sequence(
                new Health(),
                new ChatApi(engine, desk, failedKeys),
                events,
                new AgentApi(engine, desk, settings.token()),
                cometd());
        server.setHandler(new GracefulHandler(arrivals.handler(
                new FrontDoor(calls, origins, settings.loopbackOnly(), () -> refused("allowed_origins")))));
    }

    /**
     * Returns a running server.
     *
     * @throws dev.halley.OptionException if an option is not accepted
     * @throws IOException if it can't listen on its address and port
     */
    static RunningServer start(ServerSettings settings) throws IOException {
        RunningServer running = new RunningServer(settings);
        try {
            running.server.start();
        } catch (IOException | RuntimeException e) {
            running.close();
            throw e;
        } catch (Exception e) {
            running.close();
            throw new IllegalStateException(e);
        }
        running.every(KEEP_ALIVE, running.events::keepAlive);
        running.every(TIDY, running.desk::tidy);
        if (!running.arrivals.period().isZero()) {
            running.every(running.arrivals.period(), running.arrivals::look);
        }
        return running;
    }

    /** Returns its URL, with a slash at the end. */
    URI uri() {
        String host = switch (settings.host()) {
            case "0.0.0.0", "::" -> "127.0.0.1"; // "every address" can't be connected to
            default -> settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        };
        return URI.create("http://" + host + ":" + connector.getLocalPort() + "/");
    }

    /** Returns how many requests are arriving. */
    int arriving() {
        return arrivals.arriving();
    }

    /** Returns how many agents' streams there are. */
    int streams() {
        return events.streams();
    }

    /** Returns how many connections there are. */
    int connections() {
        return connector.getConnectedEndPoints().size();
    }

    String token() {
        return settings.token().value();
    }

    /** Answers the held polls, ends the streams, gives running calls a second to end, and stops. */
    @Override
    public void close() {
        chores.shutdownNow();
        if (server.isStarted()) {
            events.end();
            bayeux.end();
        }
        try {
            // Here and not by the server itself, which fails if a call does not end.
            Graceful.shutdown(server)
                    .completeOnTimeout(null, STOP.toMillis(), TimeUnit.MILLISECONDS)
                    .handle((nothing, failure) -> true)
                    .join();
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The server did not stop", e);
        } finally {
            engine.close();
        }
    }

    private void refused(String bound) {
        engine.connections().refused(bound);
    }

    private void every(Duration period, Runnable chore) {
        var unused = chores.scheduleAtFixedRate(chore, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static HttpConfiguration http() {
        HttpConfiguration http = new HttpConfiguration();
        http.setHeaderCacheSize(0); // Jetty's default costs 100 KB for each poll that is held.
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(8 * 1024);
        return http;
    }

    private Handler cometd() {
        ServletContextHandler context = new ServletContextHandler("/");
        context.insertHandler(WebSocketUpgradeHandler.from(server, context));
        // A compressed message of some hundred bytes would take a megabyte, before anybody has shaken hands.
        WebSocketServerComponents.getWebSocketComponents(context)
                .getExtensionRegistry()
                .unregister("permessage-deflate");
        context.setErrorHandler(new JsonErrors());
        BayeuxServerImpl cometd = new BayeuxServerImpl();
        cometd.setOption(Context.class.getName(), context.getContext());
        cometd.setOption(AbstractServerTransport.JSON_CONTEXT_OPTION, new BayeuxJson());
        cometd.setOption(AbstractServerTransport.MAX_MESSAGE_SIZE_OPTION, Body.MOST);
        cometd.setOption(
                AbstractServerTransport.TIMEOUT_OPTION, settings.pollTimeout().toMillis());
        cometd.setOption(
                AbstractServerTransport.MAX_INTERVAL_OPTION,
                settings.maxInterval().toMillis());
        // A page of another site can't use a customer's session by it; see BayeuxServlet for those that may.
        cometd.setOption(AbstractHttpTransport.BROWSER_COOKIE_SAME_SITE_OPTION, BayeuxServlet.SAME_SITE);
        cometd.setOption(AbstractHttpTransport.DUPLICATE_META_CONNECT_HTTP_RESPONSE_CODE_OPTION, 408);
        cometd.setOption(
                AbstractWebSocketTransport.PREFIX + "." + AbstractWebSocketTransport.COMETD_URL_MAPPING_OPTION,
                COMETD + "/*");
        cometd.setOption(
                AbstractWebSocketTransport.PREFIX + "." + AbstractWebSocketTransport.IDLE_TIMEOUT_OPTION,
                IDLE.toMillis());
        // Faye shakes hands by long-polling before it changes to WebSocket. Then the adapter asks who it is, and sends
        // again what another WebSocket may have lost.
        cometd.setOption(
                AbstractWebSocketTransport.PREFIX + "."
                        + AbstractWebSocketTransport.REQUIRE_HANDSHAKE_PER_CONNECTION_OPTION,
                false);
        cometd.setTransports(List.of(new BayeuxWebSocket(cometd), new JSONHttpTransport(cometd)));
        cometd.setSecurityPolicy(new OwnChannels());
        cometd.addExtension(new AcknowledgedMessagesExtension());
        context.setAttribute(BayeuxServer.ATTRIBUTE, cometd);
        ServletHolder holder = new ServletHolder(bayeux);
        holder.setAsyncSupported(true);
        holder.setInitOrder(1);
        context.addServlet(holder, COMETD + "/*");
        return context;
    }

    /** Clients may not make channels, which would stay as long as the clients like. */
    private static final class OwnChannels extends DefaultSecurityPolicy {
        @Override
        public boolean canCreate(BayeuxServer server, ServerSession session, String channel, ServerMessage message) {
            return session != null && session.isLocalSession();
        }
    }

    private static final class Health extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (!Request.getPathInContext(request).equals("/health")) {
                return false;
            }
            Answer.ok(java.util.Map.of("status", "UP")).write(response, callback);
            return true;
        }
    }

    /** Gives Jetty's own errors the form of all others, without a stack trace. */
    private static final class JsonErrors extends ErrorHandler {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = switch (response.getStatus()) {
                case 501, 505 -> 400; // It is not the server's fault.
                default -> response.getStatus();
            };
            String message = switch (status) {
                case 404 -> "There is nothing here";
                case 503 -> "This server is stopping";
                default -> org.eclipse.jetty.http.HttpStatus.getMessage(status);
            };
            Answer.error(status, "Status" + status, message).write(response, callback);
            return true;
        }
    }
}

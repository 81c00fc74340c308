package dev.halley.examples.embedding;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Options;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.UserId;
import dev.halley.cometd.CometdAdapter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.http.JSONHttpTransport;
import org.cometd.server.http.jakarta.CometDServlet;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** The smallest program that embeds Halley in a CometD server of its own. */
public final class Embedding {

    private Embedding() {}

    /** Serves chats on port 8080; pushes go to the URL that is the first argument. */
    public static void main(String[] arguments) throws Exception {
        String pushUrl = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:9000/push";
        BayeuxServerImpl bayeuxServer = new BayeuxServerImpl();
        ChatEngine engine = halley(bayeuxServer, pushUrl);
        Server server = jetty(8080, bayeuxServer);
        server.start();
        UserId user = new UserId("mia");
        Device device = Device.of("customhttp", "mias-phone");

        // readme: said
        ChatId chat = engine.open(new NewChat("request-chat", user, device))
                .toCompletableFuture()
                .join()
                .id();
        engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", "Hello"));
        // readme: end

        System.out.println("Connect a CometD client to http://127.0.0.1:8080/cometd with the header gms_user: mia");
        server.join();
    }

    /** All that Halley needs. */
    static ChatEngine halley(BayeuxServer bayeuxServer, String pushUrl) {
        // readme: embed
        Options options = Options.of(Map.of(
                "push", Map.of("pushEnabled", "customhttp"),
                "push.provider.customhttp", Map.of("customhttp.url", pushUrl)));
        ChatEngine engine = ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options))
                .agentLink((chat, absence, text) -> {
                    System.out.println("Chat " + chat + ": " + text);
                    return CompletableFuture.completedFuture(null);
                })
                .build();

        CometdAdapter.install(bayeuxServer, engine);
        // readme: end
        return engine;
    }

    /** A CometD server as anybody would set it up: long-polling and WebSocket on one URL. */
    static Server jetty(int port, BayeuxServerImpl bayeuxServer) {
        Server server = new Server(port);
        ServletContextHandler context = new ServletContextHandler("/");
        context.insertHandler(WebSocketUpgradeHandler.from(server, context));
        bayeuxServer.setOption(Context.class.getName(), context.getContext());
        bayeuxServer.setOption("jsonContext", "org.cometd.server.JacksonJSONContextServer");
        bayeuxServer.setOption("ws.cometdURLMapping", "/cometd/*");
        bayeuxServer.setTransports(new JettyWebSocketTransport(bayeuxServer), new JSONHttpTransport(bayeuxServer));
        context.setAttribute(BayeuxServer.ATTRIBUTE, bayeuxServer);
        ServletHolder servlet = new ServletHolder(new CometDServlet());
        servlet.setInitOrder(1);
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/cometd/*");
        server.setHandler(context);
        return server;
    }
}

package dev.halley.examples.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.examples.server.NodeApp.Transport;
import jakarta.websocket.ContainerProvider;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.client.ClientSession;
import org.cometd.client.BayeuxClient;
import org.cometd.client.http.jetty.JettyHttpClientTransport;
import org.cometd.client.transport.ClientTransport;
import org.cometd.client.websocket.jakarta.WebSocketTransport;
import org.cometd.common.JacksonJSONContextClient;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.component.LifeCycle;

/** An app on CometD's Java client, which gives up a lost answer sooner than it does by default. */
final class JavaApp implements App {

    private final List<Shown> rows = new CopyOnWriteArrayList<>();
    private final AtomicLong position = new AtomicLong();
    private final HttpClient http = new HttpClient();
    private final BayeuxClient client;
    private volatile boolean names;

    JavaApp(Transport transport, URI server, String user) {
        LifeCycle.start(http);
        URI url = server.resolve("/genesys/cometd");
        client = new BayeuxClient(url.toString(), transport(transport, url, user));
        client.setOption(BayeuxClient.BACKOFF_INCREMENT_OPTION, 100L);
        client.setOption(BayeuxClient.MAX_BACKOFF_OPTION, 300L);
        client.addExtension(new Wire());
    }

    /**
     * Has the app name its position with each connect, as Halley's documents advise.
     *
     * @param has the position up to which it has everything already
     */
    JavaApp namingAfter(long has) {
        position.set(has);
        names = true;
        return this;
    }

    JavaApp start() {
        client.handshake();
        assertThat(client.waitFor(10_000, BayeuxClient.State.CONNECTED)).isTrue();
        return this;
    }

    @Override
    public List<Shown> rows() {
        return rows;
    }

    @Override
    public void background() {
        // Not the form that waits: where no poll is held just then, it waits for the end of one to the last.
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        client.disconnect(reply -> answer.complete(reply.isSuccessful()));
        assertThat(answer.completeOnTimeout(false, 10, TimeUnit.SECONDS).join()).isTrue();
    }

    @Override
    public void close() {
        client.abort();
        LifeCycle.stop(http);
    }

    private final class Wire implements ClientSession.Extension {

        @Override
        public boolean sendMeta(ClientSession session, Message.Mutable message) {
            boolean connects = Channel.META_CONNECT.equals(message.getChannel());
            if (Channel.META_DISCONNECT.equals(message.getChannel()) || (names && connects)) {
                message.getExt(true).put("transcriptPosition", String.valueOf(position.get()));
            }
            return true;
        }

        @Override
        public boolean rcv(ClientSession session, Message.Mutable message) {
            if (message.getChannel().equals("/_genesys")) {
                take((Map<?, ?>) requireNonNull(message.getDataAsMap().get("message")));
            }
            return true;
        }

        private void take(Map<?, ?> state) {
            List<?> shown = Phone.rows(state);
            long next = Long.parseLong(String.valueOf(state.get("transcriptPosition"))) - shown.size();
            for (Object row : shown) {
                next++;
                if (next == position.get() + 1 || position.get() == 0) {
                    position.set(next);
                }
                Object text = row instanceof Object[] array ? array[2] : ((List<?>) row).get(2);
                rows.add(new Shown(next, String.valueOf(text)));
            }
        }
    }

    private ClientTransport transport(Transport transport, URI url, String user) {
        Map<String, Object> options = new HashMap<>(Map.of(
                ClientTransport.JSON_CONTEXT_OPTION,
                new JacksonJSONContextClient(),
                ClientTransport.MAX_NETWORK_DELAY_OPTION,
                1_000L));
        return switch (transport) {
            case LONG_POLLING ->
                new JettyHttpClientTransport(options, http) {
                    @Override
                    protected void customize(Request request) {
                        request.headers(headers -> headers.put("gms_user", user));
                    }
                };
            case WEBSOCKET ->
                new WebSocketTransport(
                        url.toString().replace("http:", "ws:"),
                        options,
                        null,
                        ContainerProvider.getWebSocketContainer()) {
                    @Override
                    protected void onHandshakeRequest(Map<String, List<String>> headers) {
                        super.onHandshakeRequest(headers);
                        headers.put("gms_user", List.of(user));
                    }
                };
        };
    }
}

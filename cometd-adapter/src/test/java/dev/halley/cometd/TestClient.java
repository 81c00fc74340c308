package dev.halley.cometd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.WebSocketContainer;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.client.ClientSession;
import org.cometd.client.BayeuxClient;
import org.cometd.client.ext.AckExtension;
import org.cometd.client.http.jetty.JettyHttpClientTransport;
import org.cometd.client.transport.ClientTransport;
import org.cometd.client.websocket.jakarta.WebSocketTransport;
import org.cometd.common.JacksonJSONContextClient;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/** CometD's Java client with default buffers, over either transport, that keeps the transcript as an app would. */
final class TestClient implements AutoCloseable {

    enum Transport {
        LONG_POLLING,
        WEBSOCKET
    }

    /** A row as it arrived. */
    record Shown(long position, String type, String text) {}

    final List<Shown> rows = new CopyOnWriteArrayList<>();
    final List<Map<String, Object>> states = new CopyOnWriteArrayList<>();
    final BayeuxClient bayeux;
    private final HttpClient http = new HttpClient();
    private final Map<String, Object> handshakeExt = new HashMap<>();
    private @Nullable Object disconnectPosition;

    TestClient(Transport transport, URI uri, String user) throws Exception {
        http.start();
        bayeux = new BayeuxClient(uri.toString(), transport(transport, uri, user, http));
        bayeux.addExtension(new ClientSession.Extension() {
            @Override
            public boolean sendMeta(ClientSession session, Message.Mutable message) {
                if (Channel.META_HANDSHAKE.equals(message.getChannel()) && !handshakeExt.isEmpty()) {
                    message.getExt(true).putAll(handshakeExt);
                }
                if (Channel.META_DISCONNECT.equals(message.getChannel()) && disconnectPosition != null) {
                    message.getExt(true).put("transcriptPosition", disconnectPosition);
                }
                return true;
            }
        });
        bayeux.getChannel(CometdAdapter.CHANNEL)
                .addListener((org.cometd.bayeux.client.ClientSessionChannel.MessageListener)
                        (channel, message) -> received(message));
    }

    TestClient(Transport transport, TestServer server) throws Exception {
        this(transport, server.uri(), TestServer.USER.value());
    }

    TestClient acknowledging() {
        bayeux.addExtension(new AckExtension());
        return this;
    }

    TestClient withExt(String name, Object value) {
        handshakeExt.put(name, value);
        return this;
    }

    /** Handshakes; fails if it is refused. */
    TestClient connect() {
        bayeux.handshake();
        assertThat(bayeux.waitFor(5_000, BayeuxClient.State.CONNECTED)).isTrue();
        return this;
    }

    boolean isRefused() {
        bayeux.handshake();
        return bayeux.waitFor(5_000, BayeuxClient.State.DISCONNECTED);
    }

    void background(Object position) {
        disconnectPosition = position;
        bayeux.disconnect();
        assertThat(bayeux.waitFor(5_000, BayeuxClient.State.DISCONNECTED)).isTrue();
    }

    /** Goes to the background over a network that may fail; returns whether the server has answered. */
    boolean leave(Object position) {
        disconnectPosition = position;
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        bayeux.disconnect(reply -> answer.complete(reply.isSuccessful()));
        return answer.completeOnTimeout(false, 3, TimeUnit.SECONDS).join();
    }

    long position() {
        return rows.isEmpty() ? 0 : rows.get(rows.size() - 1).position();
    }

    List<String> texts() {
        return rows.stream().map(Shown::text).toList();
    }

    void awaitPosition(long position) {
        await().untilAsserted(() -> assertThat(position()).isEqualTo(position));
    }

    /** Kills the client without a word: its sockets are closed and nothing is sent any more. */
    void vanish() {
        bayeux.abort();
        LifeCycle.stop(http);
    }

    @Override
    public void close() {
        bayeux.disconnect(1_000);
        LifeCycle.stop(http);
    }

    @SuppressWarnings("unchecked")
    private void received(Message message) {
        Map<String, Object> data = message.getDataAsMap();
        Map<String, Object> state = (Map<String, Object>) requireNonNull(data.get("message"));
        states.add(state);
        List<Object> shown = new ArrayList<>();
        Object all = requireNonNull(state.get("transcriptToShow"));
        if (all instanceof Object[] array) {
            shown.addAll(List.of(array));
        } else {
            shown.addAll((List<Object>) all);
        }
        long last = Long.parseLong((String) requireNonNull(state.get("transcriptPosition")));
        for (int i = 0; i < shown.size(); i++) {
            List<Object> row = shown.get(i) instanceof Object[] array ? List.of(array) : (List<Object>) shown.get(i);
            rows.add(new Shown(last - (shown.size() - 1) + i, (String) row.get(0), (String) row.get(2)));
        }
    }

    private static ClientTransport transport(Transport transport, URI uri, String user, HttpClient http) {
        Map<String, Object> options =
                new HashMap<>(Map.of(ClientTransport.JSON_CONTEXT_OPTION, new JacksonJSONContextClient()));
        if (transport == Transport.LONG_POLLING) {
            return new JettyHttpClientTransport(options, http) {
                @Override
                protected void customize(Request request) {
                    request.headers(headers -> headers.put("gms_user", user));
                }
            };
        }
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        return new WebSocketTransport(uri.toString().replace("http:", "ws:"), options, null, container) {
            @Override
            protected void onHandshakeRequest(Map<String, List<String>> headers) {
                super.onHandshakeRequest(headers);
                headers.put("gms_user", List.of(user));
            }
        };
    }
}

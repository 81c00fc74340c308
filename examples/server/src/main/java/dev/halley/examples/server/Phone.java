package dev.halley.examples.server;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.client.ClientSession;
import org.cometd.client.BayeuxClient;
import org.cometd.client.http.jetty.JettyHttpClientTransport;
import org.cometd.client.transport.ClientTransport;
import org.cometd.common.JacksonJSONContextClient;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/** A customer's app as one would write it: CometD's Java client, a transcript, and the position it has reached. */
final class Phone implements AutoCloseable {

    private static final String CHANNEL = "/_genesys";

    private final String url;
    private final String user;
    private final List<List<Object>> transcript = new ArrayList<>();
    private final BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();
    private @Nullable HttpClient http;
    private @Nullable BayeuxClient client;

    /** Records the messages that are sent and received, in order. */
    private final class Wire implements ClientSession.Extension {

        @Override
        public boolean sendMeta(ClientSession session, Message.Mutable message) {
            boolean goodBye = Channel.META_DISCONNECT.equals(message.getChannel());
            // Also with each poll, so that rows of a lost answer are sent again.
            if (goodBye || Channel.META_CONNECT.equals(message.getChannel())) {
                message.getExt(true).put("transcriptPosition", String.valueOf(position()));
            }
            if (goodBye) {
                arrived.add(message);
            }
            return true;
        }

        @Override
        public boolean rcvMeta(ClientSession session, Message.Mutable message) {
            if (Channel.META_CONNECT.equals(message.getChannel())) {
                arrived.add(message);
            }
            return true;
        }

        @Override
        public boolean rcv(ClientSession session, Message.Mutable message) {
            if (CHANNEL.equals(message.getChannel())) {
                take(message);
                arrived.add(message);
            }
            return true;
        }
    }

    Phone(URI server, String user) {
        this.url = server.resolve("/genesys/cometd").toString();
        this.user = user;
    }

    /** Starts the app: a handshake, then polls. */
    void open() {
        Map<String, Object> options =
                new HashMap<>(Map.of(ClientTransport.JSON_CONTEXT_OPTION, new JacksonJSONContextClient()));
        HttpClient newHttp = new HttpClient();
        LifeCycle.start(newHttp);
        JettyHttpClientTransport transport = new JettyHttpClientTransport(options, newHttp) {
            @Override
            protected void customize(Request request) {
                request.headers(headers -> headers.put("gms_user", user));
            }
        };
        BayeuxClient newClient = new BayeuxClient(url, transport);
        newClient.addExtension(new Wire());
        http = newHttp;
        client = newClient;
        newClient.handshake(message -> {});
    }

    /** Sends the app to the background: it says what it has and waits for the answer. */
    void toBackground() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        requireNonNull(client).disconnect(answer -> answered.countDown());
        if (!answered.await(5, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not answer the app's good-bye");
        }
        kill();
    }

    /** Kills the app: its connections end, and it says nothing. */
    void kill() {
        if (client != null) {
            client.abort();
        }
        close();
    }

    /** Returns the next message sent or received that matters here; null if there is none for a while. */
    @Nullable
    Message next(long seconds) throws InterruptedException {
        return arrived.poll(seconds, TimeUnit.SECONDS);
    }

    /** Forgets the messages recorded so far. */
    void forget() {
        arrived.clear();
    }

    synchronized int position() {
        return transcript.size();
    }

    synchronized List<List<Object>> transcript() {
        return List.copyOf(transcript);
    }

    @Override
    public void close() {
        LifeCycle.stop(http);
        http = null;
        client = null;
    }

    /** Adds what is new, drops what it has, and refuses a gap. */
    private synchronized void take(Message message) {
        Map<?, ?> state = (Map<?, ?>) requireNonNull(message.getDataAsMap().get("message"));
        List<?> rows = rows(state);
        long first = Long.parseLong(String.valueOf(state.get("transcriptPosition"))) - rows.size() + 1;
        for (Object row : rows) {
            if (first > transcript.size() + 1) {
                throw new IllegalStateException("A gap before position " + first);
            }
            if (first == transcript.size() + 1) {
                transcript.add(List.copyOf(list(row)));
            }
            first++;
        }
    }

    static List<?> rows(Map<?, ?> state) {
        return list(state.get("transcriptToShow"));
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof Object[] array ? List.of(array) : value instanceof List<?> list ? list : List.of();
    }
}

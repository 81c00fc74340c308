package dev.halley.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The same requests by nothing but Jetty's client, set up as the provider's is: no chat, no retry, no breaker. */
final class BareHttpPushes implements Pushes {

    private static final Logger LOGGER = LoggerFactory.getLogger(BareHttpPushes.class);

    /** As many as the engine has under way at once. */
    private static final int IN_FLIGHT = 500;

    private static final int CONNECTIONS = 64;

    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private final HttpClient client;
    private final URI url;

    BareHttpPushes(int port) throws Exception {
        url = URI.create(url(port));
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setDaemon(true);
        connector.setExecutor(threads);
        client = new HttpClient(new HttpClientTransportOverHTTP(connector));
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(4_096);
        client.start();
    }

    static String url(int port) {
        return "http://127.0.0.1:" + port + "/push";
    }

    @Override
    public void all(String[] texts) throws InterruptedException {
        for (int i = 0; i < texts.length; i++) {
            room.acquire();
            send(i, texts[i]);
        }
        room.acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
    }

    @Override
    public void one(int device, String text) {
        room.acquireUninterruptibly();
        send(device, text);
    }

    private void send(int device, String text) {
        String body = "{\"deviceId\":\"d0:APA91b" + "x".repeat(140) + device
                + "\",\"message\":{\"message\":\"New message from Agent\","
                + "\"serviceId\":\"180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7\","
                + "\"lastTranscript\":[{\"Message.Text\":\"" + text + "\"}]},\"tag\":\"chat.newagentmessage\"}";
        client.newRequest(url)
                .method(HttpMethod.POST)
                .timeout(10, TimeUnit.SECONDS)
                .headers(headers -> {
                    headers.put("webhook-id", "0001BaAFC4J8000N_1_2");
                    headers.put("webhook-timestamp", "1763990000");
                })
                .body(new BytesRequestContent("application/json", body.getBytes(UTF_8)))
                .send(this::answered);
    }

    private void answered(Result result) {
        room.release();
        if (result.isFailed() || result.getResponse().getStatus() != HttpStatus.OK_200) {
            LOGGER.error("A push was answered {}", result);
        }
    }
}

package dev.halley.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The same requests with only Jetty's client, configured like the provider's. */
final class BareHttpPushes extends BarePushes {

    private static final int CONNECTIONS = 64;

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
    void send(int device, String text) {
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
                .send(result -> answered(
                        result.isSucceeded() && result.getResponse().getStatus() == HttpStatus.OK_200, result));
    }
}

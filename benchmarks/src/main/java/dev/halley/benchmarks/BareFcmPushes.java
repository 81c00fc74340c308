package dev.halley.benchmarks;

import com.google.auth.oauth2.GoogleCredentials;
import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The same requests to FCM with only Jetty's client, and one token that was fetched before. */
final class BareFcmPushes extends BarePushes {

    private static final int CONNECTIONS = 4;
    private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";

    private final HttpClient client;
    private final URI url;
    private final String authorization;

    BareFcmPushes(Path folder, int port) throws Exception {
        url = URI.create("https://localhost:" + port + "/v1/projects/" + FcmStandIn.PROJECT + "/messages:send");
        authorization = "Bearer " + token(folder.resolve("fcm.json"));
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setDaemon(true);
        connector.setExecutor(threads);
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setTrustStorePath(folder.resolve("server.p12").toString());
        tls.setTrustStorePassword(Certificates.PASSWORD);
        connector.setSslContextFactory(tls);
        client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector)));
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(4_096);
        client.start();
    }

    private static String token(Path credentials) throws IOException {
        try (InputStream in = Files.newInputStream(credentials)) {
            return GoogleCredentials.fromStream(in)
                    .createScoped(SCOPE)
                    .refreshAccessToken()
                    .getTokenValue();
        }
    }

    @Override
    void send(int device, String text) {
        client.newRequest(url)
                .method(HttpMethod.POST)
                .timeout(10, TimeUnit.SECONDS)
                .headers(headers -> headers.put(HttpHeader.AUTHORIZATION, authorization))
                .body(new BytesRequestContent("application/json", FcmReceiverProgram.message(device, text)))
                .send(result -> answered(
                        result.isSucceeded() && result.getResponse().getStatus() == HttpStatus.OK_200, result));
    }
}

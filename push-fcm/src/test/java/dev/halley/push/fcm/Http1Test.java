package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import dev.halley.testkit.Pushes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.security.KeyStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that have no HTTP/2: stand-ins of others, and proxies between here and Google. */
class Http1Test {

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private FcmStandIn oauth;

    @BeforeEach
    void start() throws Exception {
        oauth = FcmPushes.standIn().start();
    }

    @AfterEach
    void stop() {
        oauth.close();
        threads.shutdownNow();
    }

    @Test
    void serverWithoutTls_isPushedTo() throws Exception {
        assertPushedTo(ServerSocketFactory.getDefault(), "http://127.0.0.1:");
    }

    @Test
    void serverThatNegotiatesNothing_isPushedTo() throws Exception {
        assertPushedTo(tls().getServerSocketFactory(), "https://localhost:");
    }

    private void assertPushedTo(ServerSocketFactory sockets, String url) throws Exception {
        try (ServerSocket server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Pushes pushes = FcmPushes.to(oauth, Map.of("fcm.url", url + server.getLocalPort()))) {
            threads.execute(() -> accept(server));
            List<CompletableFuture<Outcome>> sent = IntStream.range(0, 100)
                    .mapToObj(i -> pushes.begin("chat_1_" + i, FcmPushes.PHONE, "Hello"))
                    .toList();
            for (CompletableFuture<Outcome> one : sent) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Accepted());
            }
            assertThat(requests)
                    .hasSize(100)
                    .containsOnly("POST /v1/projects/" + FcmStandIn.PROJECT + "/messages:send HTTP/1.1");
        }
    }

    private void accept(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> answer(socket));
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String request = line(in); !request.isEmpty(); request = line(in)) {
                int length = 0;
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                        length = Integer.parseInt(header.substring(15).strip());
                    }
                }
                in.readNBytes(length);
                requests.add(request);
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(ISO_8859_1));
            }
        } catch (IOException e) {
            // The client has hung up.
        }
    }

    /** Returns the next line; an empty one at the end. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static SSLContext tls() throws Exception {
        char[] password = Certificates.PASSWORD.toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(FcmPushes.CERTIFICATES.serverKeyStore())) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        return tls;
    }
}

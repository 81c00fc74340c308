package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A stand-in for a receiver of webhooks: receives pushes over HTTP on its own port and checks their signatures. */
final class DemoReceiver implements AutoCloseable {

    private static final int MOST = 1 << 20;

    private final HttpServer server;
    private final byte[] secret = new byte[24];
    private final Consumer<DemoPush> received;

    private DemoReceiver(HttpServer server, Consumer<DemoPush> received) {
        this.server = server;
        this.received = received;
        new SecureRandom().nextBytes(secret);
    }

    static DemoReceiver start(Consumer<DemoPush> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        DemoReceiver receiver = new DemoReceiver(server, received);
        server.createContext("/push", receiver::take);
        server.start();
        return receiver;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/push");
    }

    /**
     * Returns options of {@code [push]} that send pushes here, both for devices with a token and for those with a URL.
     */
    Map<String, String> options() {
        String signedWith = "whsec_" + Base64.getEncoder().encodeToString(secret);
        return Map.of(
                "customhttp.url",
                uri().toString(),
                "customhttp.secret",
                signedWith,
                "httpcb.secret",
                signedWith,
                "httpcb.allow",
                "127.0.0.1");
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MOST);
            Headers headers = exchange.getRequestHeaders();
            String key = String.valueOf(headers.getFirst("webhook-id"));
            JsonNode json = parsed(body);
            if (json == null) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            received.accept(new DemoPush(
                    "webhook",
                    json.path("deviceId").asText(),
                    key,
                    isSigned(headers, key, body) ? "signature right" : "SIGNATURE WRONG",
                    "POST " + exchange.getRequestURI() + ", webhook-id: " + key,
                    new String(body, UTF_8),
                    json.path("message")));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    private static @Nullable JsonNode parsed(byte[] body) {
        try {
            return Json.parse(body);
        } catch (IOException e) {
            return null; // not a push
        }
    }

    /** Checks a signature as the Standard Webhooks specification says. */
    private boolean isSigned(Headers headers, String key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            ByteArrayOutputStream signed = new ByteArrayOutputStream();
            signed.writeBytes((key + "." + headers.getFirst("webhook-timestamp") + ".").getBytes(UTF_8));
            signed.writeBytes(body);
            String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.toByteArray()));
            return MessageDigest.isEqual(
                    expected.getBytes(UTF_8),
                    String.valueOf(headers.getFirst("webhook-signature")).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

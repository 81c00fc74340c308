package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A stand-in for a push service: takes pushes over HTTP on a port of its own and checks their signatures. */
final class DemoReceiver implements AutoCloseable {

    private static final int MOST = 1 << 20;

    private final HttpServer server;
    private final byte[] secret = new byte[24];
    private final Consumer<Push> received;

    /**
     * A push as it came.
     *
     * @param key its identity, the same for each attempt
     * @param signed whether the signature is right
     * @param body the whole body
     */
    record Push(String key, boolean signed, JsonNode body) {

        String device() {
            return body.path("deviceId").asText();
        }

        List<String> texts() {
            List<String> texts = new ArrayList<>();
            body.path("message").path("lastTranscript").forEach(row -> row.forEach(text -> texts.add(text.asText())));
            return texts;
        }

        /** One line for whoever watches. */
        @Override
        public String toString() {
            return "push  -> %s: \"%s\": %s (%d new, %s, key %s)"
                    .formatted(
                            device(),
                            body.path("message").path("message").asText(),
                            texts().stream().map(Json::text).collect(joining(", ")),
                            texts().size(),
                            signed ? "signature right" : "SIGNATURE WRONG",
                            key);
        }
    }

    private DemoReceiver(HttpServer server, Consumer<Push> received) {
        this.server = server;
        this.received = received;
        new SecureRandom().nextBytes(secret);
    }

    static DemoReceiver start(Consumer<Push> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        DemoReceiver receiver = new DemoReceiver(server, received);
        server.createContext("/push", receiver::take);
        server.start();
        return receiver;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/push");
    }

    /** Returns options under which pushes come here: of devices that are known by a token, and of those that name a URL. */
    Map<String, Map<String, Object>> options(int graceSeconds) {
        return Map.of(
                "push",
                Map.of(
                        "pushEnabled",
                        "customhttp, httpcb",
                        "_client_timeout_notification",
                        graceSeconds,
                        "customhttp.url",
                        uri().toString(),
                        "customhttp.secret",
                        "whsec_" + Base64.getEncoder().encodeToString(secret),
                        "httpcb.allow",
                        "127.0.0.1"));
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
            received.accept(new Push(key, isSigned(headers, key, body), Json.parse(body)));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** As the Standard Webhooks specification says. */
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

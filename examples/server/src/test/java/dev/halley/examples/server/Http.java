package dev.halley.examples.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A client that knows HTTP and nothing else. */
final class Http {

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI server;

    /** What came back. */
    record Reply(int status, String body, HttpResponse<String> response) {

        JsonNode json() {
            return Json.parse(body);
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        Optional<String> cookie() {
            return response.headers().firstValue("Set-Cookie").map(cookie -> cookie.split(";", 2)[0]);
        }
    }

    Http(URI server) {
        this.server = server;
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(Duration.ofSeconds(30));
    }

    Reply send(HttpRequest.Builder request) {
        return later(request).join();
    }

    CompletableFuture<Reply> later(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> new Reply(response.statusCode(), response.body(), response));
    }

    Reply post(String user, String path, String body) {
        return post(user, path, "application/x-www-form-urlencoded", body);
    }

    Reply post(String user, String path, String type, String body) {
        return send(
                to(path).header("gms_user", user).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    HttpResponse<java.util.stream.Stream<String>> lines(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    }
}

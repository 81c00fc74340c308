package dev.halley.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.UserId;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cometd.server.BayeuxServerImpl;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

    @Test
    void embeddedChat_isServed() throws Exception {
        BayeuxServerImpl bayeux = new BayeuxServerImpl();
        Server server = Embedding.jetty(0, bayeux);
        try (ChatEngine engine = Embedding.halley(bayeux, "http://127.0.0.1:9/push")) {
            server.start();
            ChatId chat = engine.open(new NewChat("request-chat", new UserId("mia"), null))
                    .toCompletableFuture()
                    .join()
                    .id();
            engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", "Hello"))
                    .toCompletableFuture()
                    .join();
            HttpClient client =
                    HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
            int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
            String handshake = post(
                    client,
                    port,
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                            + "\"supportedConnectionTypes\":[\"long-polling\"]}]");
            String clientId = handshake.replaceAll(".*\"clientId\":\"([^\"]+)\".*", "$1");
            String answer = post(
                    client,
                    port,
                    "[{\"channel\":\"/meta/connect\",\"connectionType\":\"long-polling\",\"clientId\":\"" + clientId
                            + "\"}]");
            assertThat(answer).contains("\"/_genesys\"").contains("Hello");
        } finally {
            LifeCycle.stop(server);
        }
    }

    @Test
    void readme_showsThisProgram() throws Exception {
        Path root = Path.of("").toAbsolutePath().getParent().getParent();
        String readme = words(Files.readString(root.resolve("README.md")));
        List<String> lines = Files.readAllLines(
                root.resolve("examples/embedding/src/main/java/dev/halley/examples/embedding/Embedding.java"));
        for (String part : List.of("embed", "said")) {
            int from = index(lines, "// readme: " + part) + 1;
            String code = String.join(
                    "\n", lines.subList(from, from + index(lines.subList(from, lines.size()), "// readme: end")));
            assertThat(readme.contains(words(code)))
                    .as("the README has " + words(code))
                    .isTrue();
        }
    }

    private static int index(List<String> lines, String marker) {
        return Stream.iterate(0, i -> i + 1)
                .filter(i -> lines.get(i).strip().equals(marker))
                .findFirst()
                .orElseThrow();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    private static String post(HttpClient client, int port, String body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/cometd"))
                                .header("gms_user", "mia")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}

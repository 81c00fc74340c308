package dev.halley.examples.server;

import static dev.halley.examples.server.ChatApiTest.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a caller may take, and how the server says that it is too much. */
class BoundsTest {

    private static final int MOST_OF_AN_ANSWER = 256 * 1024;

    @Test
    void oneChatTooMany_is429_andOthersHaveTheirs() throws Exception {
        try (RunningServer server = server(Map.of("max_chats_per_user", 2))) {
            Http http = new Http(server.uri());
            open(http, "mia");
            open(http, "mia");
            Http.Reply reply = tryToOpen(http, "mia");
            assertRefused(reply, 429);
            assertThat(reply.header("Retry-After")).isEqualTo("60");
            assertThat(reply.json().path("message").asText()).contains("2 open chats", "max_chats_per_user");
            open(http, "noa");
        }
    }

    @Test
    void noRoomForAnotherChat_is503() throws Exception {
        try (RunningServer server = server(Map.of("max_chats", 1))) {
            Http http = new Http(server.uri());
            open(http, "mia");
            Http.Reply reply = tryToOpen(http, "noa");
            assertRefused(reply, 503);
            assertThat(reply.header("Retry-After")).isEqualTo("60");
        }
    }

    @Test
    void noRoomForTexts_is503_forCustomerAndAgent() throws Exception {
        try (RunningServer server = server(Map.of("max_bytes", 1_000))) {
            Http http = new Http(server.uri());
            Opened chat = open(http, "mia");
            assertThat(send(http, chat, "x".repeat(2_000)).status()).isEqualTo(200);
            List<Http.Reply> refused = List.of(
                    send(http, chat, "?"),
                    http.send(agent(server, http, "chats/" + chat.id() + "/messages")
                            .POST(BodyPublishers.ofString("text=Hello"))));
            for (Http.Reply reply : refused) {
                assertRefused(reply, 503);
                assertThat(reply.header("Retry-After")).isEqualTo("60");
            }
            assertThat(http.post("mia", chat.url() + "/disconnect", "").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void largeTranscript_comesInParts_andTheEndWithTheLast() throws Exception {
        try (RunningServer server = server(Map.of())) {
            Http http = new Http(server.uri());
            Opened chat = open(http, "mia");
            for (int i = 0; i < 40; i++) {
                assertThat(send(http, chat, "€".repeat(8_000)).status()).isEqualTo(200);
            }
            http.post("mia", chat.url() + "/disconnect", "");

            List<Integer> sizes = new ArrayList<>();
            List<String> states = new ArrayList<>();
            long position = 0;
            long rows = 0;
            while (states.isEmpty() || states.get(states.size() - 1).equals("TRANSCRIPT")) {
                Http.Reply reply = http.post("mia", chat.url() + "/refresh", "transcriptPosition=" + position);
                JsonNode state = reply.json();
                sizes.add(reply.body().getBytes(UTF_8).length);
                states.add(state.path("chatIxnState").asText());
                rows += state.path("transcriptToShow").size();
                position = state.path("transcriptPosition").asLong();
                assertThat(position).as("contiguous").isEqualTo(rows);
            }
            assertThat(position).isEqualTo(42);
            assertThat(sizes).hasSizeBetween(4, 6).allMatch(size -> size < MOST_OF_AN_ANSWER + 1_000);
            assertThat(new HashSet<>(states.subList(0, states.size() - 1))).containsExactly("TRANSCRIPT");
            assertThat(states.get(states.size() - 1)).isEqualTo("DISCONNECTED");
        }
    }

    @Test
    void agentsList_hasPages_andEachChatOnce() throws Exception {
        try (RunningServer server = server(Map.of())) {
            Http http = new Http(server.uri());
            Set<String> all = new HashSet<>();
            IntStream.range(0, 25)
                    .forEach(i -> all.add(open(http, "user " + i % 3).id()));
            Opened ended = open(http, "mia");
            http.post("mia", ended.url() + "/disconnect", "");

            assertThat(pages(server, http, "limit=7&presence=online"))
                    .hasSize(4)
                    .satisfies(pages -> {
                        List<String> listed =
                                pages.stream().flatMap(List::stream).toList();
                        assertThat(listed).containsExactlyInAnyOrderElementsOf(all);
                    });
            assertThat(pages(server, http, "limit=26")).hasSize(1);
            assertThat(pages(server, http, "presence=ended")).containsExactly(List.of(ended.id()));
            assertThat(pages(server, http, "presence=away")).containsExactly(List.of());
            for (String wrong : List.of("limit=0", "limit=1001", "limit=x", "after=%24", "presence=gone")) {
                assertRefused(http.send(agent(server, http, "chats?" + wrong)), 415);
            }
        }
    }

    @Test
    void oneChatAlone_isShownAsInTheList() throws Exception {
        try (RunningServer server = server(Map.of())) {
            Http http = new Http(server.uri());
            Opened chat = open(http, "mia");
            JsonNode listed = http.send(agent(server, http, "chats")).json().get(0);
            assertThat(http.send(agent(server, http, "chats/" + chat.id())).json())
                    .isEqualTo(listed);
            assertRefused(http.send(agent(server, http, "chats/none")), 404);
            assertRefused(http.send(http.to("/agent/1/chats/" + chat.id())), 401);
        }
    }

    /** Each message of a body costs many times its length, and a body of 256 KB has room for 15,000. */
    @Test
    void bodiesOfManyMessages_areRefused_overBothTransports() throws Exception {
        String many = "[" + "{\"channel\":\"/a\"},".repeat(100) + "{\"channel\":\"/a\"}]";
        String few = "[" + "{\"channel\":\"/a\"},".repeat(99) + "{\"channel\":\"/a\"}]";
        String connects =
                "[" + "{\"channel\":\"/meta/connect\",\"clientId\":\"x\"},".repeat(2) + "{\"channel\":\"/a\"}]";
        try (RunningServer server = server(Map.of())) {
            Http http = new Http(server.uri());
            for (String refused : List.of(many, connects)) {
                assertRefused(http.post("mia", "/genesys/cometd", "application/json", refused), 400);
                try (Wire wire = new Wire(server.uri().getPort()).upgrade("gms_user: mia\r\n")) {
                    assertThat(wire.say(Wire.text(refused.getBytes(UTF_8)))
                                    .frame()
                                    .code())
                            .isEqualTo(1007);
                }
            }
            assertThat(http.post("mia", "/genesys/cometd", "application/json", few)
                            .status())
                    .isEqualTo(200);
        }
    }

    /** Compressed, some hundred bytes would make the server take a megabyte before anybody has shaken hands. */
    @Test
    void webSockets_areNotCompressed() throws Exception {
        try (RunningServer server = server(Map.of());
                Wire wire = new Wire(server.uri().getPort())) {
            wire.say(Wire.upgradeOf("gms_user: mia\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
            assertThat(wire.head().head()).startsWith("HTTP/1.1 101").doesNotContain("deflate");
        }
    }

    @Test
    void browsersCookie_thatIsLong_isRefused() throws Exception {
        try (RunningServer server = server(Map.of())) {
            Http http = new Http(server.uri());
            assertRefused(
                    http.send(http.to("/genesys/cometd/handshake")
                            .header("gms_user", "mia")
                            .header("Cookie", "BAYEUX_BROWSER=" + "x".repeat(65))
                            .POST(BodyPublishers.ofString("[{\"channel\":\"/meta/handshake\"}]"))),
                    400);
        }
    }

    private record Opened(String id, String url) {}

    private static RunningServer server(Map<String, Object> halley) throws Exception {
        return RunningServer.start(ServerSettings.of(Options.of(Map.of("halley", halley))));
    }

    private static Opened open(Http http, String user) {
        Http.Reply reply = tryToOpen(http, user);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return new Opened(
                reply.json().path("chatSessionId").asText(),
                reply.response().request().uri().getPath());
    }

    private static Http.Reply tryToOpen(Http http, String user) {
        String url = http.post(user, "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        return http.post(user, url, "notify_by=comet");
    }

    private static Http.Reply send(Http http, Opened chat, String text) {
        return http.post("mia", chat.url() + "/send", Http.form(Map.of("message", text)));
    }

    private static HttpRequest.Builder agent(RunningServer server, Http http, String path) {
        return http.to("/agent/1/" + path).header("Authorization", "Bearer " + server.token());
    }

    /** The ids on each page, following the cursor. */
    private static List<List<String>> pages(RunningServer server, Http http, String query) {
        List<List<String>> pages = new ArrayList<>();
        String next = "";
        do {
            Http.Reply reply =
                    http.send(agent(server, http, "chats?" + query + (next.isEmpty() ? "" : "&after=" + next)));
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            List<String> page = new ArrayList<>();
            reply.json().forEach(chat -> page.add(chat.path("chatSessionId").asText()));
            pages.add(page);
            next = reply.header("Halley-Next");
        } while (!next.isEmpty());
        return pages;
    }
}

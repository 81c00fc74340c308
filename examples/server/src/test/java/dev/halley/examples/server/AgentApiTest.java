package dev.halley.examples.server;

import static dev.halley.examples.server.ChatApiTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentApiTest {

    private final RunningServer server;
    private final Http http;

    AgentApiTest() throws Exception {
        server = RunningServer.start(ServerSettings.of(Options.none()));
        http = new Http(server.uri());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic x", "Bearer", "Bearer wrong"})
    void withoutToken_is401(String authorization) {
        HttpRequest.Builder chats = http.to("/agent/1/chats");
        HttpRequest.Builder events = http.to("/agent/1/events");

        assertRefused(http.send(authorization.isEmpty() ? chats : chats.header("Authorization", authorization)), 401);
        assertRefused(http.send(authorization.isEmpty() ? events : events.header("Authorization", authorization)), 401);
    }

    @Test
    void chats_showsWhatIsKnownOfEach() {
        String chat = chat("Zoë");
        JsonNode found = null;
        for (JsonNode shown : get("chats").json()) {
            found = shown.path("chatSessionId").asText().equals(chat) ? shown : found;
        }

        assertThat(found).isNotNull();
        assertThat(found.path("serviceId").asText()).startsWith("180-");
        assertThat(found.path("serviceName").asText()).isEqualTo("request-chat");
        assertThat(found.path("nickname").asText()).isEqualTo("Zoë");
        assertThat(found.path("presence").asText()).isEqualTo("online");
        assertThat(found.path("position").asInt()).isEqualTo(1);
        assertThat(found.path("seen").isNumber()).isTrue();
        assertThat(found.path("pushed").isNumber()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "join | {\"nickname\":\"Bob\"} | Notice.Joined | Bob | has joined the session",
                "messages | {\"text\":\"Hello\"} | Message.Text | Ann | Hello",
                "typing | {\"typing\":true} | Notice.TypingStarted | Ann | is typing",
                "typing | {\"typing\":false} | Notice.TypingStopped | Ann | stopped typing",
                "notices | {\"text\":\"note\"} | Notice.Custom | Ann | note",
                "urls | {\"url\":\"https://example.com/\"} | Notice.PushUrl | Ann | https://example.com/",
                "leave | {} | Notice.Left | Ann | has left the session"
            })
    void calls_writeTheirRow(String call, String body, String type, String nickname, String text) {
        String chat = chat("Ada");
        write(chat, "join", "{\"nickname\":\"Ann\"}");
        Http.Reply reply = write(chat, call, body);
        JsonNode events = get("chats/" + chat + "/events?after=2").json();

        assertThat(reply.body()).isEqualTo("{\"position\":3}");
        assertThat(events).hasSize(1);
        JsonNode event = events.get(0);
        assertThat(event.path("position").asInt()).isEqualTo(3);
        assertThat(event.path("type").asText()).isEqualTo(type);
        assertThat(event.path("nickname").asText()).isEqualTo(nickname);
        assertThat(event.path("text").asText()).isEqualTo(text);
        assertThat(event.path("party").asText()).isEqualTo("AGENT");
        assertThat(event.path("at").asText()).endsWith("Z");
    }

    @Test
    void leave_needsNoBody_andDoesNotEndTheChat() {
        String chat = chat("Ada");

        assertThat(write(chat, "leave", "").status()).isEqualTo(200);
        assertThat(write(chat, "messages", "text=back").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "join | {} | 415",
                "messages | {} | 415",
                "messages | {\"text\":7 | 400",
                "typing | {\"typing\":\"maybe\"} | 415",
                "notices | text= | 415",
                "urls | {\"url\":\"javascript:alert(1)\"} | 415",
                "urls | {\"url\":\"not a url\"} | 415",
                "dance | {} | 404"
            })
    void wrongCalls_areRefused(String call, String body, int status) {
        assertRefused(write(chat("Ada"), call, body), status);
    }

    @Test
    void tooLongText_is413() {
        String chat = chat("Ada");

        assertRefused(write(chat, "messages", "text=" + "x".repeat(24 * 1024 + 1)), 413);
        assertRefused(write(chat, "messages", "text=" + "x".repeat(300_000)), 413);
        assertThat(write(chat, "messages", "text=" + "x".repeat(24 * 1024)).status())
                .isEqualTo(200);
    }

    @Test
    void unknownChat_is404() {
        assertRefused(write("none", "messages", "text=x"), 404);
        assertRefused(write("$$", "messages", ""), 404);
        assertRefused(get("chats/none/events"), 404);
        assertRefused(get("else"), 404);
    }

    @Test
    void endedChat_is409_andCanBeRead() {
        String url = open("Ada");
        String chat = sessionOf(url);
        http.post("ada", url + "/disconnect", "");

        assertRefused(write(chat, "messages", "text=x"), 409);
        assertThat(get("chats/" + chat + "/events").json()).hasSize(2);
        assertRefused(get("chats/" + chat + "/events?after=x"), 415);
    }

    @Test
    void events_toAReaderThatDoesNotRead_end_andCostNoWarning() throws Exception {
        String chat = chat("Lea");
        String text = "Canary text".repeat(2_000);
        try (LogWatch log = new LogWatch();
                Wire reader = new Wire(server.uri().getPort())) {
            reader.say("GET /agent/1/events?secureKey=CanaryKey HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + server.token() + "\r\n\r\n");
            Awaitility.await().until(() -> server.streams() == 1);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                for (int i = 0; i < 50 && server.streams() > 0; i++) {
                    write(chat, "messages", "text=" + text);
                }
                return server.streams() == 0;
            });

            assertThat(log.complaints()).isEmpty();
        }
    }

    @Test
    void events_streamWhatHappens_inOrder() throws Exception {
        HttpResponse<Stream<String>> response = http.lines(agent("events"));
        Iterator<String> data = response.body()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .iterator();
        String chat = chat("Streamed");
        for (int i = 0; i < 50; i++) {
            write(chat, "messages", "text=" + i);
        }

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        for (int position = 1; position <= 51; ) {
            JsonNode event = Json.parse(data.next());
            if (event.path("chatSessionId").asText().equals(chat)) {
                assertThat(event.path("position").asInt()).isEqualTo(position++);
            }
        }
        response.body().close();
    }

    @Test
    void absence_isToldOnce_inPrivate() {
        String url = http.post("ada", "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        http.post("ada", url, "notify_by=comet&firstName=Ada");
        String chat = sessionOf(url);
        Bayeux app = Bayeux.handshake(http, "ada");
        app.connect();
        app.disconnect("1");

        JsonNode notice = Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> get("chats/" + chat + "/events?after=1").json(), events -> events.size() == 1)
                .get(0);
        assertThat(notice.path("position").isNull()).isTrue();
        assertThat(notice.path("type").asText()).isEqualTo("Notice.Custom");
        assertThat(notice.path("nickname").asText()).isEqualTo("Ada");
        assertThat(notice.path("party").asText()).isEqualTo("CLIENT");
        assertThat(notice.path("text").asText()).isEqualTo("customer is not online");
        assertThat(http.post("ada", url + "/refresh", "").json().path("transcriptToShow"))
                .hasSize(1);
    }

    private HttpRequest.Builder agent(String path) {
        return http.to("/agent/1/" + path).header("Authorization", "Bearer " + server.token());
    }

    private Http.Reply get(String path) {
        return http.send(agent(path));
    }

    private Http.Reply write(String chat, String call, String body) {
        return http.send(agent("chats/" + chat.replace("$", "%24") + "/" + call).POST(BodyPublishers.ofString(body)));
    }

    private String open(String name) {
        String url = http.post("ada", "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        http.post("ada", url, Http.form(Map.of("firstName", name)));
        return url;
    }

    private String chat(String name) {
        return sessionOf(open(name));
    }

    private String sessionOf(String url) {
        return http.post("ada", url + "/refresh", "")
                .json()
                .path("chatSessionId")
                .asText();
    }
}

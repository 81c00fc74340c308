package dev.halley.examples.server;

import static dev.halley.examples.server.ChatApiTest.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Options;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever guesses at a key, at each place where one can be shown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuessingTest {

    private final RunningServer server;
    private final Http http;
    private final AtomicInteger users = new AtomicInteger();

    GuessingTest() throws Exception {
        server = RunningServer.start(
                ServerSettings.of(Options.of(Map.of("halley", Map.of("require_secure_key", true)))));
        http = new Http(server.uri());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Calls with {@code KEY} in the place of the key, on a chat at {@code CHAT}. */
    static List<String> entries() {
        String ext = "\"ext\":{\"secureKey\":\"KEY\"}}";
        String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                + "[\"long-polling\",\"websocket\"]," + ext;
        String goodBye = "{\"channel\":\"/meta/disconnect\",\"clientId\":\"gone\"," + ext;
        return List.of(
                "POST CHAT secureKey=KEY",
                "POST CHAT/send message=x&secureKey=KEY",
                "POST CHAT/send {\"message\":\"x\",\"secureKey\":\"KEY\"}",
                "POST CHAT/refresh secureKey=KEY",
                "GET CHAT/refresh?secureKey=KEY ",
                "POST CHAT/startTyping secureKey=KEY",
                "POST CHAT/stopTyping secureKey=KEY",
                "POST CHAT/device push_notification_deviceid=&secureKey=KEY",
                "POST CHAT/disconnect secureKey=KEY",
                "POST CHAT/dance secureKey=KEY",
                "POST /genesys/cometd " + handshake,
                "POST /genesys/cometd " + goodBye,
                "WebSocket /genesys/cometd " + handshake,
                "WebSocket /genesys/cometd " + goodBye,
                "WebSocket /genesys/cometd {\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\","
                        + "\"clientId\":\"LEAKED\"," + ext);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyEntry_countsAndSlowsDown_onlyWhoeverGuesses(String entry) throws Exception {
        String user = "ada" + users.incrementAndGet();
        String url = http.post(user, "/genesys/1/service/request-chat", "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
        String key = http.post(user, url, "_verbose=true&notify_by=comet")
                .json()
                .path("secureKey")
                .asText();
        String call = entry.replace("CHAT", url);
        if (call.contains("LEAKED")) {
            String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                    + "[\"long-polling\"],\"ext\":{\"secureKey\":\"" + key + "\"}}";
            call = call.replace(
                    "LEAKED",
                    http.post(user, "/genesys/cometd", "application/json", handshake)
                            .json()
                            .at("/0/clientId")
                            .asText());
        }
        for (int i = 0; i < FailedKeys.MOST; i++) {
            assertThat(say(user, call.replace("KEY", "guess" + i), "127.0.0.1"))
                    .doesNotContainIgnoringCase("too_many", "TooMany");
        }

        String refused = say(user, call.replace("KEY", "another"), "127.0.0.1");
        assertThat(refused).contains("429");
        assertThat(say(user, call.replace("KEY", key), "127.0.0.1")).isEqualTo(refused);
        if (call.startsWith("WebSocket") || call.contains("cometd")) {
            assertThat(refused).contains("429::too_many_failures");
        } else {
            assertThat(refused).containsPattern("Retry-After: [1-9]");
        }
        // From elsewhere, and with the right key; the chat still is as it was.
        assertThat(say(user, ("POST " + url + "/refresh secureKey=" + key), "127.0.0.2"))
                .contains("200 OK", "\"transcriptPosition\":\"1\"", "TRANSCRIPT");
        assertThat(say(user, call.replace("KEY", key), "127.0.0.2")).doesNotContainIgnoringCase("too_many", "TooMany");
    }

    @Test
    void severalHandshakesAtOnce_areNoMoreGuesses() {
        String handshake = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                + "[\"long-polling\"],\"ext\":{\"secureKey\":\"guess\"}}";
        Http.Reply reply =
                http.post("ada", "/genesys/cometd", "application/json", "[" + handshake + "," + handshake + "]");

        assertRefused(reply, 400);
    }

    /** Says a call of a user, and returns what is answered but for the date and the seconds that are left. */
    private String say(String user, String call, String from) throws Exception {
        String[] parts = call.split(" ", 3);
        int port = server.uri().getPort();
        String answer;
        if (parts[0].equals("WebSocket")) {
            try (Wire wire = new Wire(port, from).upgrade("gms_user: " + user + "\r\n")) {
                answer = wire.say(Wire.text(parts[2].getBytes(UTF_8))).frame().text();
            }
        } else {
            try (Wire wire = new Wire(port, from)) {
                Wire.Answer whole = wire.say((parts[0] + " " + parts[1]
                                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ngms_user: " + user
                                        + "\r\n"
                                        + "Content-Length: " + parts[2].length() + "\r\n\r\n" + parts[2])
                                .getBytes(UTF_8))
                        .answer();
                answer = whole.headButDate() + whole.body();
            }
        }
        return answer.replaceAll("Retry-After: [0-9]+", "Retry-After: 9").replaceAll("\"interval\":[0-9]+", "");
    }
}

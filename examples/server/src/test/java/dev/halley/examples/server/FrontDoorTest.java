package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anything happens, and what browsers are told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontDoorTest {

    private static final String SERVICE = "/genesys/1/service/request-chat";
    private static final String HANDSHAKE = "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
            + "\"supportedConnectionTypes\":[\"long-polling\",\"websocket\"]}]";

    private final RunningServer server = RunningServer.start(ServerSettings.of(Options.of(
            Map.of("halley", Map.of("allowed_origins", "https://shop.example, http://same.example, null, file://")))));
    private final int port = server.uri().getPort();

    FrontDoorTest() throws Exception {}

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<String> calls() {
        return Stream.of(
                "GET /health",
                "POST " + SERVICE,
                "GET " + SERVICE,
                "POST /genesys/cometd",
                "POST /genesys/cometd/handshake",
                "OPTIONS /genesys/cometd",
                "OPTIONS " + SERVICE,
                "GET /agent/1/chats",
                "GET /agent/1/events",
                "TRACE /",
                "GET /nothing");
    }

    @ParameterizedTest
    @MethodSource("calls")
    void page_ofAForeignOrigin_isRefused(String call) throws Exception {
        for (String origin : new String[] {
            "https://evil.example", "http://localhost:1", "http://shop.example", "https://shop.example.evil.example"
        }) {
            Wire.Answer answer = call(call, "Host: localhost:" + port, "Origin: " + origin);

            assertThat(answer.status()).as(answer.head()).isEqualTo(403);
            assertThat(answer.body()).contains(origin, "allowed_origins");
            assertThat(answer.head()).doesNotContain("Access-Control");
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void twoOrigins_areRefused(String call) throws Exception {
        assertThat(call(call, "Host: localhost", "Origin: null", "Origin: null").status())
                .isEqualTo(403);
    }

    @Test
    void refusal_showsAnyOriginInOneLine() throws Exception {
        Wire.Answer answer = call("GET /health", "Host: localhost", "Origin: http://a\u009b2J" + "b".repeat(5_000));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("http://a?2J").hasSizeLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://localhost:1"})
    void webSocket_ofAForeignPage_isNotUpgraded(String origin) throws Exception {
        Wire.Answer answer = call(
                "GET /genesys/cometd",
                "Host: localhost:" + port,
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Version: 13",
                "Origin: " + origin);

        assertThat(answer.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://shop.example", "null", "http://localhost", "https://localhost"})
    void webSocket_ofAnAllowedPage_isUpgraded(String origin) throws Exception {
        try (Wire wire = new Wire(port).upgrade("gms_user: ada\r\nOrigin: " + origin + "\r\n")) {
            wire.say(Wire.text(HANDSHAKE.getBytes(UTF_8)));

            assertThat(wire.frame().text()).contains("\"successful\":true");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Host: chat.example, Origin: http://chat.example",
        "Host: chat.example, Origin: https://chat.example",
        "Host: chat.example:8443, Origin: https://chat.example:8443",
        "Host: inside:80, 'Origin: https://chat.example\r\nX-Forwarded-Host: chat.example'"
    })
    void pageOfTheServersOwn_isServed_andNeedsNoPermission(String host, String origin) throws Exception {
        Wire.Answer answer = call("POST " + SERVICE, host, origin);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).doesNotContain("Access-Control");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://shop.example", "null", "file://", "http://same.example"})
    void listedPage_mayCallAndRead(String origin) throws Exception {
        for (String call : new String[] {
            "POST " + SERVICE, "POST /genesys/cometd", "GET /agent/1/chats", "GET /health", "POST " + SERVICE + "/x"
        }) {
            Wire.Answer answer = call(call, "Host: localhost", "Origin: " + origin);

            assertThat(answer.status()).isNotEqualTo(403);
            assertThat(answer.head().lines())
                    .as(call)
                    .contains(
                            "Access-Control-Allow-Origin: " + origin,
                            "Access-Control-Allow-Credentials: true",
                            "Access-Control-Expose-Headers: Retry-After, Halley-Next",
                            "Vary: Origin");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/genesys/1/service/x/ixn/chat/send, gms_user",
        "/genesys/cometd, gms_user",
        "/agent/1/chats, Authorization",
        "/agent/1/events, Authorization"
    })
    void preflight_ofAListedPage_isAnsweredWithWhatItMaySend(String path, String header) throws Exception {
        Wire.Answer answer = call(
                "OPTIONS " + path,
                "Host: localhost",
                "Origin: https://shop.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type," + header.toLowerCase(Locale.ROOT));

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.head()).contains("Access-Control-Allow-Origin: https://shop.example", "Vary: Origin");
        assertThat(answer.head())
                .containsPattern("Access-Control-Allow-Headers: .*" + header)
                .containsPattern("Access-Control-Allow-Headers: .*Content-Type")
                .contains("Access-Control-Allow-Methods: GET, POST");
    }

    @Test
    void cookie_isForTheServersOwnSite_andForOthersThatAreListed() throws Exception {
        assertThat(cookie("")).contains("HttpOnly", "SameSite=Lax").doesNotContain("Secure");
        assertThat(cookie("Origin: http://localhost")).contains("HttpOnly", "SameSite=Lax");
        assertThat(cookie("Origin: http://same.example")).contains("HttpOnly", "SameSite=Lax");
        assertThat(cookie("Origin: https://shop.example")).contains("HttpOnly", "SameSite=None; Secure");
        assertThat(cookie("Origin: null")).contains("HttpOnly", "SameSite=None; Secure");
    }

    private String cookie(String header) throws Exception {
        String head = post(
                        "/genesys/cometd", "gms_user: ada\r\n" + (header.isEmpty() ? "" : header + "\r\n"), HANDSHAKE)
                .head();
        return head.lines()
                .filter(line -> line.startsWith("Set-Cookie: BAYEUX_BROWSER="))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", SERVICE, "/genesys/cometd", "/agent/1/chats", "*"})
    void trace_isRefused_andEchoesNothing(String path) throws Exception {
        Wire.Answer answer = call("TRACE " + path, "Host: localhost", "Cookie: Canary-Cookie", "X-Mine: Canary-Header");

        assertThat(answer.status()).isIn(400, 405);
        assertThat(answer.body()).doesNotContain("Canary");
    }

    // Who is this, exactly once

    @ParameterizedTest
    @ValueSource(strings = {"ada", "eve", ""})
    void twoNames_are401_whateverTheirValues(String second) throws Exception {
        Wire.Answer answer = Wire.exchange(
                port,
                ("POST " + SERVICE + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ngms_user: ada\r\ngms_user: "
                                + second + "\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(ISO_8859_1));

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void name_isReadAsUtf8_whereItIsThat_andIsTheSameInHeaderAndExt() throws Exception {
        String utf8 = new String("Zoë ☎".getBytes(UTF_8), ISO_8859_1);
        JsonNode service =
                Json.parse(post(SERVICE, "gms_user: " + utf8 + "\r\n", "").body());
        Wire.Answer chat =
                post(service.path("_chatIxnAPI-CREATE-URL").asText(), "gms_user: " + utf8 + "\r\n", "_verbose=true");
        assertThat(Json.parse(chat.body()).path("userId").asText()).isEqualTo("Zoë ☎");

        Wire.Answer handshake = post(
                "/genesys/cometd",
                "gms_user: " + utf8 + "\r\n",
                HANDSHAKE.replace("}]", ",\"ext\":{\"gms_user\":\"Zo\\u00eb \\u260e\"}}]"));
        assertThat(handshake.body()).contains("\"successful\":true");

        JsonNode latin1 = Json.parse(post(
                        Json.parse(post(SERVICE, "gms_user: Zoë\r\n", "").body())
                                .path("_chatIxnAPI-CREATE-URL")
                                .asText(),
                        "gms_user: Zoë\r\n",
                        "_verbose=true")
                .body());
        assertThat(latin1.path("userId").asText()).isEqualTo("Zoë");
    }

    /** The same header is the same user, whatever carries it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gms_user: ada",
                "gms_user: ada, eve",
                "gms_user: ada,",
                "gms_user: \"ada\"",
                "gms_user: ada;a=b",
                "gms_user: Zo\u00c3\u00ab, ada",
                "gms_user: ada\r\nGMS_USER: eve",
                "GMS_USER: ada\r\ngms_user: ada",
                "gms_user: ada\r\ngms_user:",
                "gms_user:"
            })
    void header_meansTheSame_onRestLongPollingAndWebSocket(String header) throws Exception {
        JsonNode service = Json.parse(post(SERVICE, header + "\r\n", "").body());
        boolean known = service.has("_id");
        String chat = known
                ? post(service.path("_chatIxnAPI-CREATE-URL").asText(), header + "\r\n", "notify_by=comet")
                        .body()
                : "";
        String session =
                Json.parse(chat.isEmpty() ? "{}" : chat).path("chatSessionId").asText("none");
        try (Wire wire = new Wire(port).upgrade(header + "\r\n")) {
            wire.say(Wire.text(HANDSHAKE.getBytes(UTF_8)));
            String welcome = wire.frame().text();
            assertThat(welcome.contains("\"successful\":true")).isEqualTo(known);
            if (known) {
                wire.say(Wire.text(("{\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\",\"clientId\":\""
                                + Json.parse(welcome).at("/0/clientId").asText()
                                + "\",\"advice\":{\"timeout\":0}}")
                        .getBytes(UTF_8)));
                assertThat(wire.frame().text()).contains(session);
            }
        }
        assertThat(post("/genesys/cometd", header + "\r\n", HANDSHAKE).body().contains("\"successful\":true"))
                .isEqualTo(known);
    }

    // The demonstration

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:8080, 200",
        "127.0.0.1, 200",
        "127.1.2.3:9, 200",
        "[::1], 200",
        "[::1]:8080, 200",
        "evil.example, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "0.0.0.0, 421",
        "10.0.0.1, 421",
        "[::2], 421",
        "xlocalhost, 421"
    })
    void demonstration_answersOnlyToNamesOfLoopback(String host, int status) throws Exception {
        try (RunningServer demo =
                RunningServer.start(ServerSettings.of(Options.none()).asDemonstration())) {
            for (String path : new String[] {"/health", "/agent/1/chats", "/genesys/cometd", "/nothing"}) {
                Wire.Answer answer = Wire.exchange(
                        demo.uri().getPort(),
                        ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                                .getBytes(ISO_8859_1));
                if (status == 421) {
                    assertThat(answer.status()).isEqualTo(421);
                } else {
                    assertThat(answer.status()).isNotEqualTo(421);
                }
            }
        }
    }

    @Test
    void serverWithConfig_hasWhateverNameItIsCalled() throws Exception {
        assertThat(call("GET /health", "Host: chat.example").status()).isEqualTo(200);
    }

    private Wire.Answer call(String call, String... headers) throws Exception {
        return Wire.exchange(
                port,
                (call + " HTTP/1.1\r\nConnection: close\r\ngms_user: ada\r\nContent-Length: 0\r\n"
                                + String.join("\r\n", headers) + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
    }

    private Wire.Answer post(String path, String headers, String body) throws Exception {
        return Wire.exchange(
                port,
                ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "Content-Length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(ISO_8859_1));
    }
}

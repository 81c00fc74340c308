package dev.halley.cometd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.ChatId;
import dev.halley.Presence;
import dev.halley.UserId;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Web pages in a customer's browser, and senders whose name can be read in two ways; over both transports. */
class ForeignPagesTest {

    private static final String ORIGIN_NOT_ALLOWED = "403::origin_not_allowed";

    private TestServer server;
    private ChatId chat;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(
                TestServer.settings()
                        .allowedOrigins(Set.of("https://shop.example"))
                        .build(),
                // As the example server has it, and as an application may.
                Map.of("timeout", 2_000L, "maxInterval", 30_000L, "ws.requireHandshakePerConnection", false),
                false);
        chat = server.open();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1", ""})
    void handshake_ofAForeignPage_isRefusedForGood(String origin) throws Exception {
        try (RawClient page = new RawClient(server.port(), "mia").header("Origin: " + origin)) {
            assertRefused(page.handshake(""));
        }
        if (origin.isEmpty()) {
            return; // CometD drops it there, as if there were none
        }
        try (Socketed page = new Socketed("Origin: " + origin)) {
            assertRefused(page.ask(Socketed.HANDSHAKE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://shop.example", "http://localhost", "https://localhost"})
    void handshake_ofAnAllowedPage_isTaken(String origin) throws Exception {
        try (RawClient page = new RawClient(server.port(), "mia").header("Origin: " + origin)) {
            assertThat(page.handshake("").path("successful").asBoolean()).isTrue();
        }
        try (Socketed page = new Socketed("Origin: " + origin)) {
            assertThat(page.ask(Socketed.HANDSHAKE).path("successful").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void twoOrigins_areRefused() throws Exception {
        try (RawClient page = new RawClient(server.port(), "mia")
                .header("Origin: https://shop.example")
                .header("Origin: https://shop.example")) {
            assertRefused(page.handshake(""));
        }
    }

    @Test
    void foreignPage_withIdAndCookieOfTheCustomer_getsNothingAndMovesNothing() throws Exception {
        try (RawClient owner = new RawClient(server.port(), "mia");
                RawClient page = new RawClient(server.port(), "mia").header("Origin: https://evil.example")) {
            owner.handshake("");
            owner.connect();
            server.say(chat, "Hello");
            page.steal(owner);

            JsonNode connected = page.connect(",\"ext\":{\"transcriptPosition\":\"2\"}");
            JsonNode gone = page.disconnect(owner.clientId(), ",\"ext\":{\"transcriptPosition\":\"2\"}");

            assertThat(connected).hasSize(1);
            assertRefused(connected.get(0));
            assertRefused(gone.get(gone.size() - 1));
            assertThat(server.view(chat).seen()).isLessThan(2);
            assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
            assertThat(owner.connect().toString()).contains("Hello");
        }
    }

    @Test
    void foreignPagesWebSocket_withTheIdOfTheCustomersSession_getsNothingAndMovesNothing() throws Exception {
        try (Socketed owner = new Socketed("");
                Socketed page = new Socketed("Origin: https://evil.example")) {
            String id = owner.ask(Socketed.HANDSHAKE).path("clientId").asText();
            owner.ask(connect(id));
            server.say(chat, "Hello");

            assertRefused(page.ask(connect(id)));
            assertRefused(page.ask("{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + id
                    + "\",\"ext\":{\"transcriptPosition\":\"2\"}}"));
            assertRefused(page.ask(
                    "{\"channel\":\"/meta/subscribe\",\"subscription\":\"/_genesys\",\"clientId\":\"" + id + "\"}"));
            assertThat(page.heard).doesNotContain("Hello");
            assertThat(server.view(chat).seen()).isLessThan(2);
            assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mia", "eve", ""})
    void twoHeadersThatNameTheUser_areNobody_whateverTheirValues(String second) throws Exception {
        try (RawClient client = new RawClient(server.port(), "mia").header("gms_user: " + second)) {
            assertThat(client.handshake("").path("error").asText()).isEqualTo("401::user_missing_or_ambiguous");
        }
        if (second.isEmpty()) {
            return; // CometD drops it there, as if there were one
        }
        try (Socketed client = new Socketed("gms_user: mia\r\ngms_user: " + second)) {
            assertThat(client.ask(Socketed.HANDSHAKE).path("error").asText())
                    .isEqualTo("401::user_missing_or_ambiguous");
        }
    }

    @Test
    void twoHeaders_laterInASessionThatExtNamed_areNotNobody() throws Exception {
        try (RawClient owner = new RawClient(server.port(), "");
                RawClient other = new RawClient(server.port(), "mia").header("gms_user: mia")) {
            owner.handshake(",\"ext\":{\"gms_user\":\"mia\"}");
            JsonNode refused = other.steal(owner).connect();

            assertThat(refused.get(0).path("error").asText()).isEqualTo("402::session_unknown");
            assertThat(owner.connect().toString()).contains("has joined the session");
        }
    }

    @Test
    void name_inUtf8_isTheSameInHeaderAndExt() throws Exception {
        ChatId zoes = server.open(new UserId("Zoë"));
        server.say(zoes, "Hello");
        String utf8 = new String("Zoë".getBytes(UTF_8), ISO_8859_1);
        for (String header : new String[] {utf8, "Zoë"}) {
            try (Socketed client = new Socketed("gms_user: " + header)) {
                JsonNode welcome =
                        client.ask(Socketed.HANDSHAKE.replace("}", ",\"ext\":{\"gms_user\":\"Zo\\u00eb\"}}"));
                assertThat(welcome.path("successful").asBoolean())
                        .as(welcome.toString())
                        .isTrue();
                client.ask(connect(welcome.path("clientId").asText()));
                assertThat(client.heard).contains("Hello");
            }
        }
    }

    private static String connect(String id) {
        return "{\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\",\"advice\":{\"timeout\":0},"
                + "\"clientId\":\"" + id + "\"}";
    }

    private static void assertRefused(JsonNode reply) {
        assertThat(reply.path("successful").asBoolean()).as(reply.toString()).isFalse();
        assertThat(reply.path("error").asText()).isEqualTo(ORIGIN_NOT_ALLOWED);
        assertThat(reply.at("/advice/reconnect").asText()).isEqualTo("none");
    }

    /** A WebSocket with any headers, as no library makes it. */
    private final class Socketed implements AutoCloseable {

        static final String HANDSHAKE = "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                + "\"supportedConnectionTypes\":[\"websocket\"]}";

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        private final DataInputStream in = new DataInputStream(socket.getInputStream());
        private final StringBuilder heard = new StringBuilder();

        Socketed(String headers) throws IOException {
            socket.setSoTimeout(30_000);
            String named = headers.contains("gms_user") ? "" : "gms_user: mia\r\n";
            socket.getOutputStream()
                    .write(("GET /genesys/cometd HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n" + named
                                    + (headers.isEmpty() ? "" : headers + "\r\n") + "\r\n")
                            .getBytes(ISO_8859_1));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            assertThat(head.toString()).startsWith("HTTP/1.1 101");
        }

        /** Sends a message and returns the reply to it. */
        JsonNode ask(String message) throws IOException {
            byte[] text = ("[" + message + "]" + " ".repeat(126))
                    .getBytes(UTF_8); // never short, so that its length has two bytes
            OutputStream out = socket.getOutputStream();
            out.write(new byte[] {(byte) 0x81, (byte) (0x80 | 126), (byte) (text.length >> 8), (byte) text.length});
            out.write(new byte[4]); // a mask that changes nothing
            out.write(text);
            while (true) {
                in.readUnsignedByte();
                int length = in.readUnsignedByte();
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
                String said = new String(in.readNBytes(length), UTF_8);
                heard.append(said);
                for (JsonNode reply : new ObjectMapper().readTree(said)) {
                    if (reply.has("successful")) {
                        return reply;
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}

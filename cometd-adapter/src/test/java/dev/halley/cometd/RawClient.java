package dev.halley.cometd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.fixtures.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A long-polling client on one TCP connection, without any library, that can stop reading or reset. */
final class RawClient implements AutoCloseable {

    /** What CometD's clients put into a connect that is the first, or follows one that has failed. */
    static final String MARK = ",\"advice\":{\"timeout\":0}";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;
    private final String user;
    private final List<String> headers = new ArrayList<>();
    private Socket socket;
    private @Nullable String cookie;
    private @Nullable String clientId;
    private int lastId = 1;
    int status;

    /** The bytes of the last answer's body. */
    int length;

    RawClient(int port, String user) throws IOException {
        this.port = port;
        this.user = user;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.socket.setSoTimeout(30_000);
    }

    /** Goes on with somebody else's session, as far as its client id and its cookie are that. */
    RawClient steal(RawClient other) {
        clientId = other.clientId;
        cookie = other.cookie;
        return this;
    }

    RawClient header(String line) {
        headers.add(line);
        return this;
    }

    String clientId() {
        return String.valueOf(clientId);
    }

    /** Goes on over another TCP connection; the old one stays open. */
    void reconnect() throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
    }

    void forgetCookie() {
        cookie = null;
    }

    JsonNode handshake(String ext) throws IOException {
        JsonNode answer = post("[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                + "[\"long-polling\"]" + ext + ",\"id\":\"1\"}]");
        JsonNode reply = answer.get(0);
        if (reply.path("successful").asBoolean()) {
            clientId = reply.get("clientId").asText();
        }
        return reply;
    }

    /** Connects and waits for the answer. */
    JsonNode connect(String more) throws IOException {
        sendConnect(more);
        return read();
    }

    /** Connects as CometD's clients do for the first time, or after a failure, and waits for the answer. */
    JsonNode marked() throws IOException {
        return connect(MARK);
    }

    /** The first connect after a handshake is answered at once. */
    JsonNode connect() throws IOException {
        return connect("");
    }

    void sendConnect(String more) throws IOException {
        sendConnect(++lastId, more);
    }

    void sendConnect(int id, String more) throws IOException {
        send("[{\"channel\":\"/meta/connect\",\"connectionType\":\"long-polling\",\"clientId\":\"" + clientId
                + "\",\"id\":\"" + id + "\"" + more + "}]");
    }

    JsonNode disconnect(String ofClientId, String ext) throws IOException {
        return post("{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + ofClientId + "\"" + ext + ",\"id\":\"4\"}");
    }

    JsonNode post(String body) throws IOException {
        send(body);
        return read();
    }

    void send(String body) throws IOException {
        byte[] bytes = body.startsWith("[")
                ? body.getBytes(StandardCharsets.UTF_8)
                : ("[" + body + "]").getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("POST /genesys/cometd HTTP/1.1\r\nHost: localhost\r\n"
                + (user.isEmpty() ? "" : "gms_user: " + user + "\r\n")
                + "Content-Type: application/json;charset=UTF-8\r\nContent-Length: " + bytes.length + "\r\n");
        if (cookie != null) {
            head.append("Cookie: ").append(cookie).append("\r\n");
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        head.append("\r\n");
        // One write: a second small one would wait for the acknowledgement of the first, which TCP delays by 40 ms.
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(bytes);
        request.writeTo(socket.getOutputStream());
    }

    JsonNode read() throws IOException {
        HttpAnswer answer = HttpAnswer.read(socket.getInputStream());
        status = answer.status();
        length = answer.length();
        cookie = answer.cookie().isEmpty() ? cookie : answer.cookie();
        return JSON.readTree(answer.body());
    }

    /** Resets the TCP connection. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.fixtures.HttpAnswer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An app that polls by hand as CometD's clients do, on sockets of its own: its ids count upwards, it marks the connects
 * that they mark, and it can die in any way.
 */
final class PollingApp implements App {

    enum Death {
        CLOSED,
        RESET,
        /** It reads no more, and nobody is told. */
        SILENT
    }

    /** So long after a connect was written it has reached the server. */
    private static final long REACHES_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int PATIENCE_MILLIS = 30_000;

    private final int port;
    private final String user;
    private final List<Shown> rows = new CopyOnWriteArrayList<>();
    private final List<Socket> abandoned = new ArrayList<>();
    private final CountDownLatch dead = new CountDownLatch(1);
    private Socket socket;
    private InputStream in;
    private @Nullable String cookie;
    private @Nullable String clientId;
    private int lastId;
    private boolean failed;
    private long position;

    private boolean waits;
    private long sentAt;
    private long claimed;
    private long covered;

    PollingApp(URI server, String user) throws IOException {
        this.port = server.getPort();
        this.user = user;
        this.socket = connectTo();
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    void handshake() throws IOException {
        clientId = null;
        send("{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"long-polling\"]");
        JsonNode reply = read().path(0);
        if (!reply.path("successful").asBoolean()) {
            throw new IOException(reply.toString());
        }
        clientId = reply.path("clientId").asText();
        failed = true;
    }

    /** Polls, and waits for the answer. */
    void poll() throws IOException {
        sendPoll();
        takeAnswer();
    }

    void sendPoll() throws IOException {
        synchronized (this) {
            if (dead.getCount() == 0) {
                throw new IOException("The app is dead");
            }
            // A marked one proves nothing.
            claimed = failed ? covered : Math.max(covered, position);
            sentAt = System.nanoTime();
            waits = true;
        }
        send("{\"channel\":\"/meta/connect\",\"connectionType\":\"long-polling\",\"clientId\":\"" + clientId + "\""
                + (failed ? ",\"advice\":{\"timeout\":0}" : ""));
        failed = false;
    }

    void takeAnswer() throws IOException {
        JsonNode answer = read();
        if (dead.getCount() == 0) {
            return;
        }
        synchronized (this) {
            covered = claimed;
            waits = false;
        }
        for (JsonNode message : answer) {
            if (message.path("channel").asText().equals("/_genesys")) {
                take(message.at("/data/message"));
            } else if (!message.path("successful").asBoolean()) {
                throw new IOException(message.toString());
            }
        }
    }

    /** Whether an answer is there that nobody has read. */
    boolean isAnswered() throws IOException {
        return in.available() > 0;
    }

    /** Goes on over another connection, as after one that has failed; the old one stays open and is read no more. */
    void abandonConnection() throws IOException {
        abandoned.add(socket);
        reconnect();
    }

    /** Polls until its death, whatever happens to its connections. */
    PollingApp start() {
        Thread thread = new Thread(null, this::live, "polling app", 128 * 1024);
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** The last row of the answers that were read completely and followed by a connect that has reached the server. */
    synchronized long covered() {
        return covered;
    }

    void die(Death how) throws IOException {
        synchronized (this) {
            dead.countDown();
            if (waits && System.nanoTime() - sentAt > REACHES_NANOS) {
                covered = claimed;
            }
        }
        switch (how) {
            case CLOSED -> socket.close();
            case RESET -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case SILENT -> {}
        }
    }

    @Override
    public List<Shown> rows() {
        return rows;
    }

    @Override
    public void background() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        try {
            die(Death.CLOSED);
            for (Socket one : abandoned) {
                one.close();
            }
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    private void live() {
        while (dead.getCount() > 0) {
            try {
                if (clientId == null) {
                    handshake();
                }
                poll();
            } catch (IOException e) {
                fail(String.valueOf(e.getMessage()));
            }
        }
    }

    private void fail(String why) {
        failed = true;
        if (why.contains("handshake")) {
            clientId = null;
        }
        synchronized (this) {
            waits = false;
            claimed = covered;
        }
        try {
            if (!dead.await(100, TimeUnit.MILLISECONDS)) {
                socket.close();
                reconnect();
            }
        } catch (IOException | InterruptedException e) {
            // The next try fails, too.
        }
    }

    private void reconnect() throws IOException {
        failed = true;
        Socket next = connectTo();
        in = new BufferedInputStream(next.getInputStream());
        socket = next;
    }

    private Socket connectTo() throws IOException {
        Socket connected = new Socket(InetAddress.getLoopbackAddress(), port);
        connected.setSoTimeout(PATIENCE_MILLIS);
        return connected;
    }

    private void take(JsonNode state) {
        JsonNode shown = state.path("transcriptToShow");
        long next = state.path("transcriptPosition").asLong() - shown.size();
        for (JsonNode row : shown) {
            next++;
            rows.add(new Shown(next, row.path(2).asText()));
            synchronized (this) {
                position = Math.max(position, next);
            }
        }
    }

    private void send(String message) throws IOException {
        byte[] body = ("[" + message + ",\"id\":\"" + ++lastId + "\"}]").getBytes(UTF_8);
        String head = "POST /genesys/cometd HTTP/1.1\r\nHost: localhost\r\ngms_user: " + user
                + "\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: " + body.length + "\r\n"
                + (cookie == null ? "" : "Cookie: " + cookie + "\r\n") + "\r\n";
        // One write: a second small one would wait for the acknowledgement of the first, which TCP delays by 40 ms.
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(US_ASCII));
        request.writeBytes(body);
        request.writeTo(socket.getOutputStream());
    }

    private JsonNode read() throws IOException {
        HttpAnswer answer = HttpAnswer.read(in);
        cookie = answer.cookie().isEmpty() ? cookie : answer.cookie();
        if (answer.status() != 200) {
            throw new IOException(answer.status() + " " + answer.body());
        }
        return Json.parse(answer.body());
    }
}

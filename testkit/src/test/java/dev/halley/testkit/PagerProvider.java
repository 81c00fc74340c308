package dev.halley.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Row;
import dev.halley.spi.Payload;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PayloadFitter.Fitted;
import dev.halley.spi.PushProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider that does all that it must, by HTTP over plain sockets. Tests take away from that. */
class PagerProvider implements PushProvider {

    static final int LIMIT = 1_000;

    private static final int MOST_HEAD = 65_536;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([0-9]{3}) .*", Pattern.DOTALL);
    private static final Pattern RETRY_AFTER = Pattern.compile("\r\nRetry-After: ([0-9]{1,6})\r\n");
    private static final Pattern UNTIL = Pattern.compile("\r\nRetry-After: ([A-Z][a-z]{2}, .+)\r\n");
    private static final Pattern DATE = Pattern.compile("\r\nDate: (.+)\r\n");

    private final URI service;
    private final Duration timeLimit;
    private final ExecutorService threads = Executors.newFixedThreadPool(32, task -> new Thread(task, threadName()));
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<CompletableFuture<Outcome>> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    PagerProvider(URI service, Duration timeLimit) {
        this.service = service;
        this.timeLimit = timeLimit;
    }

    String threadName() {
        return "pager";
    }

    @Override
    public Payload format(Notification notification, Device device) {
        return new Payload(notification.key(), body(notification), Map.of());
    }

    String body(Notification notification) {
        return fit(notification.shown(), rows -> toJson(notification, rows));
    }

    String fit(List<Row> rows, Function<Fitted, String> payload) {
        return PayloadFitter.json(LIMIT).fit(rows, payload);
    }

    private static String toJson(Notification notification, Fitted rows) {
        return "{\"message\":" + PayloadFitter.quoted(notification.message()) + ",\"rows\":" + rows.toJson() + "}";
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        pending.add(outcome);
        threads.execute(() -> {
            try {
                outcome.complete(post(payload, device));
            } catch (IOException e) {
                failed(outcome, e, device);
            } finally {
                pending.removeIf(CompletableFuture::isDone);
            }
        });
        return outcome;
    }

    void failed(CompletableFuture<Outcome> outcome, IOException failure, Device device) {
        outcome.complete(new Outcome.Unavailable("connection lost"));
    }

    Outcome post(Payload payload, Device device) throws IOException {
        try (Socket socket = new Socket()) {
            sockets.add(socket);
            if (closed) {
                throw new IOException("closed");
            }
            socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
            return post(socket, payload, device);
        } finally {
            sockets.removeIf(Socket::isClosed);
        }
    }

    Outcome post(Socket socket, Payload payload, Device device) throws IOException {
        socket.setSoTimeout((int) timeLimit.toMillis());
        byte[] body = payload.body().getBytes(UTF_8);
        String head = "POST / HTTP/1.1\r\nHost: pager\r\nAuthorization: " + device.token() + "\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(ISO_8859_1));
        socket.getOutputStream().write(body);
        return outcome(answer(socket.getInputStream()));
    }

    String answer(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (head.size() < MOST_HEAD) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.write(b);
            if (b == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString(ISO_8859_1);
    }

    Outcome outcome(String answer) {
        Matcher status = STATUS.matcher(answer);
        return status.matches()
                ? outcome(Integer.parseInt(status.group(1)), retryAfter(answer))
                : new Outcome.Unavailable("malformed answer");
    }

    static Optional<Duration> retryAfter(String answer) {
        Matcher wait = RETRY_AFTER.matcher(answer);
        Matcher until = UNTIL.matcher(answer);
        Matcher date = DATE.matcher(answer);
        if (until.find() && date.find()) {
            return Optional.of(Duration.between(toInstant(date.group(1)), toInstant(until.group(1))));
        }
        return wait.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(wait.group(1)))) : Optional.empty();
    }

    static Instant toInstant(String date) {
        return ZonedDateTime.parse(date, RFC_1123_DATE_TIME).toInstant();
    }

    Outcome outcome(int status, Optional<Duration> retryAfter) {
        String reason = Integer.toString(status);
        if (status == 200) {
            return new Outcome.Accepted();
        }
        if (status == 404) {
            return new Outcome.Unregistered(reason);
        }
        return status >= 429 ? new Outcome.Unavailable(reason, retryAfter) : new Outcome.Rejected(reason);
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        hangUp();
        settle();
    }

    void hangUp() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    void settle() {
        pending.forEach(outcome -> outcome.complete(new Outcome.Unavailable("closed")));
    }

    @Override
    public String toString() {
        return "PagerProvider[" + service.getHost() + "]";
    }
}

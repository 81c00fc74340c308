package dev.halley.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A push service over plain HTTP/1.1 on the loopback interface. It has those answers for which a status is set; the
 * tests of all others are skipped. {@link PushService.Answer#ACCEPTED_AT_LENGTH}, {@link PushService.Answer#ENDLESS}
 * and {@link PushService.Answer#UNAVAILABLE_UNTIL_A_DATE} are made from the answers that they vary.
 *
 * <p>Like a real service, it repeats in its answers what it was sent, with token, text and credentials.
 *
 * <p>This class is thread-safe.
 */
public final class HttpPushService implements PushService {

    private static final int MOST_REPEATED = 2_000;
    private static final String LONG_HEAD = ("X-Policy: " + "x".repeat(290) + "\r\n").repeat(30);
    private static final Pattern RETRY_AFTER = Pattern.compile("Retry-After: [0-9]+\r\n");

    private final Map<Answer, String> heads = new EnumMap<>(Answer.class);
    private final Sockets sockets;
    private volatile Answer answer = Answer.ACCEPTED;

    /** Starts a service that accepts with a status of 200, on a port of its own. */
    public HttpPushService() {
        on(Answer.ACCEPTED, 200);
        sockets = new Sockets(InetAddress.getLoopbackAddress(), this::serve);
    }

    /**
     * Sets what an answer looks like.
     *
     * @param when the answer
     * @param status its status code
     * @param headers its headers, lines such as {@code Retry-After: 60}
     * @return this service
     */
    public HttpPushService on(Answer when, int status, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Answer\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        synchronized (heads) {
            heads.put(when, head.toString());
        }
        return this;
    }

    @Override
    public URI url() {
        return URI.create("http://127.0.0.1:" + sockets.port());
    }

    @Override
    public void answer(Answer next) {
        Assumptions.assumeTrue(head(next) != null, "This service does not have the answer " + next);
        answer = next;
    }

    private @Nullable String head(Answer of) {
        synchronized (heads) {
            return switch (of) {
                case ENDLESS -> heads.get(Answer.ACCEPTED);
                case ACCEPTED_AT_LENGTH -> heads.get(Answer.ACCEPTED) + LONG_HEAD;
                case UNAVAILABLE_UNTIL_A_DATE -> untilADate(heads.get(Answer.UNAVAILABLE_FOR_A_MINUTE));
                default -> heads.get(of);
            };
        }
    }

    /** Returns the same head with dates instead of seconds, by a clock that is an hour ahead. */
    private static @Nullable String untilADate(@Nullable String head) {
        if (head == null) {
            return null;
        }
        ZonedDateTime date = Instant.now().plus(Duration.ofHours(1)).atZone(ZoneOffset.UTC);
        String until = RFC_1123_DATE_TIME.format(date.plusMinutes(1));
        return RETRY_AFTER.matcher(head).replaceFirst("Retry-After: " + until + "\r\n") + "Date: "
                + RFC_1123_DATE_TIME.format(date) + "\r\n";
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        while (true) {
            String request = readRequest(in);
            Answer now = answer;
            String head = requireNonNull(head(now));
            if (now == Answer.ENDLESS) {
                out.write((head + "Content-Length: 999999999999\r\n\r\n").getBytes(ISO_8859_1));
                Sockets.writeWithoutEnd(out);
            }
            String body = request.length() > MOST_REPEATED ? request.substring(0, MOST_REPEATED) : request;
            out.write((head + "Content-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(ISO_8859_1));
            out.flush();
        }
    }

    /** Returns the head and body of a request, one character for each byte. */
    private static String readRequest(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            request.append(readLine(in));
        }
        String head = request.toString().toLowerCase(Locale.ROOT);
        if (head.contains("\r\ntransfer-encoding: chunked")) {
            int size;
            do {
                String line = readLine(in);
                size = Integer.parseInt(line.strip(), 16);
                request.append(readBytes(in, size));
                readLine(in);
            } while (size > 0);
        } else {
            int at = head.indexOf("\r\ncontent-length:");
            if (at >= 0) {
                int from = at + "\r\ncontent-length:".length();
                String length = head.substring(from, head.indexOf("\r\n", from));
                request.append(readBytes(in, Integer.parseInt(length.strip())));
            }
        }
        return request.toString();
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        do {
            c = in.read();
            if (c < 0) {
                throw new IOException("The provider has hung up");
            }
            line.append((char) c);
        } while (c != '\n');
        return line.toString();
    }

    private static String readBytes(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new IOException("The provider has hung up");
        }
        return new String(bytes, ISO_8859_1);
    }

    @Override
    public void close() {
        sockets.close();
    }
}

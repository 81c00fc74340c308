package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One TCP connection on which anything can be said, also what no HTTP client would say. */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 5_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})[^\r]*\r\n");

    private final Socket socket;

    /**
     * What came back until the server closed the connection.
     *
     * @param status the first answer's; 0 if there was none
     * @param answers how many there were
     */
    record Answer(int status, int answers, String head, String body) {

        static Answer of(byte[] bytes) {
            String text = new String(bytes, UTF_8);
            Matcher status = STATUS.matcher(text);
            int answers = 0;
            int first = 0;
            while (status.find()) {
                int code = Integer.parseInt(status.group(1));
                if (code >= 200) {
                    first = first == 0 ? code : first;
                    answers++;
                }
            }
            int end = text.indexOf("\r\n\r\n");
            return new Answer(
                    first, answers, end < 0 ? text : text.substring(0, end), end < 0 ? "" : text.substring(end + 4));
        }

        /** Returns the head without the date, which differs each time. */
        String headButDate() {
            return head.lines()
                    .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("date:"))
                    .toList()
                    .toString();
        }
    }

    /**
     * A frame of a WebSocket.
     *
     * @param code why the server closes; 0 if it does not, 1006 if it hung up without a word
     */
    record Frame(int code, String text) {}

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** @param from this computer's other address on its loopback, to come from elsewhere */
    Wire(int port, String from) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    static Answer exchange(int port, byte[] request) throws IOException {
        try (Wire wire = new Wire(port)) {
            return wire.say(request).end().answer();
        }
    }

    Wire say(byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            // The server has heard enough; what it says of that is to be read.
        }
        return this;
    }

    Wire say(String latin1) {
        return say(latin1.getBytes(ISO_8859_1));
    }

    /** Says that no more will be said. */
    Wire end() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // The server has hung up.
        }
        return this;
    }

    /** Says something again and again until the server stops listening; returns how many bytes it took. */
    long sayForever(byte[] bytes, long most) {
        long said = 0;
        try {
            while (said < most) {
                socket.getOutputStream().write(bytes);
                said += bytes.length;
            }
        } catch (IOException e) {
            // That is what it is about.
        }
        return said;
    }

    /** Reads until the server closes the connection. */
    Answer answer() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[8_192];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                all.write(some, 0, n);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // Reset, for it did not want to hear the rest.
        }
        return Answer.of(all.toByteArray());
    }

    /** Reads what there is before the body, which may be endless. */
    Answer head() throws IOException {
        return Answer.of(readHead().getBytes(UTF_8));
    }

    private String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("No head: " + head);
            }
            head.append((char) c);
        }
        return head.toString();
    }

    /** Makes a WebSocket of this connection. */
    Wire upgrade(String headers) throws IOException {
        say(upgradeOf(headers));
        String head = readHead();
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new IOException("No WebSocket: " + head);
        }
        return this;
    }

    /** Returns the request for a WebSocket. */
    static byte[] upgradeOf(String headers) {
        return ("GET /genesys/cometd HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n" + headers
                        + "\r\n")
                .getBytes(ISO_8859_1);
    }

    /** Returns a client's frame with a whole text. */
    static byte[] text(byte[] payload) {
        return frame(0x81, payload.length, payload);
    }

    /** Returns a masked frame whose mask is 0, so that what it carries is read as it is written. */
    static byte[] frame(int first, long length, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (length < 126) {
            out.write(0x80 | (int) length);
        } else if (length < 65_536) {
            out.write(0x80 | 126);
            out.write((int) (length >> 8));
            out.write((int) length);
        } else {
            out.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) (length >> shift));
            }
        }
        out.writeBytes(new byte[4]);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /** Reads the next frame that is a text or says good-bye. */
    Frame frame() throws IOException {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int kind = in.readUnsignedByte() & 0x0f;
                long length = in.readUnsignedByte() & 0x7f;
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                byte[] payload = in.readNBytes((int) length);
                if (kind == 8) {
                    int code = length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
                    return new Frame(
                            code, length < 2 ? "" : new String(Arrays.copyOfRange(payload, 2, payload.length), UTF_8));
                }
                if (kind < 8) {
                    return new Frame(0, new String(payload, UTF_8));
                }
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return new Frame(1006, "");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package dev.halley.standins;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that passes everything on to servers of this machine, whatever hosts it is asked for: by {@code
 * CONNECT}, and requests of plain {@code http}. So a test needs no names, and nothing leaves this machine.
 *
 * <p>This class is thread-safe.
 */
public final class ProxyStandIn implements AutoCloseable {

    private final Map<String, Integer> routes = new ConcurrentHashMap<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final @Nullable String authorization;
    private final Listener listener;

    private ProxyStandIn(@Nullable String authorization) throws IOException {
        this.authorization = authorization;
        listener = new Listener("proxy-stand-in", this::serve);
    }

    /**
     * Starts a proxy for everybody on this machine.
     *
     * @return the proxy
     * @throws IOException if it does not start
     */
    public static ProxyStandIn start() throws IOException {
        return new ProxyStandIn(null);
    }

    /**
     * Starts a proxy that answers 407 to whoever does not say a name and a password.
     *
     * @param user the name
     * @param password the password
     * @return the proxy
     * @throws IOException if it does not start
     */
    public static ProxyStandIn start(String user, String password) throws IOException {
        return new ProxyStandIn(
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(ISO_8859_1)));
    }

    /**
     * Sets where requests for a host go. Requests for other hosts are answered 502.
     *
     * @param host the host and the port as it is asked for, such as {@code fcm.googleapis.com:443}
     * @param port the port of a server of this machine
     * @return this proxy
     */
    public ProxyStandIn route(String host, int port) {
        routes.put(host, port);
        return this;
    }

    /** {@return the port that it listens on, of {@code 127.0.0.1}} */
    public int port() {
        return listener.port();
    }

    /** {@return the first lines of the requests, in order} For example {@code CONNECT a.test:443 HTTP/1.1}. */
    public List<String> requests() {
        return heads.stream().map(head -> head.substring(0, head.indexOf('\r'))).toList();
    }

    /** {@return the heads of the requests, in order, each up to its empty line} */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    private void serve(Socket client) throws IOException {
        String head = readHead(client.getInputStream());
        if (head.isEmpty()) {
            return;
        }
        heads.add(head);
        String[] request = head.substring(0, head.indexOf('\r')).split(" ", 3);
        if (authorization != null && !header(head, "Proxy-Authorization").equals(Optional.of(authorization))) {
            answer(client, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"stand-in\"");
            return;
        }
        boolean isTunnel = request[0].equals("CONNECT");
        String host = isTunnel ? request[1] : header(head, "Host").orElse("");
        Integer port = routes.get(host.contains(":") ? host : host + ":80");
        if (port == null) {
            answer(client, "502 Bad Gateway");
            return;
        }
        try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), port)) {
            if (isTunnel) {
                client.getOutputStream().write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(ISO_8859_1));
            } else {
                // One request for each connection, as the next one may be for another host.
                upstream.getOutputStream().write(toOrigin(head).getBytes(ISO_8859_1));
            }
            listener.pass(client, upstream);
        }
    }

    /** Returns the head as it goes on to the server: without the server's name in the first line. */
    private static String toOrigin(String head) {
        List<String> lines = new ArrayList<>(List.of(head.split("\r\n")));
        lines.replaceAll(line -> line.replaceFirst(" http://[^/ ]+/?", " /"));
        lines.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith("proxy-"));
        lines.add(1, "Connection: close");
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static void answer(Socket client, String statusAndHeaders) throws IOException {
        client.getOutputStream()
                .write(("HTTP/1.1 " + statusAndHeaders + "\r\nContent-Length: 0\r\n\r\n").getBytes(ISO_8859_1));
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private static Optional<String> header(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    /** Returns what comes up to the first empty line; an empty text if the client hangs up before. */
    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return head.toString();
    }

    @Override
    public void close() {
        listener.close();
    }
}

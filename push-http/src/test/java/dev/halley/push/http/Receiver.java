package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** A server that keeps what it is sent. */
final class Receiver implements AutoCloseable {

    /** What arrived, and when, as {@link System#nanoTime} has it; the names of the headers are in lower case. */
    record Arrived(String method, String target, Map<String, List<String>> headers, String body, long nanos) {
        String header(String name) {
            return String.join("|", headers.getOrDefault(name, List.of()));
        }
    }

    /** What becomes of a request after it arrived, instead of an answer. */
    enum Fault {
        RESET,
        HANG
    }

    final List<Arrived> arrived = new CopyOnWriteArrayList<>();

    /** What becomes of the next requests. */
    final Queue<Fault> faults = new ConcurrentLinkedQueue<>();

    private final Server server = new Server();
    private final ServerConnector connector;
    private volatile int status = 200;
    private volatile Map<String, String> headers = Map.of();

    Receiver() throws Exception {
        this(null);
    }

    Receiver(SslContextFactory.@Nullable Server tls) throws Exception {
        connector = tls == null ? new ServerConnector(server) : new ServerConnector(server, tls);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                // Before anybody knows that it arrived, and has it answer something else.
                int answer = status;
                Map<String, String> fields = headers;
                arrived.add(new Arrived(
                        request.getMethod(),
                        request.getHttpURI().getPathQuery(),
                        request.getHeaders().stream()
                                .collect(Collectors.groupingBy(
                                        HttpField::getLowerCaseName,
                                        Collectors.mapping(HttpField::getValue, Collectors.toList()))),
                        Content.Source.asString(request, UTF_8),
                        System.nanoTime()));
                Fault fault = faults.poll();
                if (fault != null) {
                    if (fault == Fault.RESET) {
                        request.getConnectionMetaData()
                                .getConnection()
                                .getEndPoint()
                                .close();
                    }
                    return true;
                }
                response.setStatus(answer);
                fields.forEach((name, value) -> response.getHeaders().put(name, value));
                Content.Sink.write(response, true, "answer", callback);
                return true;
            }
        });
        server.start();
    }

    void answer(int withStatus, Map<String, String> withHeaders) {
        status = withStatus;
        headers = withHeaders;
    }

    int port() {
        return connector.getLocalPort();
    }

    String url(String target) {
        return "http://127.0.0.1:" + port() + target;
    }

    Arrived only() {
        if (arrived.size() != 1) {
            throw new AssertionError(arrived.size() + " requests arrived");
        }
        return arrived.get(0);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

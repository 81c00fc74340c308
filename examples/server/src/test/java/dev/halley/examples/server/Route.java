package dev.halley.examples.server;

import dev.halley.examples.server.Proxy.Configuration;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The way from an app to the server: a proxy, and a line that may fail before it or behind it. */
final class Route implements AutoCloseable {

    /** Where the line is. */
    enum Side {
        BEFORE_PROXY,
        BEHIND_PROXY
    }

    private final Line line;
    private final @Nullable Proxy proxy;
    private final URI uri;

    private Route(Line line, @Nullable Proxy proxy, URI uri) {
        this.line = line;
        this.proxy = proxy;
        this.uri = uri;
    }

    static Route direct(URI server) throws IOException {
        Line line = new Line(server);
        return new Route(line, null, line.uri());
    }

    static Route through(Configuration configuration, Side side, URI server) throws IOException {
        return switch (side) {
            case BEFORE_PROXY -> {
                Proxy proxy = new Proxy(configuration, server);
                Line line = new Line(proxy.uri());
                yield new Route(line, proxy, line.uri());
            }
            case BEHIND_PROXY -> {
                Line line = new Line(server);
                Proxy proxy = new Proxy(configuration, line.uri());
                yield new Route(line, proxy, proxy.uri());
            }
        };
    }

    Line line() {
        return line;
    }

    URI uri() {
        return uri;
    }

    @Override
    public void close() throws IOException {
        line.close();
        if (proxy != null) {
            proxy.close();
        }
    }
}

package dev.halley.http;

import java.net.URI;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;

/** A request to a host with an underscore, which Jetty does not find in a {@link URI}. */
final class UnderscoredRequest extends HttpRequest {

    private final String host;
    private final int port;

    UnderscoredRequest(HttpClient client, URI url) {
        super(client, new HttpConversation(), withPlainHost(url));
        host = WebUrl.host(url);
        port = WebUrl.port(url);
    }

    private static URI withPlainHost(URI url) {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return URI.create(url.getScheme() + "://host" + url.getRawPath() + query);
    }

    @Override
    public String getHost() {
        return host;
    }

    @Override
    public int getPort() {
        return port;
    }
}

package dev.halley.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.http.ProxyChoice.Proxy;
import java.util.Optional;
import org.eclipse.jetty.client.BasicAuthentication;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpProxy;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpScheme;

/** A proxy as Jetty knows it: asked for a tunnel to servers with TLS, and to pass requests on to others. */
final class Via extends HttpProxy {

    private final ProxyChoice choice;
    private final Proxy proxy;

    private Via(ProxyChoice choice, Proxy proxy) {
        super(new Origin.Address(proxy.host(), proxy.port()), false);
        this.choice = choice;
        this.proxy = proxy;
    }

    /** Has a client use the proxies of a choice. */
    static void use(HttpClient client, ProxyChoice choice) {
        for (Proxy proxy : choice.all()) {
            Via via = new Via(choice, proxy);
            client.getProxyConfiguration().addProxy(via);
            if (!proxy.user().isEmpty()) {
                // At once, since the client answers no challenge.
                client.getAuthenticationStore()
                        .addAuthenticationResult(new BasicAuthentication.BasicResult(
                                via.getURI(), HttpHeader.PROXY_AUTHORIZATION, proxy.user(), proxy.password(), UTF_8));
            }
        }
    }

    @Override
    public boolean matches(Origin origin) {
        return choice.of(
                        HttpScheme.isSecure(origin.getScheme()),
                        origin.getAddress().getHost())
                .equals(Optional.of(proxy));
    }
}

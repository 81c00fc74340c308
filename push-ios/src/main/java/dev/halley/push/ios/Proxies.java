package dev.halley.push.ios;

import com.eatthepath.pushy.apns.proxy.HttpProxyHandlerFactory;
import com.eatthepath.pushy.apns.proxy.ProxyHandlerFactory;
import io.netty.handler.proxy.ProxyHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses the HTTP proxy through which a server is reached, by CONNECT. */
final class Proxies {

    static final String NONE = "none";
    static final String ACCEPTED = "http://name:port, perhaps with user:password@ before the name, or none";

    /**
     * A proxy.
     *
     * @param user null for one that asks for no name and password
     */
    record HttpProxy(
            String host,
            int port,
            @Nullable String user,
            @Nullable String password) implements ProxyHandlerFactory {

        /** Looks the proxy up anew for each connection, as its address may change. */
        @Override
        public ProxyHandler createProxyHandler() {
            InetSocketAddress address = new InetSocketAddress(host, port);
            return (user == null
                            ? new HttpProxyHandlerFactory(address)
                            : new HttpProxyHandlerFactory(address, user, password == null ? "" : password))
                    .createProxyHandler();
        }

        /** Leaves name and password out. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private Proxies() {}

    /** Returns whether a value is {@link #ACCEPTED}. */
    static boolean isAccepted(String value) {
        return value.equals(NONE) || parse(value).isPresent();
    }

    static Optional<HttpProxy> parse(String value) {
        try {
            URI url = new URI(value.strip());
            boolean isPlain = "http".equalsIgnoreCase(url.getScheme())
                    && (url.getRawPath() == null || url.getRawPath().matches("/?"))
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
            // Names with "_" are fine for Docker, but URI has no host for them.
            String authority = url.getRawAuthority();
            if (!isPlain || authority == null) {
                return Optional.empty();
            }
            int at = authority.lastIndexOf('@');
            int colon = authority.lastIndexOf(':');
            if (colon <= at + 1 || !authority.substring(colon + 1).matches("[0-9]{1,5}")) {
                return Optional.empty();
            }
            String host = authority.substring(at + 1, colon);
            int port = Integer.parseInt(authority.substring(colon + 1));
            if (port < 1 || port > 65_535 || !host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]")) {
                return Optional.empty();
            }
            String[] name = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
            return Optional.of(new HttpProxy(
                    host, port, name.length > 0 ? decoded(name[0]) : null, name.length > 1 ? decoded(name[1]) : null));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /**
     * Returns the proxy for a server: never one for this computer, else what the option says, else what the JVM's
     * properties say, else {@code HTTPS_PROXY} unless {@code NO_PROXY} names the server.
     *
     * @param option the value of the option; null if it is not set
     */
    static Optional<HttpProxy> of(String host, int port, @Nullable String option, Map<String, String> environment) {
        if (isThisComputer(host) || NONE.equals(option)) {
            return Optional.empty();
        }
        if (option != null) {
            return parse(option);
        }
        return ofJvm(host, port).or(() -> ofEnvironment(host, environment));
    }

    private static Optional<HttpProxy> ofJvm(String host, int port) {
        ProxySelector selector = ProxySelector.getDefault();
        if (selector == null) {
            return Optional.empty();
        }
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return selector.select(URI.create("https://" + literal + ":" + port)).stream()
                .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
                .flatMap(proxy -> proxy.address() instanceof InetSocketAddress address
                        ? Optional.of(new HttpProxy(
                                        address.getHostString(),
                                        address.getPort(),
                                        System.getProperty("https.proxyUser"),
                                        System.getProperty("https.proxyPassword")))
                                .stream()
                        : Optional.<HttpProxy>empty().stream())
                .findFirst();
    }

    private static Optional<HttpProxy> ofEnvironment(String host, Map<String, String> environment) {
        if (isExempt(host, variable("no_proxy", environment))) {
            return Optional.empty();
        }
        String proxy = variable("https_proxy", environment);
        // Tools take a value without a scheme, too.
        return parse(proxy.contains("://") ? proxy : "http://" + proxy);
    }

    private static String variable(String name, Map<String, String> environment) {
        return environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
    }

    private static boolean isExempt(String host, String noProxy) {
        String lower = host.toLowerCase(Locale.ROOT);
        for (String entry : noProxy.toLowerCase(Locale.ROOT).split(",", -1)) {
            String name = entry.strip().replaceFirst("^\\*?\\.", "");
            if (entry.strip().equals("*") || (!name.isEmpty() && (lower.equals(name) || lower.endsWith("." + name)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isThisComputer(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        // Only literals, so that nothing is looked up.
        return host.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*") && isLoopback(host);
    }

    private static boolean isLoopback(String literal) {
        try {
            return InetAddress.getByName(literal).isLoopbackAddress();
        } catch (java.net.UnknownHostException e) {
            return false;
        }
    }
}

package dev.halley.http;

import com.google.common.net.InetAddresses;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Says through which HTTP proxy a server is reached. A server on this computer's loopback interface never is.
 *
 * <p>Immutable, and so thread-safe. {@link #toString} leaves user and password out.
 */
public final class ProxyChoice {

    /** What {@link #parse} accepts, in words. */
    public static final String ACCEPTED = "http://name:port, perhaps with user:password@ before the name, or none";

    private static final String NONE = "none";

    /** For each kind of server, with TLS and without: the proxy, and the hosts that are reached without it. */
    private final Optional<Proxy> secure;

    private final Optional<Proxy> plain;
    private final List<String> exempt;

    private ProxyChoice(Optional<Proxy> secure, Optional<Proxy> plain, List<String> exempt) {
        this.secure = secure;
        this.plain = plain;
        this.exempt = exempt;
    }

    /**
     * A proxy.
     *
     * @param host its host, without brackets
     * @param port its port, from 1 to 65,535
     * @param user the name that it is told; empty for a proxy that asks for none
     * @param password the password that it is told
     */
    record Proxy(String host, int port, String user, String password) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * Parses a choice.
     *
     * @param text {@code http://host:port}, perhaps with a percent-encoded {@code user:password@} before the host, for
     *     all servers but those of this computer; or {@code none}
     * @return the choice
     * @throws IllegalArgumentException if the text has another form; the message holds no part of it
     */
    public static ProxyChoice parse(String text) {
        if (text.strip().equals(NONE)) {
            return none();
        }
        Optional<Proxy> proxy = toProxy(text);
        if (proxy.isEmpty()) {
            throw new IllegalArgumentException("Accepted is " + ACCEPTED);
        }
        return new ProxyChoice(proxy, proxy, List.of());
    }

    /** {@return the choice of no proxy} */
    public static ProxyChoice none() {
        return new ProxyChoice(Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * Returns what this JVM and its environment say: the system properties {@code https.proxyHost} and {@code
     * http.proxyHost} with {@code http.nonProxyHosts}; if neither is set, the variables {@code HTTPS_PROXY}, {@code
     * HTTP_PROXY} and {@code NO_PROXY}, in upper or lower case. They are read now.
     *
     * @return the choice
     */
    public static ProxyChoice ofEnvironment() {
        return of(System.getProperties(), System.getenv());
    }

    static ProxyChoice of(Properties properties, Map<String, String> environment) {
        Optional<Proxy> secure = ofProperties("https", 443, properties);
        Optional<Proxy> plain = ofProperties("http", 80, properties);
        if (secure.isPresent() || plain.isPresent()) {
            return new ProxyChoice(secure, plain, list(properties.getProperty("http.nonProxyHosts", ""), "\\|"));
        }
        return new ProxyChoice(
                toProxy(withScheme(variable("https_proxy", environment))),
                toProxy(withScheme(variable("http_proxy", environment))),
                list(variable("no_proxy", environment), ",").stream()
                        // A name is exempt with all that is below it.
                        .map(name -> name.replaceFirst("^\\*?\\.", ""))
                        .flatMap(name -> name.equals("*") ? Stream.of(name) : Stream.of(name, "*." + name))
                        .toList());
    }

    private static Optional<Proxy> ofProperties(String scheme, int defaultPort, Properties properties) {
        String host = properties.getProperty(scheme + ".proxyHost", "");
        String port = properties.getProperty(scheme + ".proxyPort", Integer.toString(defaultPort));
        return toProxy("http://" + host + ":" + port)
                .map(proxy -> new Proxy(
                        proxy.host(),
                        proxy.port(),
                        properties.getProperty(scheme + ".proxyUser", ""),
                        properties.getProperty(scheme + ".proxyPassword", "")));
    }

    private static String variable(String name, Map<String, String> environment) {
        return environment
                .getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""))
                .strip();
    }

    private static String withScheme(String proxy) {
        return proxy.contains("://") ? proxy : "http://" + proxy;
    }

    private static List<String> list(String text, String separator) {
        return Arrays.stream(text.split(separator, -1))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Optional<Proxy> toProxy(String text) {
        try {
            URI whole = new URI(text.strip());
            String authority = whole.getRawAuthority() == null ? "" : whole.getRawAuthority();
            int at = authority.lastIndexOf('@');
            String[] login = (at < 0 ? "" : authority.substring(0, at)).split(":", 2);
            Optional<URI> url = WebUrl.parse(whole.getScheme() + "://" + authority.substring(at + 1))
                    .filter(WebUrl::isPlain)
                    .filter(parsed -> authority.matches(".*:[0-9]+"));
            boolean isBare = (whole.getRawPath() == null || whole.getRawPath().matches("/?"))
                    && whole.getRawQuery() == null
                    && whole.getRawFragment() == null;
            return url.filter(parsed -> isBare)
                    .map(parsed -> new Proxy(
                            WebUrl.host(parsed).replaceAll("[\\[\\]]", ""),
                            WebUrl.port(parsed),
                            decoded(login[0]),
                            login.length > 1 ? decoded(login[1]) : ""));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns the proxy for a server; empty if it is reached without one. */
    Optional<Proxy> of(boolean isSecure, String host) {
        String name = WebUrl.host(host);
        return isThisComputer(name) || exempt.stream().anyMatch(pattern -> matches(pattern, name))
                ? Optional.empty()
                : isSecure ? secure : plain;
    }

    /** Returns all proxies, each once. */
    List<Proxy> all() {
        return Stream.of(secure, plain).flatMap(Optional::stream).distinct().toList();
    }

    /** Matches as {@code http.nonProxyHosts} does: a star at the beginning or the end. */
    private static boolean matches(String pattern, String host) {
        if (pattern.equals("*")) {
            return true;
        }
        if (pattern.startsWith("*")) {
            return host.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? host.startsWith(pattern.substring(0, pattern.length() - 1))
                : host.equals(pattern);
    }

    private static boolean isThisComputer(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || (InetAddresses.isUriInetAddress(host)
                        && InetAddresses.forUriString(host).isLoopbackAddress());
    }

    @Override
    public String toString() {
        return "ProxyChoice" + all();
    }
}

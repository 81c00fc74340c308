package dev.halley.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.client.HttpClient;

/** Checks and compares URLs that can be pushed to. This class is thread-safe. */
public final class WebUrl {

    private WebUrl() {}

    /**
     * Parses a URL. It must be absolute, {@code http} or {@code https}, and have a host, no user-info and no fragment.
     * The host must be ASCII: an international name is written in its {@code xn--} form.
     *
     * @param text the URL; in its path and query, characters that are not ASCII are percent-encoded
     * @return the URL; empty if it has another form
     */
    public static Optional<URI> parse(String text) {
        try {
            URI url = new URI(new URI(text).toASCIIString());
            boolean fine = (isPlain(url) || "https".equalsIgnoreCase(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && url.getPort() != 0
                    && url.getPort() <= 65_535;
            return fine ? Optional.of(url) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether the scheme of a URL is {@code http}, without TLS.
     *
     * @param url an absolute URL
     * @return whether it is plain {@code http}
     */
    public static boolean isPlain(URI url) {
        return "http".equalsIgnoreCase(url.getScheme());
    }

    /**
     * Returns the port that a URL leads to.
     *
     * @param url an {@code http} or {@code https} URL
     * @return its port; if it names none, the default port of its scheme, 80 or 443
     */
    public static int port(URI url) {
        return HttpClient.normalizePort(url.getScheme(), url.getPort());
    }

    /**
     * Returns scheme, host and port in one form, however the URL writes them: for example {@code
     * https://example.com:443}.
     *
     * @param url a URL that {@link #parse} returned
     * @return its origin
     */
    public static String origin(URI url) {
        return url.getScheme().toLowerCase(Locale.ROOT) + "://" + host(url.getHost()) + ":" + port(url);
    }

    /** Returns a host in the one form in which hosts are compared: lower case, no dot at the end. */
    static String host(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

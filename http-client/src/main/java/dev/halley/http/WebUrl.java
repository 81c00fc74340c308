package dev.halley.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.HttpClient;

/** Checks and compares URLs that can be pushed to. This class is thread-safe. */
public final class WebUrl {

    /**
     * A host with an underscore, such as a container's, and its port. {@link URI} knows no such hosts. The last label
     * does not begin with a digit, so this is never an address.
     */
    private static final Pattern UNDERSCORED = Pattern.compile("(?=[^:]*_)(?<host>(?:[A-Za-z0-9_-]{1,63}\\.)*"
            + "[A-Za-z_][A-Za-z0-9_-]{0,62}\\.?)(?::(?<port>[0-9]{1,5})?)?");

    private WebUrl() {}

    /**
     * Parses a URL. It must be absolute, {@code http} or {@code https}, and have a host, no user-info and no fragment.
     * The host must be ASCII: an international name is written in its {@code xn--} form. It may have underscores, as
     * names of containers have; then {@link URI#getHost} is null, and {@link #host} has it.
     *
     * @param text the URL; in its path and query, characters that are not ASCII are percent-encoded; blanks around it
     *     are left out
     * @return the URL; empty if it has another form
     */
    public static Optional<URI> parse(String text) {
        try {
            URI url = new URI(new URI(text.strip()).toASCIIString());
            boolean fine = (isPlain(url) || "https".equalsIgnoreCase(url.getScheme()))
                    && findHost(url).isPresent()
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && statedPort(url) != 0
                    && statedPort(url) <= 65_535;
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
        return HttpClient.normalizePort(url.getScheme(), statedPort(url));
    }

    /**
     * Returns the host of a URL, also if it has an underscore.
     *
     * @param url a URL that {@link #parse} returned
     * @return its host as the URL writes it
     * @throws IllegalArgumentException if the URL has no host; the message holds no part of it
     */
    public static String host(URI url) {
        return findHost(url).orElseThrow(() -> new IllegalArgumentException("A URL without a host"));
    }

    static Optional<String> findHost(URI url) {
        return Optional.ofNullable(url.getHost()).or(() -> underscored(url).map(authority -> authority.group("host")));
    }

    /** Returns the port that the URL itself says; -1 if it says none. */
    private static int statedPort(URI url) {
        return underscored(url)
                .map(authority -> authority.group("port"))
                .map(Integer::valueOf)
                .orElse(url.getPort());
    }

    private static Optional<Matcher> underscored(URI url) {
        if (url.getHost() != null || url.getRawAuthority() == null) {
            return Optional.empty();
        }
        return Optional.of(UNDERSCORED.matcher(url.getRawAuthority())).filter(Matcher::matches);
    }

    /**
     * Returns scheme, host and port in one form, however the URL writes them: for example {@code
     * https://example.com:443}.
     *
     * @param url a URL that {@link #parse} returned
     * @return its origin
     */
    public static String origin(URI url) {
        return url.getScheme().toLowerCase(Locale.ROOT) + "://" + host(host(url)) + ":" + port(url);
    }

    /** Returns a host in the one form in which hosts are compared: lower case, no dot at the end. */
    static String host(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

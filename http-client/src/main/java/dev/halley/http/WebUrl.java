package dev.halley.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.client.HttpClient;

/** URLs that can be pushed to. */
public final class WebUrl {

    private WebUrl() {}

    /**
     * Returns the URL, empty unless it is absolute, http or https, with a host and without user-info and fragment. A
     * host that is not ASCII is none: it is written in its {@code xn--} form.
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

    public static boolean isPlain(URI url) {
        return "http".equalsIgnoreCase(url.getScheme());
    }

    public static int port(URI url) {
        return HttpClient.normalizePort(url.getScheme(), url.getPort());
    }

    /** Returns scheme, host and port, the same for each way to write them. */
    public static String origin(URI url) {
        return url.getScheme().toLowerCase(Locale.ROOT) + "://" + host(url.getHost()) + ":" + port(url);
    }

    /** Returns a host in the one form in which hosts are compared: lower case, no dot at the end. */
    static String host(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

package dev.halley.cometd;

import dev.halley.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.ServerMessage;
import org.jspecify.annotations.Nullable;

/**
 * The web pages that may call a server, by the header {@code Origin} that browsers add: pages of the server itself, and
 * those of the origins in {@link Settings#allowedOrigins()}. A browser sends a user's cookies, and reaches a server on
 * the user's own network, for whatever page asks it to.
 *
 * <p>{@link CometdAdapter} applies this to every message. An application that serves customers by other means as well,
 * such as a REST API of its own, should apply it there.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class AllowedOrigins {

    private static final int MOST_SHOWN = 80;

    private static final Pattern ORIGIN = Pattern.compile("([a-z][a-z0-9+.-]*)://([^/?#@\\s]+)");
    private static final Pattern URL = Pattern.compile("[A-Za-z]+://([^/?#]+)");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*\\]|[^:]+)(?::([0-9]{1,5}))?");

    private final Set<String> listed;

    private AllowedOrigins(Set<String> listed) {
        this.listed = Set.copyOf(listed);
    }

    /**
     * Returns what an engine's settings allow.
     *
     * @param settings the settings
     * @return pages of the server itself, and those of {@link Settings#allowedOrigins()}
     */
    public static AllowedOrigins of(Settings settings) {
        return new AllowedOrigins(settings.allowedOrigins());
    }

    /**
     * Returns whether a request is allowed. It is if it has no {@code Origin}, as no page has sent it then; if its one
     * {@code Origin} is listed; or if host and port of that are those of a {@code Host} or {@code X-Forwarded-Host}.
     * The scheme does not matter there, as TLS may end before the server; it only says which port is meant where none
     * is named. Pages can't set the other two headers.
     *
     * @param origins the values of all headers {@code Origin}
     * @param hosts the values of all headers {@code Host}
     * @param forwardedHosts the values of all headers {@code X-Forwarded-Host}; each may have commas between hosts
     * @return whether it is allowed
     */
    public boolean allows(List<String> origins, List<String> hosts, List<String> forwardedHosts) {
        if (origins.isEmpty()) {
            return true;
        }
        if (origins.size() > 1) {
            return false;
        }
        String origin = origins.get(0);
        return isListed(origin) || isOwn(origin, hosts) || isOwn(origin, forwardedHosts);
    }

    /**
     * Returns whether an origin is one of {@link Settings#allowedOrigins()}, so that its pages may also read answers.
     *
     * @param origin the value of a header {@code Origin}
     * @return whether it is listed
     */
    public boolean isListed(String origin) {
        return listed.contains(origin.strip().toLowerCase(Locale.ROOT));
    }

    /**
     * Returns why a request is refused, in words that fit into one line.
     *
     * @param origins the values of all headers {@code Origin}
     * @return a sentence that names the origin and the option
     */
    public static String refusal(List<String> origins) {
        if (origins.size() != 1) {
            return "A request has one header Origin at most, not " + origins.size();
        }
        return "Pages of " + printable(origins.get(0)) + " may not call this server: it is neither the server's own"
                + " origin, nor in allowed_origins of section halley";
    }

    /** Whether the page that has sent this message may; a message that no request carried is the server's own. */
    boolean allows(ServerMessage message) {
        BayeuxContext context = message.getBayeuxContext();
        if (context == null) {
            return true;
        }
        List<String> origins = values(context, "Origin");
        return origins.isEmpty() || allows(origins, hosts(context), values(context, "X-Forwarded-Host"));
    }

    /** With HTTP/2 there need be no header: the host is part of the URL then. */
    private static List<String> hosts(BayeuxContext context) {
        List<String> hosts = values(context, "Host");
        Matcher url = URL.matcher(String.valueOf(context.getURL()));
        return hosts.isEmpty() && url.lookingAt() ? List.of(url.group(1)) : hosts;
    }

    private static List<String> values(BayeuxContext context, String header) {
        List<String> values = context.getHeaderValues(header);
        return values == null ? List.of() : values;
    }

    private static boolean isOwn(String origin, List<String> hosts) {
        Matcher parts = ORIGIN.matcher(origin.strip().toLowerCase(Locale.ROOT));
        if (hosts.isEmpty() || !parts.matches()) {
            return false;
        }
        int usual = switch (parts.group(1)) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> 0; // no page of a server
        };
        String wanted = usual == 0 ? null : withPort(parts.group(2), usual);
        return wanted != null && split(hosts).stream().anyMatch(host -> wanted.equals(withPort(host, usual)));
    }

    private static List<String> split(List<String> values) {
        List<String> hosts = new ArrayList<>();
        for (String value : values) {
            for (String host : value.split(",", -1)) {
                hosts.add(host.strip().toLowerCase(Locale.ROOT));
            }
        }
        return hosts;
    }

    /** Returns a host with its port; null if it can't be read, or has none and there is no usual one. */
    private static @Nullable String withPort(String authority, int usual) {
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            return null;
        }
        int port = parts.group(2) == null ? usual : Integer.parseInt(parts.group(2));
        return port == 0 ? null : parts.group(1) + ":" + port;
    }

    private static String printable(String text) {
        String line = text.replaceAll("[^\\x21-\\x7e]", "?");
        return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "…";
    }
}

package dev.halley.push.fcm;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** Where FCM is. */
final class FcmUrl {

    static final String GOOGLES = "https://fcm.googleapis.com";
    static final String ACCEPTED =
            "an absolute https URL with a host and without user-info, query and fragment; http only to 127.0.0.1, [::1]"
                    + " or localhost, where it is HTTP/1.1";

    private FcmUrl() {}

    /** Returns the URL without a slash at its end; empty if it is not {@link #ACCEPTED}. */
    static Optional<String> parse(String text) {
        try {
            URI url = new URI(text);
            boolean fine = url.getScheme() != null
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getPort() != 0
                    && url.getPort() <= 65_535
                    && ("https".equalsIgnoreCase(url.getScheme())
                            || ("http".equalsIgnoreCase(url.getScheme()) && isThisMachine(url.getHost())));
            return fine ? Optional.of(url.toASCIIString().replaceFirst("/+$", "")) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isThisMachine(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || lower.equals("127.0.0.1") || lower.equals("[::1]");
    }
}

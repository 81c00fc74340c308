package dev.halley.push.fcm;

import dev.halley.http.WebUrl;
import java.util.Locale;
import java.util.Optional;

/** Checks the URL of FCM. */
final class FcmUrl {

    static final String GOOGLES = "https://fcm.googleapis.com";
    static final String ACCEPTED =
            "an absolute https URL with a host and without user-info, query and fragment; http only to 127.0.0.1, [::1]"
                    + " or localhost, where it is HTTP/1.1";

    private FcmUrl() {}

    /** Returns the URL without a slash at its end; empty if it is not {@link #ACCEPTED}. */
    static Optional<String> parse(String text) {
        return WebUrl.parse(text)
                .filter(url -> url.getRawQuery() == null && (!WebUrl.isPlain(url) || isThisMachine(WebUrl.host(url))))
                .map(url -> url.toString().replaceFirst("/+$", ""));
    }

    private static boolean isThisMachine(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || lower.equals("127.0.0.1") || lower.equals("[::1]");
    }
}

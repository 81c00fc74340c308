package dev.halley.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * What is posted, and for how long it is tried. Immutable; {@link #toString} names the host alone.
 *
 * @param url where to: absolute, {@code http} or {@code https}; {@link WebUrl#parse} makes one of a text
 * @param contentType for example {@code application/json}
 * @param body sent in UTF-8
 * @param headers more headers, by their names
 * @param timeLimit for everything from the look-up of the host to the end of what is read of the answer; above zero, at
 *     most {@link WebClient#MOST_TIME_LIMIT}
 */
public record Post(URI url, String contentType, String body, Map<String, String> headers, Duration timeLimit) {

    /** @throws IllegalArgumentException if URL or time limit are others; the message holds no part of the URL */
    public Post {
        requireNonNull(contentType, "contentType");
        requireNonNull(body, "body");
        headers = Map.copyOf(headers);
        if (url.getHost() == null || !(WebUrl.isPlain(url) || "https".equalsIgnoreCase(url.getScheme()))) {
            throw new IllegalArgumentException("A post goes to an absolute http or https URL with a host");
        }
        if (timeLimit.isZero() || timeLimit.isNegative() || timeLimit.compareTo(WebClient.MOST_TIME_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "A time limit of " + timeLimit + ": accepted is up to " + WebClient.MOST_TIME_LIMIT);
        }
    }

    @Override
    public String toString() {
        return "Post[" + url.getHost() + "]";
    }
}

package dev.halley.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * A request to post something. Immutable; {@link #toString} names the host alone.
 *
 * @param url where it goes: an absolute {@code http} or {@code https} URL with a host, such as {@link WebUrl#parse}
 *     returns
 * @param contentType the value of {@code Content-Type}, for example {@code application/json}
 * @param body the text to send, in UTF-8
 * @param headers more headers, by their names
 * @param timeLimit how long it may take from the look-up of the host until the answer is read; longer than 0 and at
 *     most {@link WebClient#MOST_TIME_LIMIT}
 */
public record Post(URI url, String contentType, String body, Map<String, String> headers, Duration timeLimit) {

    /**
     * Checks the URL and the time limit, and copies the headers.
     *
     * @param url {@link #url()}
     * @param contentType {@link #contentType()}
     * @param body {@link #body()}
     * @param headers {@link #headers()}
     * @param timeLimit {@link #timeLimit()}
     * @throws IllegalArgumentException if the URL or the time limit is not accepted; the message holds no part of the
     *     URL
     */
    public Post {
        requireNonNull(contentType, "contentType");
        requireNonNull(body, "body");
        headers = Map.copyOf(headers);
        if (WebUrl.findHost(url).isEmpty() || !(WebUrl.isPlain(url) || "https".equalsIgnoreCase(url.getScheme()))) {
            throw new IllegalArgumentException("A post goes to an absolute http or https URL with a host");
        }
        if (timeLimit.isZero() || timeLimit.isNegative() || timeLimit.compareTo(WebClient.MOST_TIME_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "A time limit of " + timeLimit + ": accepted is up to " + WebClient.MOST_TIME_LIMIT);
        }
    }

    @Override
    public String toString() {
        return "Post[" + WebUrl.host(url) + "]";
    }
}

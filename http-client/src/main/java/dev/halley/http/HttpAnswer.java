package dev.halley.http;

import dev.halley.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpMethod;

/** What became of a post: the answer, or why there was none. Immutable, and so thread-safe. */
public final class HttpAnswer {

    private static final int NO_ANSWER = 0;

    private static final Set<Integer> NOT_THE_PUSHS_FAULT = Set.of(401, 403, 404, 407);

    private static final Set<String> REASONS = Set.of(
            "timeout",
            "look-up timeout",
            "unknown host",
            "no connection",
            "connection lost",
            "TLS failed",
            "malformed answer",
            "proxy refused",
            "forbidden address",
            "too much to do");

    private final int status;
    private final String reason;
    private final Optional<Duration> retryAfter;
    private final String body;
    private final boolean isForbidden;

    private HttpAnswer(int status, String reason, Optional<Duration> retryAfter, String body, boolean isForbidden) {
        this.status = status;
        this.reason = reason;
        this.retryAfter = retryAfter;
        this.body = body;
        this.isForbidden = isForbidden;
    }

    static HttpAnswer of(int status, Optional<Duration> retryAfter, String body) {
        return new HttpAnswer(status, Integer.toString(status), retryAfter, body, false);
    }

    static HttpAnswer failed(Throwable failure) {
        return new HttpAnswer(
                NO_ANSWER, word(failure), Optional.empty(), "", failure instanceof ForbiddenAddressException);
    }

    /** {@return the status, from 100 on; 0 if there was no answer} */
    public int status() {
        return status;
    }

    /**
     * Returns a word or two for the reason of an {@link Outcome}: the status, such as {@code 503}, or why there was no
     * answer: {@code timeout}, {@code look-up timeout} (the host's name server is silent), {@code unknown host},
     * {@code no connection}, {@code connection lost}, {@code TLS failed}, {@code malformed answer}, {@code proxy
     * refused} (to make a tunnel), {@code forbidden address}, {@code too much to do} (also after the client was
     * closed), or the simple name of another exception's class. It never holds what a server or an exception says,
     * because that may contain a token.
     *
     * @return the reason, never empty
     */
    public String reason() {
        return reason;
    }

    /** {@return the reasons beside statuses and the names of classes} For {@code PushProvider.reasons}. */
    public static Set<String> reasons() {
        return REASONS;
    }

    /** {@return how long {@code Retry-After} asks to wait, at most a day; empty if it is absent or malformed} */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** {@return the body, as far as {@link WebClient.Builder#errorBodies} has it read; else an empty text} */
    public String body() {
        return body;
    }

    /** {@return whether there was an answer and its status is 2xx} */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /**
     * Returns whether the same post may succeed later: after 408, 425, 429, 5xx, or no answer. A forbidden address is
     * not temporary.
     *
     * @return whether it is worth another attempt
     */
    public boolean isTemporary() {
        return !isForbidden && (status < 200 || status >= 500 || status == 408 || status == 425 || status == 429);
    }

    /**
     * Returns what the answer means for a push, unless its service says otherwise: 2xx is {@link Outcome.Accepted}, and
     * 410 is {@link Outcome.Unregistered}, and 413 {@link Outcome.TooLarge}. What {@link #isTemporary()}, and also 401,
     * 403, 404 and 407, is {@link Outcome.Unavailable} for as long as {@link #retryAfter()} says: that is how a deploy,
     * a firewall, a secret that is being replaced and a proxy look, and none of them is the push's fault. Everything
     * else is {@link Outcome.Rejected}, redirects and forbidden addresses included.
     *
     * @return the outcome, whose reason is {@link #reason()}
     */
    public Outcome toOutcome() {
        if (isSuccess()) {
            return new Outcome.Accepted();
        }
        if (status == 410) {
            return new Outcome.Unregistered(reason);
        }
        if (status == 413) {
            return new Outcome.TooLarge(reason);
        }
        return isTemporary() || NOT_THE_PUSHS_FAULT.contains(status)
                ? new Outcome.Unavailable(reason, retryAfter)
                : new Outcome.Rejected(reason);
    }

    private static String word(Throwable failure) {
        if (failure instanceof ForbiddenAddressException) {
            return "forbidden address";
        }
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return "timeout";
        }
        if (failure instanceof LookUpTimeoutException) {
            return "look-up timeout";
        }
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            return "unknown host";
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return "no connection";
        }
        if (failure instanceof SSLException) {
            return "TLS failed";
        }
        if (failure instanceof HttpResponseException refused
                && HttpMethod.CONNECT.is(refused.getResponse().getRequest().getMethod())) {
            return "proxy refused";
        }
        if (failure instanceof HttpResponseException || failure instanceof HttpException) {
            return "malformed answer";
        }
        if (failure instanceof IOException) {
            return "connection lost";
        }
        if (failure instanceof RejectedExecutionException) {
            return "too much to do";
        }
        return failure.getClass().getSimpleName();
    }

    /** Names the reason alone, for the body may hold a token. */
    @Override
    public String toString() {
        return "HttpAnswer[" + reason + "]";
    }
}

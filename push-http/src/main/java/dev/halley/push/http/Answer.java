package dev.halley.push.http;

import dev.halley.Outcome;
import dev.halley.http.ForbiddenAddressException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpDateTime;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** Listens to the answer to one push. Its status is all that counts, so it is settled before its body comes. */
final class Answer implements Response.Listener {

    /** The longest wait that a push service can ask for. */
    static final Duration MOST_RETRY_AFTER = Duration.ofHours(24);

    /** More of a body is not read, which costs the connection. */
    static final int MOST_BODY = 4_096;

    private final InstantSource clock;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private int read;

    Answer(InstantSource clock) {
        this.clock = clock;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    @Override
    public void onHeaders(Response response) {
        outcome.complete(of(response.getStatus(), response.getHeaders().get(HttpHeader.RETRY_AFTER), clock.instant()));
    }

    @Override
    public void onContent(Response response, ByteBuffer content) {
        read += content.remaining();
        if (read > MOST_BODY) {
            var unused = response.abort(new IOException("The answer is too long"));
        }
    }

    @Override
    public void onComplete(Result result) {
        if (result.isFailed()) {
            outcome.complete(of(result.getFailure()));
        } else {
            onHeaders(result.getResponse());
        }
    }

    static Outcome of(int status, @Nullable String retryAfter, Instant now) {
        String reason = Integer.toString(status);
        if (status >= 200 && status < 300) {
            return new Outcome.Accepted();
        }
        if (status == 410) {
            return new Outcome.Unregistered(reason);
        }
        if (status < 200 || status >= 500 || status == 408 || status == 425 || status == 429) {
            return new Outcome.Unavailable(
                    reason, Optional.ofNullable(retryAfter).flatMap(value -> toWait(value.strip(), now)));
        }
        return new Outcome.Rejected(reason);
    }

    /** Reasons name the kind of trouble alone: an exception's message can have a URL in it, which is a device's token. */
    static Outcome of(Throwable failure) {
        if (failure instanceof ForbiddenAddressException) {
            return new Outcome.Rejected("forbidden address");
        }
        return new Outcome.Unavailable(reason(failure));
    }

    private static String reason(Throwable failure) {
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return "timeout";
        }
        if (failure instanceof UnknownHostException) {
            return "unknown host";
        }
        if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
            return "no connection";
        }
        if (failure instanceof SSLException) {
            return "TLS failed";
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

    /** Returns how long {@code Retry-After} asks to wait, in seconds or until a date; empty if it is neither. */
    private static Optional<Duration> toWait(String retryAfter, Instant now) {
        try {
            if (retryAfter.matches("[0-9]+")) {
                // Nine digits are 31 years, far beyond the limit, and fit into an int.
                String digits = retryAfter.length() > 9 ? "999999999" : retryAfter;
                return Optional.of(bounded(Duration.ofSeconds(Integer.parseInt(digits))));
            }
            return Optional.of(
                    bounded(Duration.between(now, HttpDateTime.parse(retryAfter).toInstant())));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MOST_RETRY_AFTER) > 0 ? MOST_RETRY_AFTER : wait;
    }
}

package dev.halley.push.fcm;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The OAuth tokens of one account. They are fetched one at a time, and in a thread of their own because google-auth
 * blocks. Who needs a token waits for the fetch that is under way, but nobody waits while the old token is still good.
 *
 * <p>This class is thread-safe.
 */
final class AccessTokens {

    /** How long before the end of a token the next one is fetched. Google's tokens live for an hour. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    /** How long before its end a token is no longer used: requests take time, and clocks differ. */
    private static final Duration SPARE = Duration.ofSeconds(30);

    /** How long the next fetch waits after one that failed. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** How reasons begin that are about OAuth. */
    static final String OAUTH = "OAuth";

    /** Says why there is no token, in a word for the log: google-auth's own messages may hold a secret. */
    static final class NoTokenException extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean refused;
        private final transient Optional<Instant> serverTime;

        NoTokenException(String reason, boolean refused) {
            this(reason, refused, Optional.empty());
        }

        NoTokenException(String reason, boolean refused, Optional<Instant> serverTime) {
            super(reason);
            this.refused = refused;
            this.serverTime = serverTime;
        }

        /** Returns whether the credentials are wrong, rather than the network. */
        boolean isRefused() {
            return refused;
        }

        /** Returns what time it was for the server, if it said so. */
        Optional<Instant> serverTime() {
            return serverTime;
        }
    }

    private final GoogleCredentials credentials;
    private final InstantSource clock;
    private final Executor fetcher;

    private final Object lock = new Object();
    private @Nullable AccessToken token;
    private @Nullable CompletableFuture<String> fetching;
    private @Nullable NoTokenException failure;
    private Instant notBefore = Instant.MIN;

    /** @param fetcher runs the fetches, which block */
    AccessTokens(GoogleCredentials credentials, InstantSource clock, Executor fetcher) {
        this.credentials = credentials;
        this.clock = clock;
        this.fetcher = fetcher;
    }

    /** Completes with a token that is good now, or fails with a {@link NoTokenException}. */
    CompletableFuture<String> get() {
        CompletableFuture<String> fetch;
        CompletableFuture<String> answer;
        synchronized (lock) {
            Instant now = clock.instant();
            AccessToken known = token;
            if (known != null && isGood(known, now.plus(AHEAD))) {
                return CompletableFuture.completedFuture(known.getTokenValue());
            }
            boolean begins = fetching == null && !now.isBefore(notBefore);
            if (begins) {
                fetching = new CompletableFuture<>();
            }
            if (known != null && isGood(known, now.plus(SPARE))) {
                answer = CompletableFuture.completedFuture(known.getTokenValue());
            } else if (fetching != null) {
                answer = fetching.copy();
            } else {
                return CompletableFuture.failedFuture(
                        failure == null ? new NoTokenException("no OAuth token", false) : failure);
            }
            if (!begins || fetching == null) {
                return answer;
            }
            fetch = fetching;
        }
        try {
            fetcher.execute(() -> fetch(fetch));
        } catch (RejectedExecutionException e) {
            failed(fetch, new NoTokenException("closed", false));
        }
        return answer;
    }

    /** Forgets a token that FCM has refused, unless it was replaced already. */
    void refused(String refused) {
        synchronized (lock) {
            if (token != null && refused.equals(token.getTokenValue())) {
                token = null;
            }
        }
    }

    private static boolean isGood(AccessToken token, Instant until) {
        return token.getExpirationTime() != null
                && token.getExpirationTime().toInstant().isAfter(until);
    }

    private void fetch(CompletableFuture<String> fetch) {
        AccessToken fetched;
        try {
            fetched = credentials.refreshAccessToken();
        } catch (IOException | RuntimeException e) {
            failed(fetch, toFailure(e));
            return;
        }
        synchronized (lock) {
            token = fetched;
            fetching = null;
        }
        fetch.complete(fetched.getTokenValue());
    }

    private void failed(CompletableFuture<String> fetch, NoTokenException why) {
        synchronized (lock) {
            fetching = null;
            failure = why;
            notBefore = clock.instant().plus(PAUSE);
        }
        fetch.completeExceptionally(why);
    }

    private static NoTokenException toFailure(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer) {
                int status = answer.getStatusCode();
                return new NoTokenException(
                        (OAUTH + " " + status + " " + OAuthError.code(answer.getContent())).strip(),
                        status >= 400 && status < 500 && status != 408 && status != 429,
                        OAuthError.date(answer.getHeaders().getDate()));
            }
        }
        return new NoTokenException(OAUTH + " " + thrown.getClass().getSimpleName(), false);
    }

    @Override
    public String toString() {
        return "AccessTokens";
    }
}

package dev.halley.push.fcm;

import dev.halley.Outcome;
import dev.halley.http.WebUrl;
import dev.halley.push.fcm.AccessTokens.NoTokenException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends messages to one project with one service account. This class is thread-safe. */
final class Account {

    /**
     * The options that make an account. Sets of options with an equal description share one. Each may be empty.
     *
     * @param credentials the path of the key file
     */
    record Description(String credentials, String project, String url) {

        static Description of(Map<String, String> options) {
            return new Description(
                    options.getOrDefault(FcmProviderFactory.CREDENTIALS, ""),
                    options.getOrDefault(FcmProviderFactory.PROJECT, ""),
                    options.getOrDefault(FcmProviderFactory.URL, ""));
        }
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(Account.class);

    /** How often it is told that devices belong to another project. */
    private static final Duration WARNINGS = Duration.ofHours(1);

    private final String project;
    private final URI url;
    private final AccessTokens tokens;
    private final FcmClient client;
    private final InstantSource clock;
    private Instant lastWarning = Instant.EPOCH;

    /** @param fcm the URL of FCM, without a slash at the end */
    Account(String project, String fcm, AccessTokens tokens, FcmClient client, InstantSource clock) {
        this.project = project;
        this.url = URI.create(fcm + "/v1/projects/" + project + "/messages:send");
        this.tokens = tokens;
        this.client = client;
        this.clock = clock;
    }

    String project() {
        return project;
    }

    /** Returns the host of FCM and the project, which an operator needs to know if there are several. */
    String server() {
        return WebUrl.host(url) + " for " + project;
    }

    /** Sends a message, and again with a new OAuth token if the first is refused. Always completes normally. */
    CompletableFuture<Outcome> send(String json) {
        return tokens.get()
                .thenCompose(token -> client.post(url, token, json).thenCompose(answer -> {
                    if (!answer.isUnauthorized()) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    tokens.refused(token);
                    return tokens.get().thenCompose(another -> client.post(url, another, json));
                }))
                .thenApply(this::warnOfMismatch)
                .thenApply(FcmAnswer::toOutcome)
                .exceptionally(
                        failure -> new Outcome.Unavailable(reason(failure), Optional.of(FcmAnswer.AFTER_TROUBLE)));
    }

    /** Asks FCM to check a message that it delivers to nobody: the answer says whether the credentials are accepted. */
    CompletableFuture<FcmAnswer> validate() {
        return tokens.get().thenCompose(token -> client.post(url, token, Message.toDryRun()));
    }

    /** Warns at most once in a while: a single customer with the token of another app must not hide the rest. */
    private FcmAnswer warnOfMismatch(FcmAnswer answer) {
        if (answer.error().code().equals("SENDER_ID_MISMATCH") && isTimeToWarn()) {
            LOGGER.warn(
                    "FCM says SENDER_ID_MISMATCH, and the device's token is forgotten. If this happens to many devices,"
                            + " the credentials belong to another project than the app; theirs is {}",
                    project);
        }
        return answer;
    }

    private synchronized boolean isTimeToWarn() {
        Instant now = clock.instant();
        boolean isTime = !lastWarning.plus(WARNINGS).isAfter(now);
        if (isTime) {
            lastWarning = now;
        }
        return isTime;
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof NoTokenException
                ? String.valueOf(cause.getMessage())
                : cause.getClass().getSimpleName();
    }

    @Override
    public String toString() {
        return "Account[" + project + "]";
    }
}

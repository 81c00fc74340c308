package dev.halley.push.fcm;

import dev.halley.Outcome;
import dev.halley.push.fcm.AccessTokens.NoTokenException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service account's way into a project. */
final class Account {

    /**
     * What a set of options says of the account, the same for those that share one; each may be empty.
     *
     * @param credentials the file
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

    private final String project;
    private final URI url;
    private final AccessTokens tokens;
    private final FcmClient client;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** @param fcm where FCM is, without a slash at the end */
    Account(String project, String fcm, AccessTokens tokens, FcmClient client) {
        this.project = project;
        this.url = URI.create(fcm + "/v1/projects/" + project + "/messages:send");
        this.tokens = tokens;
        this.client = client;
    }

    String project() {
        return project;
    }

    /** Sends once; a second time only if the OAuth token was refused. Completes normally. */
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

    /** Finds out whether the credentials are accepted, without a push to anybody. */
    CompletableFuture<FcmAnswer> validate() {
        return tokens.get().thenCompose(token -> client.post(url, token, Message.toDryRun()));
    }

    private FcmAnswer warnOfMismatch(FcmAnswer answer) {
        if (answer.error().code().equals("SENDER_ID_MISMATCH") && warned.compareAndSet(false, true)) {
            LOGGER.warn(
                    "FCM says SENDER_ID_MISMATCH, and a token is forgotten. If it is not the only one, the credentials are"
                            + " of another project than the apps; here it is {}",
                    project);
        }
        return answer;
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

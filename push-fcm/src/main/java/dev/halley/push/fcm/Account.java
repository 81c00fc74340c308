package dev.halley.push.fcm;

import com.google.auth.oauth2.GoogleCredentials;
import dev.halley.Outcome;
import dev.halley.http.WebUrl;
import dev.halley.push.fcm.AccessTokens.NoTokenException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
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

    /** How often a kind of warning is given: a single customer with the token of another app must not hide the rest. */
    private static final Duration WARNINGS = Duration.ofHours(1);

    /** Clocks that differ less are no reason to refuse anything. */
    private static final Duration MOST_DIFFERENCE = Duration.ofMinutes(1);

    private final String project;
    private final URI url;
    private final Function<GoogleCredentials, AccessTokens> toTokens;
    private final Optional<Reread> file;
    private final FcmClient client;
    private final InstantSource clock;
    private final AtomicBoolean refused = new AtomicBoolean();
    private volatile AccessTokens tokens;
    private final Map<String, Instant> warned = new HashMap<>();

    /**
     * @param fcm the URL of FCM, without a slash at the end
     * @param file where the credentials come from; empty if they are the application's default ones
     */
    Account(
            String project,
            String fcm,
            GoogleCredentials credentials,
            Function<GoogleCredentials, AccessTokens> toTokens,
            Optional<Reread> file,
            FcmClient client,
            InstantSource clock) {
        this.project = project;
        this.url = URI.create(fcm + "/v1/projects/" + project + "/messages:send");
        this.toTokens = toTokens;
        this.tokens = toTokens.apply(credentials);
        this.file = file;
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

    /**
     * Sends a message, and again with a new OAuth token if the first is refused. Always completes normally.
     *
     * @param device the device's token, of which only the form is logged
     */
    CompletableFuture<Outcome> send(String json, String device) {
        file.ifPresent(reread -> reread.look(this::use));
        AccessTokens now = tokens;
        return now.get()
                .thenCompose(token -> client.post(url, token, json).thenCompose(answer -> {
                    if (!answer.isUnauthorized()) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    now.refused(token);
                    return now.get().thenCompose(another -> client.post(url, another, json));
                }))
                .thenApply(answer -> log(answer, device))
                .thenApply(FcmAnswer::toOutcome)
                .exceptionally(this::toOutcome);
    }

    /** Goes on with credentials that have changed, once Google has given a token for them. */
    private void use(GoogleCredentials changed) {
        AccessTokens candidate = toTokens.apply(changed);
        var unused = candidate.get().whenComplete((token, failure) -> {
            if (failure == null) {
                tokens = candidate;
                LOGGER.info("The credentials of project {} have changed, and are used from now on", project);
            } else if (causeOf(failure) instanceof NoTokenException noToken && noToken.isRefused()) {
                LOGGER.warn(
                        "Google refuses the credentials of project {} that have changed, so the old ones are used on:"
                                + " {}",
                        project,
                        noToken.getMessage());
            } else {
                file.ifPresent(Reread::forget);
            }
        });
    }

    /** Asks FCM to check a message that it delivers to nobody: the answer says whether the credentials are accepted. */
    CompletableFuture<FcmAnswer> validate() {
        return tokens.get().thenCompose(token -> client.post(url, token, Message.toDryRun()));
    }

    private FcmAnswer log(FcmAnswer answer, String device) {
        if (answer.isRefusal()) {
            refused(answer.reason(), "");
        } else if (answer.http().status() >= 200 && answer.http().status() < 500) {
            accepted();
        }
        if (answer.isBadToken()) {
            String form = formOf(device);
            warnOnce(
                    answer,
                    form,
                    "the device's token, " + form + ", is forgotten. If this happens to many devices, the app registers"
                            + " something else than its FCM token");
        }
        if (answer.isMismatch()) {
            warnOnce(
                    answer,
                    "",
                    "the device's token is forgotten. If this happens to many devices, the credentials belong to"
                            + " another project than the app");
        }
        if (answer.isThirdParty()) {
            warnOnce(
                    answer,
                    "",
                    "the push is tried again. Firebase's own key for Apple's devices or for browsers is wrong; it is"
                            + " set in the project's Cloud Messaging settings");
        }
        return answer;
    }

    private synchronized boolean isTimeToWarn(String kind) {
        Instant now = clock.instant();
        Instant last = warned.get(kind);
        boolean isTime = last == null || !last.plus(WARNINGS).isAfter(now);
        if (isTime) {
            warned.put(kind, now);
        }
        return isTime;
    }

    /** Says in words what was registered, without a part of it. */
    private static String formOf(String device) {
        if (device.matches("[0-9A-Fa-f]{64,200}")) {
            return "a token of APNs";
        }
        return device.matches("[A-Za-z0-9_-]{5,}:[A-Za-z0-9_-]{50,}") ? "in the form of FCM's" : "in another form";
    }

    private void warnOnce(FcmAnswer answer, String form, String consequence) {
        if (isTimeToWarn(answer.reason() + form)) {
            LOGGER.warn("FCM says {}, and {}. The project is {}", answer.reason(), consequence, project);
        }
    }

    /** Says once in each outage that the credentials are refused. */
    private void refused(String reason, String hint) {
        if (refused.compareAndSet(false, true)) {
            LOGGER.warn(
                    "Google refuses the credentials of project {}: {}. All its pushes wait and are tried again until"
                            + " their time to live is over.{}",
                    project,
                    reason,
                    hint);
        } else {
            LOGGER.debug("Google refuses the credentials of project {}: {}", project, reason);
        }
    }

    private void accepted() {
        if (refused.compareAndSet(true, false)) {
            LOGGER.info("Google takes the credentials of project {} again", project);
        }
    }

    private Outcome toOutcome(Throwable failure) {
        Throwable cause = causeOf(failure);
        if (!(cause instanceof NoTokenException noToken)) {
            return new Outcome.Unavailable(cause.getClass().getSimpleName(), Optional.of(FcmAnswer.AFTER_TROUBLE));
        }
        String reason = String.valueOf(noToken.getMessage());
        if (!noToken.isRefused()) {
            return new Outcome.Unavailable(reason, Optional.of(FcmAnswer.AFTER_TROUBLE));
        }
        refused(reason, noToken.serverTime().map(this::clockHint).orElse(""));
        return new Outcome.Unavailable(reason, Optional.of(FcmAnswer.AFTER_REFUSAL), true);
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Names the clock if it differs so much that what it signs is refused. */
    private String clockHint(Instant there) {
        Duration ahead = Duration.between(there, clock.instant());
        Duration off = ahead.abs();
        if (off.compareTo(MOST_DIFFERENCE) <= 0) {
            return "";
        }
        String hours = off.toHours() == 0 ? "" : off.toHours() + " h ";
        return " This computer's clock is " + hours + off.toMinutesPart() + " min "
                + (ahead.isNegative() ? "behind" : "ahead of") + " Google's.";
    }

    @Override
    public String toString() {
        return "Account[" + project + "]";
    }
}

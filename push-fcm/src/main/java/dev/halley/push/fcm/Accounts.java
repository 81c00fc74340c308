package dev.halley.push.fcm;

import com.google.auth.oauth2.GoogleCredentials;
import dev.halley.OptionException;
import dev.halley.push.fcm.AccessTokens.NoTokenException;
import dev.halley.spi.ProviderConfig;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts that the options name: one for each set of credentials, project and URL that a device can choose.
 * Immutable.
 */
final class Accounts {

    /** Finds the application default credentials. */
    interface Defaults {
        GoogleCredentials find() throws IOException;
    }

    static final String CREDENTIALS_ACCEPTED =
            "the path of a service account's key file, the JSON that Google makes for"
                    + " it; set nowhere, the application default credentials are taken";

    private static final Logger LOGGER = LoggerFactory.getLogger(Accounts.class);
    private static final List<String> SCOPE = List.of("https://www.googleapis.com/auth/firebase.messaging");

    private final Map<Account.Description, String> names;
    private final Map<String, Account> byName;

    private Accounts(Map<Account.Description, String> names, Map<String, Account> byName) {
        this.names = Map.copyOf(names);
        this.byName = Map.copyOf(byName);
    }

    /**
     * Reads all credentials.
     *
     * @param fetcher runs the fetches of OAuth tokens, which block
     * @throws OptionException if credentials can't be read, or no set of options has both credentials and a project
     */
    static Accounts read(
            ProviderConfig config, Defaults defaults, FcmClient client, InstantSource clock, Executor fetcher) {
        boolean hasFiles = config.isSetAnywhere(FcmProviderFactory.CREDENTIALS);
        GoogleCredentials found = hasFiles ? null : findDefaults(config, defaults);
        Map<Account.Description, String> names = new LinkedHashMap<>();
        Map<String, Account> byName = new LinkedHashMap<>();
        for (Map<String, String> options : config.variants()) {
            Account.Description description = Account.Description.of(options);
            if (names.containsKey(description)) {
                continue;
            }
            String file = description.credentials();
            String content = file.isEmpty() ? "" : readFile(config, file);
            GoogleCredentials credentials = file.isEmpty() ? found : parse(config, file, content);
            String project = project(description, credentials);
            if (credentials != null && !project.isEmpty()) {
                String name = "account " + (names.size() + 1);
                String url = FcmUrl.parse(description.url()).orElse(FcmUrl.GOOGLES);
                names.put(description, name);
                Optional<Reread> reread =
                        file.isEmpty() ? Optional.empty() : Optional.of(new Reread(file, content, clock, fetcher));
                byName.put(
                        name,
                        new Account(
                                project,
                                url,
                                credentials,
                                made -> toTokens(made, clock, fetcher),
                                reread,
                                client,
                                clock));
            }
        }
        if (byName.isEmpty()) {
            throw config.missing(FcmProviderFactory.PROJECT, FcmProviderFactory.PROJECT_ACCEPTED);
        }
        return new Accounts(names, byName);
    }

    private static String project(Account.Description description, @Nullable GoogleCredentials credentials) {
        if (!description.project().isEmpty() || credentials == null || credentials.getProjectId() == null) {
            return description.project();
        }
        return credentials.getProjectId();
    }

    private static AccessTokens toTokens(GoogleCredentials credentials, InstantSource clock, Executor fetcher) {
        // The engine tries again later; if google-auth did so at once, pushes would only wait longer.
        GoogleCredentials scoped = credentials.createScoped(SCOPE).createWithCustomRetryStrategy(false);
        return new AccessTokens(scoped, clock, fetcher);
    }

    private static GoogleCredentials findDefaults(ProviderConfig config, Defaults defaults) {
        try {
            return defaults.find();
        } catch (IOException | RuntimeException e) {
            throw config.missing(
                    FcmProviderFactory.CREDENTIALS,
                    CREDENTIALS_ACCEPTED + ", but here there are none that can be read");
        }
    }

    private static String readFile(ProviderConfig config, String file) {
        try {
            return ServiceAccountFile.read(file);
        } catch (ServiceAccountFile.UnusableException e) {
            throw unusable(config, file, e.problem());
        }
    }

    private static GoogleCredentials parse(ProviderConfig config, String file, String content) {
        try {
            return ServiceAccountFile.parse(content);
        } catch (ServiceAccountFile.UnusableException e) {
            throw unusable(config, file, e.problem());
        }
    }

    private static OptionException unusable(ProviderConfig config, String file, String why) {
        return config.unusable(FcmProviderFactory.CREDENTIALS, file, why, CREDENTIALS_ACCEPTED);
    }

    /** Returns the name of the account that these options describe; empty if they have no credentials. */
    String name(Map<String, String> options) {
        return names.getOrDefault(Account.Description.of(options), "");
    }

    Optional<Account> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    List<String> projects() {
        return byName.values().stream()
                .map(Account::project)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Asks FCM whether it accepts the credentials of options with {@code validate_only}. If FCM can't be asked, that is
     * only logged, for the trouble may pass.
     *
     * @throws OptionException if they are refused
     */
    void validate(ProviderConfig config) {
        Map<Account.Description, CompletableFuture<FcmAnswer>> asked = new LinkedHashMap<>();
        for (Map<String, String> options : config.variants()) {
            if (Boolean.parseBoolean(options.get(FcmProviderFactory.VALIDATE))) {
                named(name(options))
                        .ifPresent(account -> asked.computeIfAbsent(
                                Account.Description.of(options), description -> account.validate()));
            }
        }
        long began = System.nanoTime();
        asked.forEach((description, answer) -> {
            long left = FcmClient.TIMEOUT.toNanos() - (System.nanoTime() - began);
            String trouble;
            try {
                FcmAnswer said = answer.get(Math.max(1, left), TimeUnit.NANOSECONDS);
                trouble = said.accepts().isPresent() ? "" : said.reason();
                if (!said.accepts().orElse(true)) {
                    throw refused(config, description, said.reason());
                }
            } catch (ExecutionException e) {
                trouble = e.getCause() instanceof NoTokenException
                        ? String.valueOf(e.getCause().getMessage())
                        : "no token";
                if (e.getCause() instanceof NoTokenException noToken && noToken.isRefused()) {
                    throw refused(config, description, trouble);
                }
            } catch (TimeoutException e) {
                trouble = "timeout";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                trouble = "interrupted";
            }
            if (!trouble.isEmpty()) {
                LOGGER.warn("FCM does not say whether it accepts the credentials: {}", trouble);
            }
        });
    }

    private static OptionException refused(ProviderConfig config, Account.Description description, String reason) {
        if (description.credentials().isEmpty()) {
            return config.missing(
                    FcmProviderFactory.CREDENTIALS,
                    CREDENTIALS_ACCEPTED + ", but Google refuses them (" + reason + ")");
        }
        return unusable(config, description.credentials(), "Google refuses it: " + reason);
    }
}

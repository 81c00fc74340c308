package dev.halley.push.fcm;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.http.HttpAnswer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;

/** Pushes over FCM. The attributes of a payload name the account that sends it. */
final class FcmProvider implements PushProvider {

    private static final String ACCOUNT = "account";
    private static final String NO_CREDENTIALS = "no credentials";
    private static final Set<String> REASONS = Stream.of(
                    HttpAnswer.reasons(), ErrorBody.KNOWN, Set.of(NO_CREDENTIALS, AccessTokens.OAUTH))
            .flatMap(Set::stream)
            .collect(toUnmodifiableSet());

    private final Options options;
    private final Accounts accounts;
    private final FcmClient client;
    private final ExecutorService fetcher;

    /** @param fetcher runs the fetches of OAuth tokens; closed with the provider, as is the client */
    FcmProvider(Options options, Accounts accounts, FcmClient client, ExecutorService fetcher) {
        this.options = options;
        this.accounts = accounts;
        this.client = client;
        this.fetcher = fetcher;
    }

    @Override
    public Payload format(Notification notification, Device device) {
        return new Payload(
                notification.key(),
                Message.toJson(notification, device.token()),
                Map.of(ACCOUNT, accounts.name(notification.options())));
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        return accounts.named(payload.attributes().getOrDefault(ACCOUNT, ""))
                .map(account -> account.send(payload.body(), device.token()))
                .orElseGet(() -> CompletableFuture.completedFuture(new Outcome.Rejected(NO_CREDENTIALS)));
    }

    @Override
    public String circuit(Device device) {
        return accounts.name(options.forPush(device.provider(), Notification.NEW_AGENT_MESSAGE, device.debug()));
    }

    @Override
    public String server(Device device) {
        return accounts.named(circuit(device)).map(Account::server).orElse("");
    }

    @Override
    public Set<String> reasons() {
        return REASONS;
    }

    @Override
    public void close() {
        fetcher.shutdownNow();
        client.close();
    }

    @Override
    public String toString() {
        return "FcmProvider" + accounts.projects();
    }
}

package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pushes to iOS: a {@link Gateway} for each account that a device can choose, all on one thread. */
final class IosProvider implements PushProvider {

    private static final String NOT_SET = " is not set";
    private static final Set<String> REASONS = Stream.concat(
                    ApnsOutcomes.REASONS.stream(), Account.OF_A_KEY.stream().map(name -> name + NOT_SET))
            .collect(toUnmodifiableSet());

    private static final String GATEWAY = "gateway";
    private static final String TOPIC = "topic";
    private static final String EXPIRES = "expires";
    private static final String COLLAPSE_ID = "collapseId";
    private static final String BACKGROUND = "background";

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    /** Some apps print a token in an old form, such as {@code <740f4707 bebcf74f>}. */
    private static final Pattern DECORATION = Pattern.compile("[<> ]");

    private static final Pattern TOKEN = Pattern.compile("[0-9A-Fa-f]+");

    private final Options options;
    private final Map<Account.Description, String> names = new HashMap<>();
    private final Map<String, Gateway> gateways = new HashMap<>();
    private final NioEventLoopGroup loops = new NioEventLoopGroup(1, new DefaultThreadFactory("halley-push-ios", true));

    IosProvider(Options options, Map<Account.Description, Account> accounts, Duration timeLimit) {
        this.options = options;
        try {
            accounts.forEach((description, account) -> {
                String name = account.toString();
                for (int i = 2; gateways.containsKey(name); i++) {
                    name = account + "#" + i;
                }
                names.put(description, name);
                gateways.put(name, new Gateway(account, loops, timeLimit));
            });
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public Payload format(Notification notification, Device device) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put(GATEWAY, gateway(notification));
        notification.option(IosProviderFactory.TOPIC).ifPresent(value -> attributes.put(TOPIC, value));
        attributes.put(EXPIRES, String.valueOf(notification.expires().getEpochSecond()));
        if (notification.content() == Notification.Content.BACKGROUND) {
            attributes.put(BACKGROUND, "true");
        }
        if (notification.collapse()) {
            // APNs takes at most 64 bytes, and a service's id can be longer.
            attributes.put(COLLAPSE_ID, uuid(notification.serviceId()).toString());
        }
        return new Payload(notification.key(), Alert.toJson(notification), attributes);
    }

    private String gateway(Notification notification) {
        Optional<String> missing = Account.missing(notification.options());
        String name = names.get(Account.Description.of(notification.options()));
        if (name == null || missing.isPresent()) {
            // The provider's name is left out: a customer chose it.
            throw new IllegalArgumentException(missing.orElse(IosProviderFactory.KEY) + NOT_SET);
        }
        return name;
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        Map<String, String> attributes = payload.attributes();
        Gateway gateway = gateways.get(attributes.getOrDefault(GATEWAY, ""));
        if (gateway == null) {
            return CompletableFuture.completedFuture(new Outcome.Rejected("no gateway"));
        }
        String token = DECORATION.matcher(device.token()).replaceAll("");
        if (!TOKEN.matcher(token).matches()) {
            // APNs would answer the same; the token becomes a part of the request's path, so it is not sent there.
            return CompletableFuture.completedFuture(ApnsOutcomes.malformedToken());
        }
        return gateway.send(new Push(
                token,
                payload.body(),
                attributes.get(TOPIC),
                Instant.ofEpochSecond(Long.parseLong(attributes.getOrDefault(EXPIRES, "0"))),
                attributes.get(COLLAPSE_ID),
                uuid(payload.key()),
                attributes.containsKey(BACKGROUND)));
    }

    /** Names the server and credential of the options that hold for the device. */
    @Override
    public String circuit(Device device) {
        @Nullable
        String name = names.get(Account.Description.of(
                options.forPush(device.provider(), Notification.NEW_AGENT_MESSAGE, device.debug())));
        return name == null ? "" : name;
    }

    /** Names the same: it is all configured. */
    @Override
    public String server(Device device) {
        return circuit(device);
    }

    @Override
    public Set<String> reasons() {
        return REASONS;
    }

    private static UUID uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
    }

    @Override
    public void close() {
        gateways.values().forEach(Gateway::close);
        loops.shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * STOP_TIMEOUT.toMillis());
    }

    @Override
    public String toString() {
        return "IosProvider" + gateways.keySet();
    }
}

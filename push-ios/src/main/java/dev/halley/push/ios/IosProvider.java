package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toUnmodifiableSet;

import com.eatthepath.pushy.apns.DeliveryPriority;
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
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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
    private static final String PRIORITY = "priority";

    /** The most bytes of a collapse id. */
    private static final int MOST_OF_AN_ID = 64;

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    /** Which gateway options mean. */
    private record Known(Map<String, String> options, String name) {
        /** Options may be secret. */
        @Override
        public String toString() {
            return "Known[" + name + "]";
        }
    }

    private final Options options;
    private final Map<Account.Description, String> names = new HashMap<>();
    private final Map<String, Gateway> gateways = new HashMap<>();
    private volatile @Nullable Known last;
    private final NioEventLoopGroup loops = new NioEventLoopGroup(1, new DefaultThreadFactory("halley-push-ios", true));

    IosProvider(
            Options options,
            Map<Account.Description, Account> accounts,
            SharedTokens tokens,
            Duration timeLimit,
            InstantSource clock) {
        this.options = options;
        try {
            accounts.forEach((description, account) -> {
                String name = account.toString();
                for (int i = 2; gateways.containsKey(name); i++) {
                    name = account + "#" + i;
                }
                names.put(description, name);
                gateways.put(name, new Gateway(account, tokens, loops, timeLimit, clock));
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
        boolean isNowOrNever =
                notification.option(IosProviderFactory.EXPIRATION).isPresent();
        attributes.put(
                EXPIRES,
                isNowOrNever ? "0" : String.valueOf(notification.expires().getEpochSecond()));
        boolean isSilent = notification.content() == Notification.Content.BACKGROUND;
        if (isSilent) {
            attributes.put(BACKGROUND, "true");
        }
        // Apple wants no silent push to have the highest priority.
        attributes.put(
                PRIORITY,
                notification
                        .option(IosProviderFactory.PRIORITY)
                        .filter(value -> !isSilent)
                        .orElse(isSilent ? "5" : "10"));
        attributes.put(COLLAPSE_ID, collapseId(notification, isSilent));
        return new Payload(notification.key(), Alert.toJson(notification), attributes);
    }

    /**
     * Returns what the device shows, or keeps, only once: the chat, or else the push, which is sent again if its answer
     * was lost. One silent push says as much as many.
     */
    private static String collapseId(Notification notification, boolean isSilent) {
        if (notification.collapse() || isSilent) {
            // A service's id can be longer than APNs takes.
            return uuid(notification.serviceId()).toString();
        }
        String key = notification.key();
        return isId(key) ? key : uuid(key).toString();
    }

    private static boolean isId(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
                return false;
            }
        }
        return text.length() <= MOST_OF_AN_ID;
    }

    private String gateway(Notification notification) {
        Optional<String> missing = Account.missing(notification.options());
        String name = name(notification.options());
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
        Optional<String> token = DeviceToken.parse(device.token());
        if (token.isEmpty()) {
            // APNs would answer the same; the token becomes a part of the request's path, so it is not sent there.
            String form = DeviceToken.form(device.token());
            gateway.warnOfForm(form);
            return CompletableFuture.completedFuture(ApnsOutcomes.malformedToken(form));
        }
        return gateway.send(new Push(
                token.get(),
                payload.body(),
                attributes.get(TOPIC),
                Instant.ofEpochSecond(Long.parseLong(attributes.getOrDefault(EXPIRES, "0"))),
                attributes.get(COLLAPSE_ID),
                uuid(payload.key()),
                attributes.containsKey(BACKGROUND),
                priority(attributes.getOrDefault(PRIORITY, "10"))));
    }

    /** Names the server and credential of the options that hold for the device. */
    @Override
    public String circuit(Device device) {
        @Nullable
        String name = name(options.forPush(device.provider(), Notification.NEW_AGENT_MESSAGE, device.debug()));
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

    /** Most pushes have the options of the push before, so that they need no look-up. */
    private @Nullable String name(Map<String, String> all) {
        Known known = last;
        if (known != null && known.options() == all) {
            return known.name();
        }
        String name = names.get(Account.Description.of(all));
        if (name != null) {
            last = new Known(all, name);
        }
        return name;
    }

    private static DeliveryPriority priority(String value) {
        return value.equals("5") ? DeliveryPriority.CONSERVE_POWER : DeliveryPriority.IMMEDIATE;
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

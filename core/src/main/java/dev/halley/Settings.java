package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Nearest;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Settings of an engine. Immutable, made by {@link #builder()} or by {@link Options#settings()}. */
public final class Settings {

    /** The service that always exists. */
    public static final String REQUEST_CHAT = "request-chat";

    /** The most that {@link Builder#maxText} accepts, in bytes of escaped UTF-8: what fits into a message of 32 KiB. */
    public static final int MOST_TEXT = 24 * 1024;

    /** What a chat with some events takes in memory, roughly; measured, see docs/operate.md. */
    private static final int BYTES_OF_A_CHAT = 10 * 1024;

    static final Duration DEFAULT_PUSH_TIME_TO_LIVE = Duration.ofHours(24);

    private final Map<String, ServiceSettings> services;
    private final boolean requireSecureKey;
    private final boolean confirmByConnect;
    private final int maxEvents;
    private final int maxText;
    private final long maxChatBytes;
    private final int maxChatsPerUser;
    private final int maxSessionsPerUser;
    private final long maxChats;
    private final long maxBytes;
    private final Duration bodyTimeout;
    private final Set<String> allowedOrigins;
    private final Duration retention;
    private final Duration attachWithin;
    private final Duration lease;
    private final Duration sendTimeout;
    private final Duration pushTimeToLive;
    private final int pushAttempts;
    private final int pushesInFlight;

    /** What {@link #isOrigin} accepts, in words. */
    static final String ORIGINS_ACCEPTED =
            "origins as browsers send them: a scheme, :// and a host, with a port unless it is the scheme's own,"
                    + " and nothing after that; or null; no *";

    private static final Pattern ORIGIN = Pattern.compile("null|file://|[a-z][a-z0-9+.-]*://[^\\s/?#@*,]+");

    /** Returns whether a text is an origin as browsers send it. */
    static boolean isOrigin(String value) {
        return ORIGIN.matcher(value).matches() && value.equals(value.toLowerCase(Locale.ROOT));
    }

    private Settings(Builder builder) {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(builder.services));
        requireSecureKey = builder.requireSecureKey;
        confirmByConnect = builder.confirmByConnect;
        maxEvents = builder.maxEvents;
        maxText = builder.maxText;
        maxChatBytes = builder.maxChatBytes;
        maxChatsPerUser = builder.maxChatsPerUser;
        maxSessionsPerUser = builder.maxSessionsPerUser;
        maxChats = builder.maxChats;
        maxBytes = builder.maxBytes;
        bodyTimeout = builder.bodyTimeout;
        allowedOrigins = Collections.unmodifiableSet(new LinkedHashSet<>(builder.allowedOrigins));
        retention = builder.retention;
        attachWithin = builder.attachWithin;
        lease = builder.lease;
        sendTimeout = builder.sendTimeout;
        pushTimeToLive = builder.pushTimeToLive;
        pushAttempts = builder.pushAttempts;
        pushesInFlight = builder.pushesInFlight;
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the settings of a service.
     *
     * @param name the service
     * @return its settings; empty if there is no such service
     */
    public Optional<ServiceSettings> service(String name) {
        return Optional.ofNullable(services.get(name));
    }

    /** {@return the names of the services} */
    public Set<String> services() {
        return services.keySet();
    }

    /** {@return whether customers must show their key} See {@link Builder#requireSecureKey}. */
    public boolean requireSecureKey() {
        return requireSecureKey;
    }

    /** {@return whether connects confirm} See {@link Builder#confirmByConnect}. */
    public boolean confirmByConnect() {
        return confirmByConnect;
    }

    /** {@return how many events of a chat are kept} See {@link Builder#maxEvents}. */
    public int maxEvents() {
        return maxEvents;
    }

    /** {@return the longest text, in bytes of escaped UTF-8} See {@link Builder#maxText}. */
    public int maxText() {
        return maxText;
    }

    /** {@return how many bytes of texts a chat keeps; 0 for no bound} See {@link Builder#maxChatBytes}. */
    public long maxChatBytes() {
        return maxChatBytes;
    }

    /** {@return how many open chats a customer may have; 0 for no bound} See {@link Builder#maxChatsPerUser}. */
    public int maxChatsPerUser() {
        return maxChatsPerUser;
    }

    /** {@return how many sessions a customer may have; 0 for no bound} See {@link Builder#maxSessionsPerUser}. */
    public int maxSessionsPerUser() {
        return maxSessionsPerUser;
    }

    /** {@return how many chats the in-memory store keeps; 0 for no bound} See {@link Builder#maxChats}. */
    public long maxChats() {
        return maxChats;
    }

    /** {@return how many bytes of rows the in-memory store keeps; 0 for no bound} See {@link Builder#maxBytes}. */
    public long maxBytes() {
        return maxBytes;
    }

    /** {@return how long a whole HTTP request may take to arrive; 0 for no bound} See {@link Builder#bodyTimeout}. */
    public Duration bodyTimeout() {
        return bodyTimeout;
    }

    /** {@return the origins whose pages may call the server} See {@link Builder#allowedOrigins}. */
    public Set<String> allowedOrigins() {
        return allowedOrigins;
    }

    /** {@return how long a chat is kept} See {@link Builder#retention}. */
    public Duration retention() {
        return retention;
    }

    /** {@return how long a customer may take to connect} See {@link Builder#attachWithin}. */
    public Duration attachWithin() {
        return attachWithin;
    }

    /** {@return how long something begun is left to whoever began it} See {@link Builder#lease}. */
    public Duration lease() {
        return lease;
    }

    /** {@return how long a provider may take for one push} See {@link Builder#sendTimeout}. */
    public Duration sendTimeout() {
        return sendTimeout;
    }

    /** {@return how long a push is tried} See {@link Builder#pushTimeToLive}. */
    public Duration pushTimeToLive() {
        return pushTimeToLive;
    }

    /** {@return how often a push is tried at most} See {@link Builder#pushAttempts}. */
    public int pushAttempts() {
        return pushAttempts;
    }

    /** {@return how many pushes a provider has in flight at most} See {@link Builder#pushesInFlight}. */
    public int pushesInFlight() {
        return pushesInFlight;
    }

    /** Makes settings. Each length of time is longer than 0 and at most 3,650 days. Not thread-safe. */
    public static final class Builder {

        private static final Duration MOST = Duration.ofDays(3_650);

        private final Map<String, ServiceSettings> services =
                new LinkedHashMap<>(Map.of(REQUEST_CHAT, ServiceSettings.DEFAULT));
        private boolean requireSecureKey;
        private boolean confirmByConnect = true;
        private int maxEvents = 10_000;
        private int maxText = MOST_TEXT;
        private long maxChatBytes = 4 * 1024 * 1024;
        private int maxChatsPerUser = 200;
        private int maxSessionsPerUser = 50;
        private long maxChats = Runtime.getRuntime().maxMemory() / 2 / BYTES_OF_A_CHAT;
        private long maxBytes = Runtime.getRuntime().maxMemory() / 4;
        private Duration bodyTimeout = Duration.ofSeconds(30);
        private Set<String> allowedOrigins = Set.of();
        private Duration retention = Duration.ofHours(72);
        private Duration attachWithin = Duration.ofSeconds(10);
        private Duration lease = Duration.ofSeconds(60);
        private Duration sendTimeout = Duration.ofSeconds(30);
        private Duration pushTimeToLive = DEFAULT_PUSH_TIME_TO_LIVE;
        private int pushAttempts = 12_000;
        private int pushesInFlight = 500;

        private Builder() {}

        /**
         * Adds a service, or replaces its settings. There is always {@value Settings#REQUEST_CHAT}.
         *
         * @param name the service
         * @param settings its settings, {@link ServiceSettings#DEFAULT} for {@value Settings#REQUEST_CHAT}
         * @return this builder
         */
        public Builder service(String name, ServiceSettings settings) {
            services.put(requireNonNull(name, "name"), requireNonNull(settings, "settings"));
            return this;
        }

        /**
         * Sets whether customers must show their key beside their name.
         *
         * @param value default: false, the name is enough
         * @return this builder
         */
        public Builder requireSecureKey(boolean value) {
            requireSecureKey = value;
            return this;
        }

        /**
         * Sets whether a connect confirms what the answer before it carried, if its client marks connects after a
         * failure.
         *
         * @param value default: true
         * @return this builder
         */
        public Builder confirmByConnect(boolean value) {
            confirmByConnect = value;
            return this;
        }

        /**
         * Sets how many events of a chat are kept. The oldest are dropped first.
         *
         * @param value from 10 to 1,000,000; default: 10,000
         * @return this builder
         */
        public Builder maxEvents(int value) {
            maxEvents = within("maxEvents", value, 10, 1_000_000);
            return this;
        }

        /**
         * Sets the longest text.
         *
         * @param value in bytes of escaped UTF-8, from 100 to {@link Settings#MOST_TEXT}, the default
         * @return this builder
         */
        public Builder maxText(int value) {
            maxText = within("maxText", value, 100, MOST_TEXT);
            return this;
        }

        /**
         * Sets how many bytes of texts and nicknames a chat keeps, as UTF-8. The oldest rows are dropped first.
         *
         * @param value at least 1, or 0 for no bound; default: 4 MiB
         * @return this builder
         */
        public Builder maxChatBytes(long value) {
            maxChatBytes = orNone("maxChatBytes", value);
            return this;
        }

        /**
         * Sets how many open chats a customer may have at once. More are refused, as are more than ten times as many
         * with those that have ended and are still kept.
         *
         * @param value at least 1, or 0 for no bound; default: 200
         * @return this builder
         */
        public Builder maxChatsPerUser(int value) {
            maxChatsPerUser = within("maxChatsPerUser", value, 0, 1_000_000);
            return this;
        }

        /**
         * Sets how many sessions a customer may have at once, whether they serve a chat or not. For one more the oldest
         * one that waits for nothing ends; if there is none, the new one is refused.
         *
         * @param value at least 1, or 0 for no bound; default: 50
         * @return this builder
         */
        public Builder maxSessionsPerUser(int value) {
            maxSessionsPerUser = within("maxSessionsPerUser", value, 0, 1_000_000);
            return this;
        }

        /**
         * Sets how many chats the in-memory store keeps. More are refused.
         *
         * @param value at least 1, or 0 for no bound; default: half of the heap divided by 10 KiB
         * @return this builder
         */
        public Builder maxChats(long value) {
            maxChats = orNone("maxChats", value);
            return this;
        }

        /**
         * Sets how many bytes the rows of all chats take in the in-memory store. Over it, new chats and events are
         * refused.
         *
         * @param value at least 1, or 0 for no bound; default: a quarter of the heap
         * @return this builder
         */
        public Builder maxBytes(long value) {
            maxBytes = orNone("maxBytes", value);
            return this;
        }

        /**
         * Sets how long a whole HTTP request may take to arrive, for a server that serves HTTP beside the engine.
         *
         * @param value 0 for no bound; default: 30 seconds
         * @return this builder
         */
        public Builder bodyTimeout(Duration value) {
            bodyTimeout = value.isZero() ? value : positive("bodyTimeout", value);
            return this;
        }

        /**
         * Sets the origins whose pages may call the server, beside pages of its own.
         *
         * @param value origins as browsers send them, such as {@code https://shop.example}, {@code null} or {@code
         *     capacitor://localhost}; default: none
         * @return this builder
         */
        public Builder allowedOrigins(Set<String> value) {
            for (String origin : value) {
                if (!isOrigin(origin)) {
                    throw new IllegalArgumentException(
                            "allowedOrigins are " + ORIGINS_ACCEPTED + ", not " + Nearest.printable(origin));
                }
            }
            allowedOrigins = value;
            return this;
        }

        /**
         * Sets how long a chat that has ended, or whose customer is absent, is kept after its last event.
         *
         * @param value default: 72 hours
         * @return this builder
         */
        public Builder retention(Duration value) {
            retention = positive("retention", value);
            return this;
        }

        /**
         * Sets how long after opening a chat a customer counts as online without having connected.
         *
         * @param value default: 10 seconds
         * @return this builder
         */
        public Builder attachWithin(Duration value) {
            attachWithin = positive("attachWithin", value);
            return this;
        }

        /**
         * Sets how long a push or a notice to the agent is left to whoever began it, before another attempt.
         *
         * @param value at least twice the send timeout; default: 60 seconds
         * @return this builder
         */
        public Builder lease(Duration value) {
            lease = positive("lease", value);
            return this;
        }

        /**
         * Sets how long a provider may take for one push.
         *
         * @param value default: 30 seconds
         * @return this builder
         */
        public Builder sendTimeout(Duration value) {
            sendTimeout = positive("sendTimeout", value);
            return this;
        }

        /**
         * Sets how long a push is tried. The option {@code ttl} of a provider or event overrides it.
         *
         * @param value default: 24 hours
         * @return this builder
         */
        public Builder pushTimeToLive(Duration value) {
            pushTimeToLive = positive("pushTimeToLive", value);
            return this;
        }

        /**
         * Sets how often a push is tried at most.
         *
         * @param value from 1 to 1,000,000; default: 12,000, for which there is no time even within the 28 days that a
         *     push service keeps a push at most
         * @return this builder
         */
        public Builder pushAttempts(int value) {
            pushAttempts = within("pushAttempts", value, 1, 1_000_000);
            return this;
        }

        /**
         * Sets how many pushes a provider has in flight at most. Others wait.
         *
         * @param value from 1 to 1,000,000; default: 500
         * @return this builder
         */
        public Builder pushesInFlight(int value) {
            pushesInFlight = within("pushesInFlight", value, 1, 1_000_000);
            return this;
        }

        /**
         * {@return the settings}
         *
         * @throws IllegalArgumentException if they contradict each other
         */
        public Settings build() {
            if (lease.compareTo(sendTimeout.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException(
                        "lease " + lease + " is too short: at least twice the sendTimeout, " + sendTimeout);
            }
            Duration grace = services.values().stream()
                    .map(ServiceSettings::gracePeriod)
                    .reduce(Duration.ZERO, (a, b) -> a.compareTo(b) > 0 ? a : b);
            Duration least = grace.plus(pushTimeToLive.multipliedBy(2)).plus(lease.multipliedBy(64));
            if (retention.compareTo(least) <= 0) {
                throw new IllegalArgumentException("retention " + retention.toSeconds() + " s is too short: more than "
                        + least.toSeconds() + " s, which is the longest grace period, twice the time in which a push is"
                        + " given up, and 64 leases");
            }
            return new Settings(this);
        }

        private static long orNone(String name, long value) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " is at least 1, or 0 for no bound, not " + value);
            }
            return value;
        }

        private static int within(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " is from " + least + " to " + most + ", not " + value);
            }
            return value;
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(MOST) > 0) {
                throw new IllegalArgumentException(
                        name + " is longer than 0 and at most " + MOST.toDays() + " days, not " + value);
            }
            return value;
        }
    }
}

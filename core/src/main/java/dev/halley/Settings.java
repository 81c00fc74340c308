package dev.halley;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of an engine. Immutable, made by {@link #builder()} or by {@link Options#settings()}. */
public final class Settings {

    /** The service that always exists. */
    public static final String REQUEST_CHAT = "request-chat";

    /** The longest text that can be allowed, in bytes as escaped UTF-8: what fits into one message of 32 KiB. */
    public static final int MOST_TEXT = 24 * 1024;

    static final Duration DEFAULT_PUSH_TIME_TO_LIVE = Duration.ofHours(24);

    private final Map<String, ServiceSettings> services;
    private final boolean requireSecureKey;
    private final boolean confirmByConnect;
    private final int maxEvents;
    private final int maxText;
    private final Duration retention;
    private final Duration attachWithin;
    private final Duration lease;
    private final Duration sendTimeout;
    private final Duration pushTimeToLive;
    private final int pushAttempts;
    private final int pushesInFlight;

    private Settings(Builder builder) {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(builder.services));
        requireSecureKey = builder.requireSecureKey;
        confirmByConnect = builder.confirmByConnect;
        maxEvents = builder.maxEvents;
        maxText = builder.maxText;
        retention = builder.retention;
        attachWithin = builder.attachWithin;
        lease = builder.lease;
        sendTimeout = builder.sendTimeout;
        pushTimeToLive = builder.pushTimeToLive;
        pushAttempts = builder.pushAttempts;
        pushesInFlight = builder.pushesInFlight;
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the settings of a service, empty if there is none of that name. */
    public Optional<ServiceSettings> service(String name) {
        return Optional.ofNullable(services.get(name));
    }

    /** Returns the names of the services. */
    public Set<String> services() {
        return services.keySet();
    }

    /** See {@link Builder#requireSecureKey}. */
    public boolean requireSecureKey() {
        return requireSecureKey;
    }

    /** See {@link Builder#confirmByConnect}. */
    public boolean confirmByConnect() {
        return confirmByConnect;
    }

    /** See {@link Builder#maxEvents}. */
    public int maxEvents() {
        return maxEvents;
    }

    /** See {@link Builder#maxText}. */
    public int maxText() {
        return maxText;
    }

    /** See {@link Builder#retention}. */
    public Duration retention() {
        return retention;
    }

    /** See {@link Builder#attachWithin}. */
    public Duration attachWithin() {
        return attachWithin;
    }

    /** See {@link Builder#lease}. */
    public Duration lease() {
        return lease;
    }

    /** See {@link Builder#sendTimeout}. */
    public Duration sendTimeout() {
        return sendTimeout;
    }

    /** See {@link Builder#pushTimeToLive}. */
    public Duration pushTimeToLive() {
        return pushTimeToLive;
    }

    /** See {@link Builder#pushAttempts}. */
    public int pushAttempts() {
        return pushAttempts;
    }

    /** See {@link Builder#pushesInFlight}. */
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
        private Duration retention = Duration.ofHours(72);
        private Duration attachWithin = Duration.ofSeconds(10);
        private Duration lease = Duration.ofSeconds(60);
        private Duration sendTimeout = Duration.ofSeconds(30);
        private Duration pushTimeToLive = DEFAULT_PUSH_TIME_TO_LIVE;
        private int pushAttempts = 12_000;
        private int pushesInFlight = 500;

        private Builder() {}

        /** A service and its settings. Default: {@value Settings#REQUEST_CHAT} with {@link ServiceSettings#DEFAULT}. */
        public Builder service(String name, ServiceSettings settings) {
            services.put(requireNonNull(name, "name"), requireNonNull(settings, "settings"));
            return this;
        }

        /** Whether customers must show their key beside their name. Default false: the name alone identifies. */
        public Builder requireSecureKey(boolean value) {
            requireSecureKey = value;
            return this;
        }

        /**
         * Whether a connect confirms what the last answer carried, if its client marks those that follow a failure. Default
         * true.
         */
        public Builder confirmByConnect(boolean value) {
            confirmByConnect = value;
            return this;
        }

        /** How many events of a chat are kept; the oldest go first. Default 10,000; from 10 to 1,000,000. */
        public Builder maxEvents(int value) {
            maxEvents = within("maxEvents", value, 10, 1_000_000);
            return this;
        }

        /** The longest text, in bytes as escaped UTF-8. Default and most 24 KiB; at least 100. */
        public Builder maxText(int value) {
            maxText = within("maxText", value, 100, MOST_TEXT);
            return this;
        }

        /** How long a chat of an absent customer, or one that ended, is kept after its last event. Default 72 hours. */
        public Builder retention(Duration value) {
            retention = positive("retention", value);
            return this;
        }

        /** How long a customer may take from opening a chat to connecting before counting as away. Default 10 seconds. */
        public Builder attachWithin(Duration value) {
            attachWithin = positive("attachWithin", value);
            return this;
        }

        /**
         * How long a push or a notice to the agent is left to whoever began it before another attempt. Default 60 seconds;
         * at least twice the send timeout.
         */
        public Builder lease(Duration value) {
            lease = positive("lease", value);
            return this;
        }

        /** How long a provider may take for one push. Default 30 seconds. */
        public Builder sendTimeout(Duration value) {
            sendTimeout = positive("sendTimeout", value);
            return this;
        }

        /** How long a push is tried; the option {@code ttl} of a provider or event goes before it. Default 24 hours. */
        public Builder pushTimeToLive(Duration value) {
            pushTimeToLive = positive("pushTimeToLive", value);
            return this;
        }

        /**
         * How often a push is tried at the most. Default 12,000: more than there is time for within 28 days, the longest time
         * that a push service keeps one.
         */
        public Builder pushAttempts(int value) {
            pushAttempts = within("pushAttempts", value, 1, 1_000_000);
            return this;
        }

        /** How many pushes a provider has in flight at the most; others wait. Default 500. */
        public Builder pushesInFlight(int value) {
            pushesInFlight = within("pushesInFlight", value, 1, 1_000_000);
            return this;
        }

        /**
         * Returns the settings.
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

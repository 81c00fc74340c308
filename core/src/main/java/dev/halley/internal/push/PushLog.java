package dev.halley.internal.push;

import dev.halley.Device;
import dev.halley.Options;
import dev.halley.internal.Nearest;
import dev.halley.spi.PushProvider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator how pushes fare. The first failure of a kind is WARN, its repeats are DEBUG until a push on the
 * same way is accepted, which is INFO.
 *
 * <p>Customers choose among what the operator has set up, and nothing else that they chose is a part of a kind: so what
 * is remembered is bounded by the configuration. A customer who alternates good and bad pushes gets a pair of lines
 * every {@link #QUIET} at most.
 *
 * <p>This class is thread-safe.
 */
final class PushLog {

    private static final Logger LOGGER = LoggerFactory.getLogger(PushLog.class);

    /** How long after a WARN the same kind has no other one; if it still fails after that, it has. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    /** How often it is told that devices have types that are not pushed to. No accepted push can end that. */
    private static final Duration UNREACHABLE = Duration.ofHours(1);

    private static final String OTHER = "other";
    private static final String CIRCUIT_OPEN = "circuit open";

    /** Reasons of the engine itself. */
    private static final Set<String> OWN = Set.of("timeout", "no outcome", "circuit");

    private static final Pattern STATUS = Pattern.compile("[1-5][0-9]{2}");

    /** The most of a reason that is looked at: it may be the text of a service. */
    private static final int MOST_READ = 200;

    private final Options options;
    private final InstantSource clock;
    private final ConcurrentHashMap<Way, Troubles> ways = new ConcurrentHashMap<>();
    private @Nullable Instant toldOfUnreachable;

    PushLog(Options options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
    }

    /**
     * What an operator has set up for a device, as far as it decides whether pushes succeed.
     *
     * @param type a device type that has a provider
     * @param section the section that sets the options
     */
    record Way(String type, String section, boolean debug) {}

    /** A push was accepted. */
    void accepted(PushProvider provider, Device device) {
        Troubles troubles = ways.get(way(device));
        if (troubles == null) {
            return;
        }
        troubles.end(clock.instant())
                .ifPresent(lasted -> LOGGER.info(
                        "Push over {} works again, {} s after it failed", describe(provider, device), seconds(lasted)));
    }

    /**
     * A push was not accepted.
     *
     * @param how in a word: what became of it
     * @param reason may be any text of a service, but without a token
     */
    void failed(PushProvider provider, Device device, String how, String reason) {
        if (begins(way(device), how + " " + kind(reason, provider.reasons()))) {
            LOGGER.warn(
                    "Push over {} failed: {} (repeats are logged at DEBUG until one is accepted)",
                    describe(provider, device),
                    printable(reason));
        } else if (LOGGER.isDebugEnabled()) {
            LOGGER.debug("Push over {} failed: {}", describe(provider, device), printable(reason));
        }
    }

    /** A device has a type without a provider. The type is not told, for a customer chose it. */
    synchronized void unreachable() {
        Instant now = clock.instant();
        if (toldOfUnreachable == null || !toldOfUnreachable.plus(UNREACHABLE).isAfter(now)) {
            toldOfUnreachable = now;
            LOGGER.warn("Push failed: a device has a type that pushEnabled does not name (repeats are logged at DEBUG,"
                    + " but once an hour)");
        } else {
            LOGGER.debug("Push failed: a device has a type that pushEnabled does not name");
        }
    }

    /**
     * A circuit breaker has opened.
     *
     * @return whether that was told to the operator, so that {@link #closed} should be, too
     */
    boolean opened(Way way, String where, Duration pause) {
        boolean begins = begins(way, CIRCUIT_OPEN);
        String message = "Push over {}: too many fail, the circuit breaker is open; the next attempt is in {} s";
        if (begins) {
            LOGGER.warn(message, where, seconds(pause));
        } else {
            LOGGER.debug(message, where, seconds(pause));
        }
        return begins;
    }

    /** A circuit breaker whose opening was told has closed. */
    void closed(String where, Duration lasted) {
        LOGGER.info("Push over {}: the circuit breaker is closed, after {} s", where, seconds(lasted));
    }

    private boolean begins(Way way, String kind) {
        return ways.computeIfAbsent(way, key -> new Troubles()).begin(kind, clock.instant());
    }

    Way way(Device device) {
        return new Way(device.type(), options.section(device), device.debug());
    }

    /** Names what an operator has set up for a device, with the server if the operator has set up that, too. */
    String describe(PushProvider provider, Device device) {
        String server = server(provider, device);
        return device.type() + " [" + options.section(device) + "]" + (device.debug() ? " in debug mode" : "")
                + (server.isEmpty() ? "" : " to " + server);
    }

    private static String server(PushProvider provider, Device device) {
        try {
            return Nearest.printable(provider.server(device));
        } catch (RuntimeException e) {
            return "";
        }
    }

    /** Returns what a reason is as far as it is known: a known text, or a status and a known word. */
    private static String kind(String reason, Set<String> known) {
        if (isKnown(reason, known)) {
            return reason;
        }
        String[] words =
                reason.substring(0, Math.min(reason.length(), MOST_READ)).split("[ :]+", 3);
        String first = words[0];
        if (!STATUS.matcher(first).matches() && !isKnown(first, known)) {
            return OTHER;
        }
        String second = words.length < 2 ? "" : words[1];
        return STATUS.matcher(second).matches() || isKnown(second, known) ? first + " " + second : first;
    }

    private static boolean isKnown(String text, Set<String> known) {
        return OWN.contains(text) || known.contains(text);
    }

    private static String printable(String reason) {
        return Nearest.printable(reason.substring(0, Math.min(reason.length(), MOST_READ)));
    }

    private static String seconds(Duration duration) {
        return String.valueOf(Math.max(1, duration.toSeconds()));
    }

    /** What fails on one way. */
    private static final class Troubles {

        private final Map<String, Trouble> byKind = new HashMap<>();

        /** When the first WARN was since a push was last accepted; null if there was none. */
        private volatile @Nullable Instant since;

        /** Notes a failure, and returns whether to tell of it. */
        synchronized boolean begin(String kind, Instant now) {
            Trouble trouble = byKind.computeIfAbsent(kind, key -> new Trouble());
            boolean begins = !trouble.isOn && !trouble.toldAt.plus(QUIET).isAfter(now);
            if (begins) {
                trouble.isOn = true;
                trouble.toldAt = now;
                if (since == null) {
                    since = now;
                }
            }
            return begins;
        }

        /** Notes that a push was accepted, and returns how long that took if anything was told. */
        Optional<Duration> end(Instant now) {
            return since == null ? Optional.empty() : endAll(now);
        }

        private synchronized Optional<Duration> endAll(Instant now) {
            Instant began = since;
            since = null;
            byKind.values().forEach(trouble -> trouble.isOn = false);
            return Optional.ofNullable(began).map(then -> Duration.between(then, now));
        }
    }

    /** One kind of failure. */
    private static final class Trouble {
        private boolean isOn;
        private Instant toldAt = Instant.EPOCH;
    }
}

package dev.halley.canaries;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that were seen while tests ran, what was said where anybody can read it, and whether the one holds the other.
 *
 * <p>Every value that a test puts into a field of {@link #SECRET} is a canary: no test has to do anything for it.
 *
 * <p>This class is thread-safe.
 */
public final class Canaries {

    /** Fields that hold what nobody else may read, by class. */
    private static final Map<String, List<String>> SECRET = Map.ofEntries(
            Map.entry("dev.halley.UserId", List.of("value")),
            Map.entry("dev.halley.Device", List.of("token")),
            Map.entry("dev.halley.ChatEvent", List.of("nickname", "text")),
            Map.entry("dev.halley.NewChat", List.of("nickname", "secureKey")),
            Map.entry("dev.halley.Options", List.of("sections")),
            Map.entry("dev.halley.spi.Arrival", List.of("secureKey")),
            Map.entry("dev.halley.spi.ConnectionId", List.of("value")),
            Map.entry("dev.halley.spi.Payload", List.of("body")),
            Map.entry("dev.halley.spi.PayloadFitter$Entry", List.of("text")),
            Map.entry("dev.halley.internal.session.Identity", List.of("nickname", "keyHash")),
            Map.entry("dev.halley.examples.server.AgentToken", List.of("value")),
            Map.entry("dev.halley.examples.server.ChatApi$Instance", List.of("secureKey")));

    /** Names of options whose values are secret. */
    private static final String SECRET_OPTION = "(debug\\.)?.*(secret|authorization|Password|apiKey)";

    /**
     * A word in small letters may be one of Halley's own, so it is no canary, unless it is the name of a user or a
     * token: tests give those such names.
     */
    private static final Pattern ORDINARY = Pattern.compile("[a-z]+|c[0-9]+");

    /** What stands between the hyphens of a random UUID, such as a node's name, will be found there some day. */
    private static final Pattern PART_OF_UUID = Pattern.compile("[0-9a-f]{4}");

    private static final Set<String> NAMES = Set.of("UserId.value", "Device.token");
    private static final Set<String> OWN_WORDS = Set.of(
            "user",
            "token",
            "device",
            "phone",
            "Agent",
            "has joined the session",
            "has left the session",
            "is typing",
            "stopped typing",
            "customer is not online",
            "New message from Agent");

    /** Shorter ones are in every other word, and in ids that are counted up. */
    private static final int SHORTEST = 4;

    /** Of longer ones the beginning is looked for. */
    private static final int LONGEST = 60;

    /** Load tests have many; the first will do. */
    private static final int MOST = 20_000;

    /**
     * What these print is not looked at. An outcome has the words of a push service, which are looked for in the log
     * and at observers; the demonstration prints its pushes on purpose.
     */
    private static final Pattern SAID_BY_OTHERS =
            Pattern.compile("dev\\.halley\\.(Outcome\\$.*|examples\\.server\\.DemoPush)");

    private static final int MOST_PRINTED = 200;
    private static final int MOST_TOLD = 20;
    private static final int LONGEST_TOLD = 400;

    /** Values and what they were, for example {@code Device.token}. */
    private static final Map<String, String> VALUES = new ConcurrentHashMap<>();

    /** What could be read, and where. */
    private static final Map<String, String> SAID = new ConcurrentHashMap<>();

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();
    private static final Map<String, AtomicInteger> PRINTED = new ConcurrentHashMap<>();
    private static final ThreadLocal<Boolean> BUSY = ThreadLocal.withInitial(() -> false);

    private Canaries() {}

    /** Notes a secret by hand. */
    public static void secret(String what, String value) {
        if (isCanary(what, value)) {
            VALUES.putIfAbsent(value.length() > LONGEST ? value.substring(0, LONGEST) : value, what);
        }
    }

    static boolean isCanary(String what, String value) {
        return value.length() >= SHORTEST
                && value.chars().anyMatch(Character::isLetterOrDigit)
                && !OWN_WORDS.contains(value)
                && !PART_OF_UUID.matcher(value).matches()
                && (NAMES.contains(what) || !ORDINARY.matcher(value).matches());
    }

    /** Notes what could be read somewhere. */
    public static void said(String where, String text) {
        SAID.putIfAbsent(text, where);
    }

    /** Notes the secrets in a new object, and what it says of itself. Called by woven code. */
    public static void made(Object made) {
        String type = made.getClass().getName();
        if (VALUES.size() < MOST) {
            for (String field : SECRET.getOrDefault(type, List.of())) {
                collect(made.getClass().getSimpleName() + "." + field, valueOf(made, field));
            }
        }
        if (SAID_BY_OTHERS.matcher(type).matches()) {
            return;
        }
        if (PRINTED.computeIfAbsent(type, any -> new AtomicInteger()).getAndIncrement() < MOST_PRINTED && !BUSY.get()) {
            BUSY.set(true);
            try {
                said("toString of " + type, made.toString());
            } finally {
                BUSY.set(false);
            }
        }
    }

    /** Notes what a public method threw, or what its stage completes with. Called by woven code. */
    public static void left(String method, @Nullable Object returned, @Nullable Throwable thrown) {
        if (thrown != null) {
            said("exception of " + method, thrown);
        } else if (returned instanceof CompletionStage<?> stage) {
            stage.whenComplete((value, failure) -> {
                if (failure != null) {
                    said("failed stage of " + method, failure);
                }
            });
        }
    }

    private static void said(String where, Throwable failure) {
        Set<Throwable> seen = new HashSet<>();
        for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
            // What an application's own code throws passes through, and so do its words.
            if (cause instanceof CompletionException || !isOurs(cause)) {
                continue;
            }
            said(where, String.valueOf(cause.getMessage()));
            for (Throwable suppressed : cause.getSuppressed()) {
                said(where, String.valueOf(suppressed.getMessage()));
            }
        }
    }

    /** Whether it was not made in a test: the first line of Halley's that it came through is one of the product. */
    private static boolean isOurs(Throwable failure) {
        for (StackTraceElement line : failure.getStackTrace()) {
            if (line.getClassName().startsWith("dev.halley.")) {
                return Watch.isWatched(line.getClassName());
            }
        }
        return false;
    }

    /** Notes the names of all threads there are now. */
    static void threads() {
        Thread.getAllStackTraces().keySet().forEach(thread -> said("thread name", thread.getName()));
    }

    /** Fails if any has got out so far. */
    public static void check() {
        List<String> leaks = leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.stream()
                    .limit(MOST_TOLD)
                    .map(leak -> leak.length() > LONGEST_TOLD ? leak.substring(0, LONGEST_TOLD) + "…" : leak)
                    .collect(joining("\n", leaks.size() + " secrets got out:\n", "")));
        }
    }

    /** Returns what has got out and was not told of before. */
    static List<String> leaks() {
        threads();
        Set<Integer> parts = new HashSet<>();
        SAID.keySet().forEach(text -> {
            for (int i = 0; i + SHORTEST <= text.length(); i++) {
                parts.add(part(text, i));
            }
        });
        List<String> leaks = new ArrayList<>();
        VALUES.forEach((value, what) -> {
            for (int i = 0; i + SHORTEST <= value.length(); i++) {
                if (!parts.contains(part(value, i))) {
                    return;
                }
            }
            SAID.forEach((text, where) -> {
                if (holds(text, value) && TOLD.add(where + what + text)) {
                    leaks.add(where + " holds " + what + " '" + value + "': " + text);
                }
            });
        });
        return leaks;
    }

    /** Returns where a secret stands by itself, and not within a longer word. */
    static boolean holds(String text, String value) {
        for (int at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
            int end = at + value.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
            boolean ends = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
            if ((begins && ends) || value.length() >= LONGEST) {
                return true;
            }
        }
        return false;
    }

    private static int part(String text, int at) {
        return text.charAt(at) * 961 + text.charAt(at + 1) * 31 + text.charAt(at + 2);
    }

    private static void collect(String what, @Nullable Object value) {
        if (value instanceof String text) {
            secret(what, text);
        } else if (value instanceof Optional<?> optional) {
            collect(what, optional.orElse(null));
        } else if (value instanceof Map<?, ?> sections) {
            sections.values()
                    .forEach(options -> ((Map<?, ?>) options).forEach((name, set) -> {
                        if (String.valueOf(name).matches(SECRET_OPTION)) {
                            secret("option " + name, String.valueOf(set));
                        }
                    }));
        } else if (value instanceof Collection<?> values) {
            values.forEach(one -> collect(what, one));
        }
    }

    private static @Nullable Object valueOf(Object made, String name) {
        try {
            Field field = made.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(made);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("There is no such field any more: correct the list of secrets", e);
        }
    }
}

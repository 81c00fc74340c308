package dev.halley;

import static java.util.stream.Collectors.joining;

import dev.halley.internal.Checks;
import dev.halley.internal.Nearest;
import dev.halley.spi.Option;
import dev.halley.spi.PushProviderFactory;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks sections against the options that the engine and the factories of providers declare. Immutable. */
final class OptionCheck {

    /** Which module declares the options that begin with a word, for the complaint that it is absent. */
    private static final Map<String, String> MODULES = Map.of(
            "apple", "halley-push-ios",
            "customhttp", "halley-push-http",
            "fcm", "halley-push-fcm",
            "httpcb", "halley-push-http",
            "validate_only", "halley-push-fcm");

    private static final String ANY_NAME = "<Name>";

    private final Map<String, Option> ofPush = byName(EngineOptions.OF_PUSH);
    private final Map<String, Option> ofServices = byName(EngineOptions.OF_SERVICES);
    private final Map<String, Option> ofHalley = byName(EngineOptions.OF_HALLEY);
    private final Map<String, Option> ofPushes = byName(EngineOptions.OF_PUSHES);
    private final Map<String, Option> inPush = new LinkedHashMap<>();

    OptionCheck(Iterable<? extends PushProviderFactory> factories) {
        factories.forEach(factory -> ofPushes.putAll(byName(factory.options())));
        inPush.putAll(ofPush);
        inPush.putAll(ofServices);
        inPush.putAll(ofPushes);
    }

    /** Returns the values of a section as texts. */
    Map<String, String> check(String section, Map<String, ? extends @Nullable Object> options) {
        Map<String, Option> known = known(section);
        Map<String, String> values = new HashMap<>();
        options.forEach((name, value) -> values.put(name, check(section, name, toText(value), known)));
        return Map.copyOf(values);
    }

    private Map<String, Option> known(String section) {
        if (section.equals(Options.PUSH)) {
            return inPush;
        }
        if (section.equals(Options.HALLEY)) {
            return ofHalley;
        }
        if (section.startsWith(Options.PROVIDER_PREFIX) && section.length() > Options.PROVIDER_PREFIX.length()) {
            return ofPushes;
        }
        if (section.startsWith(Options.SERVICE_PREFIX) && section.length() > Options.SERVICE_PREFIX.length()) {
            checkService(section);
            return ofServices;
        }
        throw new OptionException("[" + Nearest.printable(section) + "] is not a section; accepted are [push],"
                + " [push.provider.<name>], [push.provider.event.<tag>], [push.provider.<name>.event.<tag>],"
                + " [Service.<name>] and [halley]");
    }

    private static void checkService(String section) {
        try {
            Checks.name("service", section.substring(Options.SERVICE_PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new OptionException("[" + Nearest.printable(section) + "]: " + e.getMessage());
        }
    }

    private String check(String section, String name, String value, Map<String, Option> known) {
        String place = Nearest.printable(section);
        boolean isTwin = section.startsWith(Options.PUSH) && name.startsWith(Options.DEBUG) && !known.containsKey(name);
        String plain = isTwin ? name.substring(Options.DEBUG.length()) : name;
        if (isTwin && (ofPush.containsKey(plain) || ofServices.containsKey(plain))) {
            throw new OptionException(
                    "[" + place + "] " + name + " is not an option: " + plain + " is the same for all devices");
        }
        Option option = find(plain, known);
        if (option == null) {
            throw new OptionException("[" + place + "] " + Nearest.printable(name) + whyUnknown(name, plain, known));
        }
        if (!option.accepts().test(value)) {
            String shown = option.secret() ? "(not shown)" : "'" + Nearest.printable(value) + "'";
            throw new OptionException(place, name, shown, option.accepted());
        }
        return value;
    }

    /** Returns the declaration of an option; one that is named {@code <…>.<Name>} is for every name at that place. */
    private static @Nullable Option find(String name, Map<String, Option> known) {
        Option exact = known.get(name);
        if (exact != null) {
            return exact;
        }
        return known.values().stream()
                .filter(option -> option.name().endsWith(ANY_NAME)
                        && name.length() > option.name().length() - ANY_NAME.length()
                        && name.startsWith(
                                option.name().substring(0, option.name().length() - ANY_NAME.length())))
                .findFirst()
                .orElse(null);
    }

    private String whyUnknown(String name, String plain, Map<String, Option> known) {
        return absentModule(plain)
                .map(module -> " belongs to " + module + ", which is not on the class path")
                .orElseGet(() -> " is not an option here"
                        + elsewhere(name)
                                .map(other -> "; it belongs in " + other)
                                .or(() -> Nearest.to(name, known.keySet())
                                        .map(nearest -> "; the nearest one is " + nearest))
                                .orElseGet(() -> "; known are "
                                        + known.keySet().stream().sorted().collect(joining(", "))));
    }

    private Optional<String> absentModule(String name) {
        String word = firstWord(name);
        boolean isThere = ofPushes.keySet().stream().map(OptionCheck::firstWord).anyMatch(word::equals);
        return isThere ? Optional.empty() : Optional.ofNullable(MODULES.get(word));
    }

    private static String firstWord(String name) {
        return name.split("\\.", 2)[0];
    }

    private Optional<String> elsewhere(String name) {
        if (ofHalley.containsKey(name)) {
            return Optional.of("[halley]");
        }
        if (ofPush.containsKey(name)) {
            return Optional.of("[push]");
        }
        if (ofServices.containsKey(name)) {
            return Optional.of("[Service.<name>] or [push]");
        }
        if (ofPushes.containsKey(name)) {
            return Optional.of("[push.provider.<name>] or [push]");
        }
        return Optional.empty();
    }

    private static String toText(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof Collection<?> values) {
            return values.stream().map(OptionCheck::toText).collect(joining(", "));
        }
        return Checks.wellFormed(String.valueOf(value).strip());
    }

    private static Map<String, Option> byName(List<Option> options) {
        Map<String, Option> result = new LinkedHashMap<>();
        options.forEach(option -> result.put(option.name(), option));
        return result;
    }
}

package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Predicate;

/**
 * The declaration of an option. It is the only one: in every section in which the option may stand, its values and
 * those of its {@code debug.} twin are checked by it, and the documents are written from it. Immutable.
 *
 * @param name the option's name, for example {@code customhttp.timeout}; or {@code customhttp.header.<Name>}, which
 *     declares an option for every name at that place
 * @param byDefault what holds if the option is not set, in words: a value in Markdown, or {@code none}
 * @param description what the option is, one sentence in Markdown
 * @param accepted what is accepted, in words, for the complaint about another value
 * @param accepts says whether a value is accepted; thread-safe
 * @param secret whether its value must not be printed
 */
public record Option(
        String name, String byDefault, String description, String accepted, Predicate<String> accepts, boolean secret) {

    /**
     * Checks that nothing is missing.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param accepted {@link #accepted()}
     * @param accepts {@link #accepts()}
     * @param secret {@link #secret()}
     */
    public Option {
        requireNonNull(name, "name");
        requireNonNull(byDefault, "byDefault");
        requireNonNull(description, "description");
        requireNonNull(accepted, "accepted");
        requireNonNull(accepts, "accepts");
    }

    /**
     * Creates an option that is not secret.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param accepted {@link #accepted()}
     * @param accepts {@link #accepts()}
     */
    public Option(String name, String byDefault, String description, String accepted, Predicate<String> accepts) {
        this(name, byDefault, description, accepted, accepts, false);
    }

    /** {@return a copy of this option whose value must not be printed} */
    public Option asSecret() {
        return new Option(name, byDefault, description, accepted, accepts, true);
    }

    /**
     * Returns an option whose value is any text that is not empty.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @return the option
     */
    public static Option text(String name, String byDefault, String description) {
        return new Option(name, byDefault, description, "any text", value -> !value.isEmpty());
    }

    /**
     * Returns an option whose value matches a regular expression.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param accepted {@link #accepted()}
     * @param pattern matches the whole value
     * @return the option
     * @see java.util.regex.Pattern
     */
    public static Option matching(String name, String byDefault, String description, String accepted, String pattern) {
        return new Option(name, byDefault, description, accepted, value -> value.matches(pattern));
    }

    /**
     * Returns an option whose value is a whole number.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param least the least value that is accepted, at least 0
     * @param most the greatest value that is accepted, at most 18 digits
     * @return the option
     */
    public static Option number(String name, String byDefault, String description, long least, long most) {
        return new Option(
                name, byDefault, description, "a whole number from " + least + " to " + most, within(least, most));
    }

    /**
     * Returns an option whose value is a length of time in whole seconds.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param least the least value that is accepted, at least 0
     * @param most the greatest value that is accepted, at most 18 digits
     * @return the option
     */
    public static Option seconds(String name, String byDefault, String description, long least, long most) {
        return new Option(
                name, byDefault, description, "whole seconds from " + least + " to " + most, within(least, most));
    }

    /**
     * Returns an option whose value is {@code true} or {@code false}.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @return the option
     */
    public static Option flag(String name, String byDefault, String description) {
        return oneOf(name, byDefault, description, "true", "false");
    }

    /**
     * Returns an option whose value is one of several words.
     *
     * @param name {@link #name()}
     * @param byDefault {@link #byDefault()}
     * @param description {@link #description()}
     * @param values the words that are accepted, literally
     * @return the option
     */
    public static Option oneOf(String name, String byDefault, String description, String... values) {
        List<String> all = List.of(values);
        return new Option(name, byDefault, description, String.join(" or ", all), all::contains);
    }

    private static Predicate<String> within(long least, long most) {
        return value -> value.matches("[0-9]{1,18}") && Long.parseLong(value) >= least && Long.parseLong(value) <= most;
    }
}

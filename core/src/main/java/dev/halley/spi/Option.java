package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Predicate;

/**
 * The declaration of an option. It is the only one: values are checked by it in every section in which the option may
 * stand, and under its {@code debug.} twin, and documents are written from it.
 *
 * @param name for example {@code customhttp.timeout}
 * @param byDefault what holds where it is set nowhere, in words: a value in Markdown, or {@code none}
 * @param description one sentence that says what it is, in Markdown
 * @param accepted what is accepted, in words, for the complaint about another value
 * @param accepts says whether a value is accepted
 * @param secret whether its value must not be printed
 */
public record Option(
        String name, String byDefault, String description, String accepted, Predicate<String> accepts, boolean secret) {

    /** Checks that nothing is missing. */
    public Option {
        requireNonNull(name, "name");
        requireNonNull(byDefault, "byDefault");
        requireNonNull(description, "description");
        requireNonNull(accepted, "accepted");
        requireNonNull(accepts, "accepts");
    }

    /** An option that is not secret. */
    public Option(String name, String byDefault, String description, String accepted, Predicate<String> accepts) {
        this(name, byDefault, description, accepted, accepts, false);
    }

    /** Returns this option as one whose value must not be printed. */
    public Option asSecret() {
        return new Option(name, byDefault, description, accepted, accepts, true);
    }

    /** Any text that is not empty. */
    public static Option text(String name, String byDefault, String description) {
        return new Option(name, byDefault, description, "any text", value -> !value.isEmpty());
    }

    /** A text that a regular expression matches. */
    public static Option matching(String name, String byDefault, String description, String accepted, String pattern) {
        return new Option(name, byDefault, description, accepted, value -> value.matches(pattern));
    }

    /** A whole number within bounds. */
    public static Option number(String name, String byDefault, String description, long least, long most) {
        return new Option(
                name, byDefault, description, "a whole number from " + least + " to " + most, within(least, most));
    }

    /** Whole seconds within bounds. */
    public static Option seconds(String name, String byDefault, String description, long least, long most) {
        return new Option(
                name, byDefault, description, "whole seconds from " + least + " to " + most, within(least, most));
    }

    /** {@code true} or {@code false}. */
    public static Option flag(String name, String byDefault, String description) {
        return oneOf(name, byDefault, description, "true", "false");
    }

    /** One of these words. */
    public static Option oneOf(String name, String byDefault, String description, String... values) {
        List<String> all = List.of(values);
        return new Option(name, byDefault, description, String.join(" or ", all), all::contains);
    }

    private static Predicate<String> within(long least, long most) {
        return value -> value.matches("[0-9]{1,18}") && Long.parseLong(value) >= least && Long.parseLong(value) <= most;
    }
}

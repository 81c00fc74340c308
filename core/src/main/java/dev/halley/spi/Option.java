package dev.halley.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Predicate;

/**
 * An option that a provider reads: its name and what it accepts. Checked in every section in which it appears, and under
 * its {@code debug.} twin.
 *
 * @param name for example {@code customhttp.timeout}
 * @param accepted what is accepted, in words, for the complaint about another value
 * @param secret whether its value must not be printed
 * @param accepts says whether a value is accepted
 */
public record Option(String name, String accepted, boolean secret, Predicate<String> accepts) {

    /** Checks that there is a name. */
    public Option {
        requireNonNull(name, "name");
        requireNonNull(accepted, "accepted");
        requireNonNull(accepts, "accepts");
    }

    /** Any text that is not empty. */
    public static Option text(String name) {
        return new Option(name, "any text", false, value -> !value.isEmpty());
    }

    /** Any text that is not empty and never printed. */
    public static Option secret(String name) {
        return new Option(name, "any text", true, value -> !value.isEmpty());
    }

    /** A whole number within bounds. */
    public static Option number(String name, long least, long most) {
        return new Option(name, "a whole number from " + least + " to " + most, false, within(least, most));
    }

    /** Whole seconds within bounds. */
    public static Option seconds(String name, long least, long most) {
        return new Option(name, "whole seconds from " + least + " to " + most, false, within(least, most));
    }

    /** {@code true} or {@code false}. */
    public static Option flag(String name) {
        return oneOf(name, "true", "false");
    }

    /** One of these words. */
    public static Option oneOf(String name, String... values) {
        List<String> all = List.of(values);
        return new Option(name, String.join(" or ", all), false, all::contains);
    }

    private static Predicate<String> within(long least, long most) {
        return value -> value.matches("[0-9]{1,18}") && Long.parseLong(value) >= least && Long.parseLong(value) <= most;
    }
}

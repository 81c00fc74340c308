package dev.halley.push.http;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Arrays;
import java.util.Set;

/**
 * A set of HTTP statuses of errors. Immutable.
 *
 * @param all the statuses, from 300 to 599
 */
record Statuses(Set<Integer> all) {

    static final String ACCEPTED = "statuses from 300 to 599 with commas between them";

    /**
     * Parses {@link #ACCEPTED}; an empty text has none.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    static Statuses parse(String text) {
        return new Statuses(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(status -> !status.isEmpty())
                .map(Statuses::toStatus)
                .collect(toUnmodifiableSet()));
    }

    boolean contain(int status) {
        return all.contains(status);
    }

    private static Integer toStatus(String text) {
        if (!text.matches("[345][0-9]{2}")) {
            throw new IllegalArgumentException("Accepted are " + ACCEPTED);
        }
        return Integer.valueOf(text);
    }
}

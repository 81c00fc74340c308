package dev.halley.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
public final class Nearest {

    /** The longest name that is compared: no known one is nearly as long, and the time grows with its square. */
    private static final int MOST_MEANT = 200;

    private Nearest() {}

    /** Returns the known name that takes the fewest edits; empty if all take many. */
    public static Optional<String> to(String name, Collection<String> known) {
        if (name.length() > MOST_MEANT) {
            return Optional.empty();
        }
        int far = Math.max(2, name.length() / 3);
        return known.stream()
                .min(Comparator.comparingInt((String candidate) -> edits(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(candidate -> edits(name, candidate) <= far);
    }

    /**
     * Returns a value that fits into one line, of at most 80 characters: without user-info, control characters, and
     * invisible characters such as those that change the direction of writing.
     */
    public static String printable(String value) {
        // User-info is looked for only from the start of a word: otherwise the time would grow with the square.
        String line = value.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?")
                .replaceAll("(?<![^/\\s])[^/\\s]+@", "(not shown)@");
        return line.length() <= 80 ? line : line.substring(0, 80) + "…";
    }

    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int best = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = best;
            }
        }
        return row[b.length()];
    }
}

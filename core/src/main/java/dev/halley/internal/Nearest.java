package dev.halley.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
public final class Nearest {

    /** No known name is nearly as long, and edits are counted in the square of the length. */
    private static final int MOST_MEANT = 200;

    private Nearest() {}

    /** Returns the known name with the fewest edits from {@code name}, empty if all are far from it. */
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

    /** Returns a value as it can stand in one line: no control characters, no user-info of a URL, at most 80 characters. */
    public static String printable(String value) {
        // From the start of a word alone: from everywhere it would take the square of the length.
        String line =
                value.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?").replaceAll("(?<![^/\\s])[^/\\s]+@", "(not shown)@");
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

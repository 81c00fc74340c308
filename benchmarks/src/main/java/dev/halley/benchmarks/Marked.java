package dev.halley.benchmarks;

import java.util.Arrays;

/**
 * Texts that contain the time at which they were said, so that the receiver knows how late they are. The clock is
 * {@link System#nanoTime}, which all processes of a Linux machine share. Not thread-safe.
 */
final class Marked {

    /** How many characters each text has. */
    static final int LENGTH = 100;

    private static final int DIGITS = 19;
    private static final String REST =
            " Good morning, how may I help you? I have all the time that you need, and more to say";

    private long[] nanos = new long[1 << 16];
    private int count;

    /** Returns a text. */
    static String text(long atNanos) {
        StringBuilder text = new StringBuilder(LENGTH).append("@T").append(atNanos);
        text.insert(2, "0".repeat(DIGITS + 2 - text.length()));
        return text.append(REST, 0, LENGTH - text.length()).toString();
    }

    /** Looks for a text at this place, and notes how late it is; returns how many bytes to skip. */
    int look(byte[] bytes, int at, int end, long now) {
        if (at + 2 + DIGITS > end || bytes[at] != '@' || bytes[at + 1] != 'T') {
            return 0;
        }
        long said = 0;
        for (int i = at + 2; i < at + 2 + DIGITS; i++) {
            said = said * 10 + bytes[i] - '0';
        }
        note(now - said);
        return 2 + DIGITS;
    }

    void note(long late) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = late;
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    /** Returns a quantile, in thousandths, in microseconds. */
    double micros(int perMille) {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, (long) count * perMille / 1_000)] / 1e3;
    }
}

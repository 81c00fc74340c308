package dev.halley.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * A line of the table.
 *
 * @param benchmark the benchmark to which it belongs
 * @param what what was measured, in words
 * @param unit the unit of both values
 * @param halley each round's value
 * @param without each round's value without Halley; empty if there is nothing to compare with
 * @param judged what is compared with the limit
 * @param limit the limit; NaN for a figure that is only listed
 */
record Line(String benchmark, String what, String unit, Samples halley, Samples without, Judged judged, double limit) {

    /** What of a line is compared with its limit. */
    enum Judged {
        /** Halley's value over the other, at most. */
        RATIO,
        /** Halley's value over the other, at least. */
        RATE,
        /** What Halley's value has more than the other, at most. */
        DIFFERENCE,
        /** Halley's value alone, at most. */
        VALUE
    }

    static Line ratio(String benchmark, String what, String unit, Samples halley, Samples without, double atMost) {
        return new Line(benchmark, what, unit, halley, without, Judged.RATIO, atMost);
    }

    static Line rate(String benchmark, String what, String unit, Samples halley, Samples without, double atLeast) {
        return new Line(benchmark, what, unit, halley, without, Judged.RATE, atLeast);
    }

    static Line more(String benchmark, String what, String unit, Samples halley, Samples without, double atMost) {
        return new Line(benchmark, what, unit, halley, without, Judged.DIFFERENCE, atMost);
    }

    static Line value(String benchmark, String what, String unit, Samples halley, double atMost) {
        return new Line(benchmark, what, unit, halley, new Samples(), Judged.VALUE, atMost);
    }

    /** A line that is listed and not judged. */
    static Line listed(String benchmark, String what, String unit, Samples halley, Samples without) {
        return new Line(
                benchmark, what, unit, halley, without, without.isEmpty() ? Judged.VALUE : Judged.RATIO, Double.NaN);
    }

    Samples result() {
        return switch (judged) {
            case RATIO, RATE -> halley.over(without);
            case DIFFERENCE -> halley.beyond(without);
            case VALUE -> halley;
        };
    }

    boolean isJudged() {
        return !Double.isNaN(limit);
    }

    boolean isReached() {
        double result = result().median();
        return judged == Judged.RATE ? result >= limit : result <= limit;
    }

    String resultText() {
        return switch (judged) {
            case RATIO, RATE -> spread(result(), "×");
            case DIFFERENCE -> (result().median() < 0 ? "" : "+") + spread(result(), " " + unit);
            case VALUE -> spread(result(), " " + unit);
        };
    }

    String limitText() {
        if (!isJudged()) {
            return "–";
        }
        return switch (judged) {
            case RATIO -> "≤ " + number(limit) + "×";
            case RATE -> "≥ " + number(limit) + "×";
            case DIFFERENCE -> "≤ +" + number(limit) + " " + unit;
            case VALUE -> "≤ " + number(limit) + " " + unit;
        };
    }

    String verdict() {
        return !isJudged() ? "" : isReached() ? "reached" : "missed";
    }

    String halleyText() {
        return spread(halley, " " + unit);
    }

    String withoutText() {
        return without.isEmpty() ? "–" : spread(without, " " + unit);
    }

    /** Returns the median, and the range from the least to the most. */
    private static String spread(Samples samples, String unit) {
        String median = number(samples.median()) + unit;
        return samples.values().size() == 1
                ? median
                : median + " (" + number(samples.least()) + "–" + number(samples.most()) + ")";
    }

    /** Rounds to two or three significant digits. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size < 0.1 && size > 0) {
            return new BigDecimal(value).round(new MathContext(2)).toPlainString();
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }
}

package dev.halley.benchmarks;

import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * How a benchmark is run.
 *
 * @param isShort whether it only shows that the benchmark runs: small, once, and its figures mean nothing
 * @param most how often A and B take turns at most
 * @param planted a slowdown on purpose, to see whether the table shows it
 * @param home the folder of the jar, where results go
 */
record Run(boolean isShort, int most, Planted planted, Path home) {

    /** How often A and B take turns. */
    int rounds(int full) {
        return isShort ? 1 : Math.min(full, most);
    }

    /** Picks how much of something there is. */
    int size(int full, int small) {
        return isShort ? small : full;
    }

    /** Tells a person what is going on. */
    void say(String line) {
        System.err.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }
}

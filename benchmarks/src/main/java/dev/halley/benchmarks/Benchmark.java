package dev.halley.benchmarks;

import java.util.List;

/**
 * A claim about what something costs with Halley.
 *
 * @param name its name on the command line
 * @param what what is done, in one line
 * @param nextTo what it is compared with
 */
record Benchmark(String name, String what, String nextTo, Work work) {

    /** Measures. */
    @FunctionalInterface
    interface Work {
        List<Line> measure(Run run) throws Exception;
    }
}

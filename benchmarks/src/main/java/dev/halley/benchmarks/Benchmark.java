package dev.halley.benchmarks;

import java.util.List;

/**
 * Something that Halley claims to cost no more than so much.
 *
 * @param name what it is called on the command line
 * @param what what is done, in one line
 * @param nextTo what the same takes without Halley
 */
record Benchmark(String name, String what, String nextTo, Work work) {

    /** Measures. */
    @FunctionalInterface
    interface Work {
        List<Line> measure(Run run) throws Exception;
    }
}

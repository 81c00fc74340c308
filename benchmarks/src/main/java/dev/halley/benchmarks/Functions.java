package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs functions under JMH, one fork at a time, so that two of them can take turns. */
final class Functions {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** What a fork has measured: microseconds and bytes per call. */
    record Measured(double micros, double bytes) {}

    private Functions() {}

    /** Runs a method of a class in a JVM of its own. */
    @SuppressWarnings("rawtypes") // JMH's results are raw.
    static Measured fork(Run run, Class<?> functions, String method, Map<String, String> parameters, String... jvm)
            throws RunnerException {
        List<String> arguments = new ArrayList<>(List.of(jvm));
        arguments.add("-D" + Planted.PROPERTY + "=" + run.planted());
        arguments.add("-Djmh.ignoreLock=true");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(functions.getCanonicalName().replace(".", "\\.") + "\\." + method + "$")
                .forks(1)
                .warmupIterations(run.size(3, 1))
                .warmupTime(TimeValue.milliseconds(run.size(1_000, 50)))
                .measurementIterations(run.size(5, 1))
                .measurementTime(TimeValue.milliseconds(run.size(1_000, 50)))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .jvmArgs(arguments.toArray(String[]::new));
        parameters.forEach(options::param);
        System.setProperty("jmh.ignoreLock", "true");
        Collection<RunResult> results = new Runner(options.build()).run();
        RunResult result = results.iterator().next();
        double allocated = 0;
        for (var secondary : result.getSecondaryResults().entrySet()) {
            if (secondary.getKey().endsWith(ALLOCATED)) {
                allocated = secondary.getValue().getScore();
            }
        }
        return new Measured(result.getPrimaryResult().getScore(), allocated);
    }
}

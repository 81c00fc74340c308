package dev.halley.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** What was measured, a value for each round. Not thread-safe. */
final class Samples {

    private final List<Double> values = new ArrayList<>();

    static Samples of(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }

    Samples add(double value) {
        values.add(value);
        return this;
    }

    List<Double> values() {
        return List.copyOf(values);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        return size % 2 == 1 ? sorted.get(size / 2) : (sorted.get(size / 2 - 1) + sorted.get(size / 2)) / 2;
    }

    double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** Returns each round's value divided by the other's of the same round. */
    Samples over(Samples other) {
        Samples ratios = new Samples();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / other.values.get(i));
        }
        return ratios;
    }

    /** Returns each round's value minus the other's of the same round. */
    Samples beyond(Samples other) {
        Samples differences = new Samples();
        for (int i = 0; i < values.size(); i++) {
            differences.add(values.get(i) - other.values.get(i));
        }
        return differences;
    }
}

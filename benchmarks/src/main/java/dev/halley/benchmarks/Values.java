package dev.halley.benchmarks;

import java.util.Map;

/** What a child has measured, by name. */
record Values(Map<String, Double> byName) {

    double get(String name) {
        Double value = byName.get(name);
        if (value == null) {
            throw new IllegalStateException("A program did not say " + name + ", only " + byName.keySet());
        }
        return value;
    }
}

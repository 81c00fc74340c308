@NullMarked
package dev.halley.benchmarks;

import org.jspecify.annotations.NullMarked;

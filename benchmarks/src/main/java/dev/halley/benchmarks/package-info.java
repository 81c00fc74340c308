/** Every figure that Halley claims, next to what one would have without it. */
@NullMarked
package dev.halley.benchmarks;

import org.jspecify.annotations.NullMarked;

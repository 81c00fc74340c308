@NullMarked
package dev.halley.fuzz;

import org.jspecify.annotations.NullMarked;

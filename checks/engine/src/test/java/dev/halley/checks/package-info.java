/** The engine's own suites: what it does on every store, its edges, and the laws against random histories. */
@NullMarked
package dev.halley.checks;

import org.jspecify.annotations.NullMarked;

/** firebase-admin, to compare with. */
@NullMarked
package dev.halley.benchmarks.firebase;

import org.jspecify.annotations.NullMarked;

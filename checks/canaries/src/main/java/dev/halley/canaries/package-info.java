/** Watches every module's tests for secrets that get out. Not published. */
@NullMarked
package dev.halley.canaries;

import org.jspecify.annotations.NullMarked;

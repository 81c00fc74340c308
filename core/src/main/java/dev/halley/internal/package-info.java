/** The engine itself. Not exported: start reading at {@code Session}, which holds every rule. */
@NullMarked
package dev.halley.internal;

import org.jspecify.annotations.NullMarked;

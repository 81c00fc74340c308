/** The engine itself, which is not exported. Start reading at {@code Session}, which holds every rule. */
@NullMarked
package dev.halley.internal;

import org.jspecify.annotations.NullMarked;

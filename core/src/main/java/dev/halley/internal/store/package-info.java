/** The store in memory with its timers, and the wrapper around an application's store. */
@NullMarked
package dev.halley.internal.store;

import org.jspecify.annotations.NullMarked;

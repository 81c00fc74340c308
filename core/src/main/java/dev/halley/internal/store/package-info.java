/** The store in memory with its timers, and the wrapper around a store of somebody else. */
@NullMarked
package dev.halley.internal.store;

import org.jspecify.annotations.NullMarked;

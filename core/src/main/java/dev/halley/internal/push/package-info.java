/** Pushes to absent customers: those that were committed are sent, and their outcomes are committed. */
@NullMarked
package dev.halley.internal.push;

import org.jspecify.annotations.NullMarked;

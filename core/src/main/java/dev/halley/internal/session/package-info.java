/** The rules of a session, pure: what follows from an input. Knows no store, clock, thread or provider. */
@NullMarked
package dev.halley.internal.session;

import org.jspecify.annotations.NullMarked;

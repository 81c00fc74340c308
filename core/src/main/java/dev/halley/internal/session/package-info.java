/** The rules of a session. They are pure and know no store, clock, thread or provider. */
@NullMarked
package dev.halley.internal.session;

import org.jspecify.annotations.NullMarked;

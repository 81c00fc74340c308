/** What the author of a provider, a store or an adapter implements or uses. */
@NullMarked
package dev.halley.spi;

import org.jspecify.annotations.NullMarked;

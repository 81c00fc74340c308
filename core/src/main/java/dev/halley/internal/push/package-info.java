/** What an absent customer gets: pushes that were committed are sent, and what becomes of them is committed. */
@NullMarked
package dev.halley.internal.push;

import org.jspecify.annotations.NullMarked;

/** What Halley promises, and whether its tests would notice if it no longer held. */
@NullMarked
package dev.halley.reliability;

import org.jspecify.annotations.NullMarked;

/** Live delivery to connected customers: the connections of this node, and a reader of the transcript for each. */
@NullMarked
package dev.halley.internal.live;

import org.jspecify.annotations.NullMarked;

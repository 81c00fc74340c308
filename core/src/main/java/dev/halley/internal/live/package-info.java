/** What a connected customer gets: the connections of this node, and one reader of the transcript for each. */
@NullMarked
package dev.halley.internal.live;

import org.jspecify.annotations.NullMarked;

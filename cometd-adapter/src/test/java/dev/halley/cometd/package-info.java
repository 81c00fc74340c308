@NullMarked
package dev.halley.cometd;

import org.jspecify.annotations.NullMarked;

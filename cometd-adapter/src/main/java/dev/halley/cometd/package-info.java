/** Wires the engine to CometD's Java server. Start at {@code CometdAdapter}. */
@NullMarked
package dev.halley.cometd;

import org.jspecify.annotations.NullMarked;

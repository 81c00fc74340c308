/** A server that shows Halley at work: Chat API v1, CometD, and the agents' side. Start at {@code HalleyServer}. */
@NullMarked
package dev.halley.examples.server;

import org.jspecify.annotations.NullMarked;

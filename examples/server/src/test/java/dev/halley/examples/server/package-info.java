@NullMarked
package dev.halley.examples.server;

import org.jspecify.annotations.NullMarked;

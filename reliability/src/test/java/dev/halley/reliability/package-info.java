@NullMarked
package dev.halley.reliability;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.halley.canaries;

import org.jspecify.annotations.NullMarked;

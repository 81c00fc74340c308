/** HTTP for providers of pushes: one client within bounds, and a guard of the addresses that it dials. */
@NullMarked
package dev.halley.http;

import org.jspecify.annotations.NullMarked;

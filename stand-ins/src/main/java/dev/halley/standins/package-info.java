/** Stand-ins for push services: they accept pushes over TLS on a port of this machine, for tests and demonstrations. */
@NullMarked
package dev.halley.standins;

import org.jspecify.annotations.NullMarked;

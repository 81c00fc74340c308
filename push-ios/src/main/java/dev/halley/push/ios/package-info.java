/** Pushes to iOS through the Apple Push Notification service: a provider for the device type {@code ios}. */
@NullMarked
package dev.halley.push.ios;

import org.jspecify.annotations.NullMarked;

/** Pushes over Firebase Cloud Messaging: a provider for the device type {@code fcm}. */
@NullMarked
package dev.halley.push.fcm;

import org.jspecify.annotations.NullMarked;

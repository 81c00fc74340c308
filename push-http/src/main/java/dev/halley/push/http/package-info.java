/** Pushes as signed HTTP requests: a provider for the device types {@code customhttp} and {@code httpcb}. */
@NullMarked
package dev.halley.push.http;

import org.jspecify.annotations.NullMarked;

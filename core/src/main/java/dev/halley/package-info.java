/** What an embedder calls: the engine, its chats and events, options and settings. */
@NullMarked
package dev.halley;

import org.jspecify.annotations.NullMarked;

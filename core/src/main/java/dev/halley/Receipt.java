package dev.halley;

import java.util.OptionalLong;

/**
 * What became of an event that was said.
 *
 * @param chat the chat afterwards
 * @param position the position of the event; empty if the chat had ended and nothing was written
 */
public record Receipt(ChatView chat, OptionalLong position) {}

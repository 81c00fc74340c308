package dev.halley;

import java.time.Instant;

/**
 * One line of a transcript. Immutable.
 *
 * @param position its number in the chat, from 1
 * @param pushable whether it wakes an absent customer; decided when it was written
 * @param at when it was written
 * @param event what happened
 */
public record Row(long position, boolean pushable, Instant at, ChatEvent event) {}

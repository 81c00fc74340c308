package dev.halley;

import java.time.Instant;

/**
 * One line of a transcript. Immutable.
 *
 * @param position counts every event of the chat from 1
 * @param pushable whether an absent customer is to be woken for it, decided once when it was written
 * @param at when it was written
 * @param event what happened
 */
public record Row(long position, boolean pushable, Instant at, ChatEvent event) {}

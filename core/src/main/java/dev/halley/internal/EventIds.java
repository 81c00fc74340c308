package dev.halley.internal;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Ids of events: unique, short and cheap; nothing depends on their being hard to guess. */
public final class EventIds {

    private static final String PROCESS = Long.toString(new SecureRandom().nextLong() >>> 16, Character.MAX_RADIX);
    private static final AtomicLong NEXT = new AtomicLong();

    private EventIds() {}

    /** Returns an id that no other process uses. */
    public static String next() {
        return PROCESS + "-" + Long.toString(NEXT.incrementAndGet(), Character.MAX_RADIX);
    }
}

package dev.halley.internal;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes ids of events. They are unique, short and cheap; they need not be hard to guess. */
public final class EventIds {

    private static final String PROCESS = Long.toString(new SecureRandom().nextLong() >>> 16, Character.MAX_RADIX);
    private static final AtomicLong NEXT = new AtomicLong();

    private EventIds() {}

    /** Returns an id that no other process uses. */
    public static String next() {
        return PROCESS + "-" + Long.toString(NEXT.incrementAndGet(), Character.MAX_RADIX);
    }
}

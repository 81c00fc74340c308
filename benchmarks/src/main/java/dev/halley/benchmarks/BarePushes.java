package dev.halley.benchmarks;

import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pushes with only a client: no chat, no retry, no breaker, and as many in flight as the engine has. */
abstract class BarePushes implements Pushes {

    private static final Logger LOGGER = LoggerFactory.getLogger(BarePushes.class);

    private static final int IN_FLIGHT = 500;

    private final Semaphore room = new Semaphore(IN_FLIGHT);

    @Override
    public final void all(String[] texts) throws InterruptedException {
        for (int i = 0; i < texts.length; i++) {
            room.acquire();
            send(i, texts[i]);
        }
        room.acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
    }

    @Override
    public final void one(int device, String text) {
        room.acquireUninterruptibly();
        send(device, text);
    }

    /** Sends, and has {@link #answered} called once. */
    abstract void send(int device, String text);

    final void answered(boolean accepted, Object answer) {
        room.release();
        if (!accepted) {
            LOGGER.error("A push was answered {}", answer);
        }
    }
}

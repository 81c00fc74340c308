package dev.halley.benchmarks;

/** A way to push; see {@link PushProgram}. */
interface Pushes {

    /** Gets ready for the next round. */
    default void ready() {}

    /** Pushes these texts, one to each device in turn; returns when all were accepted. */
    void all(String[] texts) throws InterruptedException;

    /** Pushes a text to a device. Returns at once. */
    void one(int device, String text);
}

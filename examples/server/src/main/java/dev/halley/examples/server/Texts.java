package dev.halley.examples.server;

import dev.halley.spi.PayloadFitter;

/** The bound on texts, which counts what they weigh on the wire. */
final class Texts {

    private Texts() {}

    /** Returns the text if it is within the bound, in bytes as escaped UTF-8. */
    static String bounded(String text, int most) {
        if (PayloadFitter.escapedLength(text) > most) {
            throw Refusal.tooLarge("A text has at most " + most + " bytes as escaped UTF-8");
        }
        return text;
    }
}

package dev.halley.examples.server;

import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.spi.PayloadFitter;

/** The limit on texts, which counts their bytes on the wire. */
final class Texts {

    private Texts() {}

    /** Returns the text if it is within the limit, in bytes of escaped UTF-8. */
    static String bounded(String text, int most) {
        // As the transcript will have it: lone surrogates grow when they become U+FFFD.
        String kept = ChatEvent.text(Party.CLIENT, "", text).text();
        if (PayloadFitter.escapedLength(kept) > most) {
            throw Refusal.tooLarge("A text has at most " + most + " bytes as escaped UTF-8");
        }
        return text;
    }
}

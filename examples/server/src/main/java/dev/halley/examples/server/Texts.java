package dev.halley.examples.server;

import dev.halley.spi.PayloadFitter;

/** Texts as they come in, and the bound on what they weigh on the wire. */
final class Texts {

    private Texts() {}

    /** Returns the text with U+FFFD for what only JSON can write: halves of surrogate pairs. */
    static String wellFormed(String text) {
        if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    /** Returns the text if it is within the bound, in bytes as escaped UTF-8. */
    static String bounded(String text, int most) {
        if (PayloadFitter.escapedLength(text) > most) {
            throw Refusal.tooLarge("A text has at most " + most + " bytes as escaped UTF-8");
        }
        return text;
    }
}

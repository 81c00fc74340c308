package dev.halley.examples.server;

/** The bound on texts, which counts what they weigh on the wire. */
final class Texts {

    private Texts() {}

    /** Returns the text if it is within the bound, in bytes as escaped UTF-8. */
    static String bounded(String text, int most) {
        if (escapedLength(text) > most) {
            throw Refusal.tooLarge("A text has at most " + most + " bytes as escaped UTF-8");
        }
        return text;
    }

    /** Returns the bytes of a text within JSON in UTF-8. */
    static long escapedLength(String text) {
        return text.codePoints().mapToLong(Texts::escapedLength).sum();
    }

    private static int escapedLength(int c) {
        if (c < 0x20) {
            return c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r' ? 2 : 6;
        }
        if (c < 0x80) {
            return c == '"' || c == '\\' ? 2 : 1;
        }
        return c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
}

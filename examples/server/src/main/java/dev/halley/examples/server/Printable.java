package dev.halley.examples.server;

/** Makes words that others chose printable in a terminal, which obeys some characters instead of showing them. */
final class Printable {

    private Printable() {}

    /**
     * Returns a text in which line ends, other control characters, and characters that change the direction of writing
     * are written as JSON writes them, such as {@code \}{@code u001b}. JSON means the same afterwards.
     */
    static String escaped(String text) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean obeyed = isObeyed(c) || isLone(text, i);
            if (obeyed && shown == null) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (shown != null) {
                if (obeyed) {
                    shown.append("\\u%04x".formatted((int) c));
                } else {
                    shown.append(c);
                }
            }
        }
        return shown == null ? text : shown.toString();
    }

    private static boolean isObeyed(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // Joiners stay, for emoji are made with them.
            case Character.FORMAT -> c != '\u200c' && c != '\u200d';
            default -> false;
        };
    }

    private static boolean isLone(String text, int i) {
        char c = text.charAt(i);
        return Character.isSurrogate(c)
                && !(Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1)))
                && !(Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1)));
    }
}

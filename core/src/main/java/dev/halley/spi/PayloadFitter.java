package dev.halley.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.Notification;
import dev.halley.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes payloads of a limited size, with as many rows as fit. The oldest rows are left out first. If the newest row
 * alone is too long, its text is cut between graphemes and ends with {@code …}. The size of a payload is its length in
 * bytes of UTF-8.
 *
 * <p>Sizes are counted for rows as {@link Fitted#toJson} writes them: {@code {"<type>":"<text>"}} with commas between
 * them and no white space, then {@code ,"omitted":<rows left out>} and {@code ,"truncated":true} if something is
 * missing. A payload that writes them shorter is fine, too. Immutable, and so thread-safe.
 */
public final class PayloadFitter {

    /** The end of a text that was cut, three bytes in UTF-8. */
    public static final String ELLIPSIS = "…";

    /** A grapheme cluster. On Java 17 {@code BreakIterator} would split families, flags and skin tones. */
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    /** The characters whose escape is a backslash and one character. */
    private static final String SHORT_ESCAPES = "\"\\\b\t\n\f\r";

    /** How many bytes each ASCII character has if it is escaped once, and if twice. */
    private static final int[][] ESCAPED_ASCII = {escapedAscii(1), escapedAscii(2)};

    private static final int MOST_BYTES_OF_A_CHARACTER = 3;
    private static final int USUAL_LENGTH = 1_024;

    private static final Fitted NOTHING = new Fitted(List.of(), 0, false, 0);

    private final int limit;
    private final int depth;

    /** How characters of texts are escaped before the texts become JSON. */
    private final Map<Character, String> escapes;

    /** How many bytes each ASCII character of a text has, with all escapes. */
    private final int[] ofTexts;

    private PayloadFitter(int limit, int depth, Map<Character, String> escapes) {
        this.limit = limit;
        this.depth = depth;
        this.escapes = Map.copyOf(escapes);
        this.ofTexts = ESCAPED_ASCII[depth - 1].clone();
        this.escapes.forEach((c, escape) -> {
            if (c >= ofTexts.length) {
                throw new IllegalArgumentException("Only ASCII characters can have an escape, not " + c);
            }
            ofTexts[c] = escapedLength(escape, depth);
        });
    }

    /**
     * Returns a fitter for payloads in which the rows are JSON.
     *
     * @param limit the most bytes that a whole payload may have in UTF-8
     * @return a fitter without further escapes
     */
    public static PayloadFitter json(int limit) {
        return new PayloadFitter(limit, 1, Map.of());
    }

    /**
     * Returns a fitter for payloads in which the rows are JSON within a JSON string, and so escaped twice.
     *
     * @param limit the most bytes that a whole payload may have in UTF-8
     * @return a fitter without further escapes
     */
    public static PayloadFitter jsonInString(int limit) {
        return new PayloadFitter(limit, 2, Map.of());
    }

    /**
     * Returns a fitter for payloads in which the chat's texts are escaped before they become JSON, for example as HTML.
     *
     * @param escapes ASCII character to what is written for it, such as a line break to {@code <br>}
     * @return a fitter with these escapes, and without those that this one has
     * @throws IllegalArgumentException if a character is not ASCII
     */
    public PayloadFitter escaping(Map<Character, String> escapes) {
        return new PayloadFitter(limit, depth, escapes);
    }

    /**
     * Writes a payload with as many rows as fit.
     *
     * @param rows the rows to show, in order
     * @param payload writes the whole payload; called up to three times, first perhaps with more rows than fit
     * @return the payload, at most as long as the limit
     * @throws IllegalArgumentException if the payload is too large even without rows, or if it writes rows longer than
     *     {@link Fitted#toJson} does
     */
    public String fit(List<Row> rows, Function<Fitted, String> payload) {
        // As a rule all rows fit, and then writing them is quicker than counting first.
        if (characters(rows) <= limit) {
            String whole = payload.apply(new Fitted(entries(rows), 0, false, 0));
            if (isWithinLimit(whole)) {
                return whole;
            }
        }
        String written = payload.apply(fit(size(payload.apply(NOTHING)), rows));
        if (!isWithinLimit(written)) {
            throw new IllegalArgumentException("A payload has " + size(written) + " bytes instead of at most " + limit
                    + ": its rows are written longer than they count, perhaps by an escape that is not declared here");
        }
        return written;
    }

    private static long characters(List<Row> rows) {
        return rows.stream().mapToLong(row -> row.event().text().length()).sum();
    }

    private boolean isWithinLimit(String payload) {
        return payload.length() <= limit / MOST_BYTES_OF_A_CHARACTER || size(payload) <= limit;
    }

    private static int size(String payload) {
        return payload.getBytes(UTF_8).length;
    }

    /**
     * The rows that fit.
     *
     * @param entries the rows that are shown, in order
     * @param omitted how many of the oldest rows are left out
     * @param truncated whether the last text was cut
     * @param size the size of the whole payload in bytes; 0 if it was not counted
     */
    public record Fitted(List<Entry> entries, int omitted, boolean truncated, int size) {

        /**
         * Returns the rows as an array. If something is missing, further members of the object that contains the array
         * follow and say so: {@code [{"<type>":"<text>"}],"omitted":1,"truncated":true}.
         *
         * @return the value of a member, perhaps with further members
         */
        public String toJson() {
            StringBuilder json = new StringBuilder(USUAL_LENGTH);
            appendTo(json);
            return json.toString();
        }

        /**
         * Returns the chat part of a payload, which is the same for all platforms: {@code
         * {"message":"…","serviceId":"…","lastTranscript":[…]}}, with {@code omitted} and {@code truncated} as in
         * {@link #toJson()}.
         *
         * @param notification the notification that the rows are of
         * @return a JSON object
         */
        public String chatPart(Notification notification) {
            StringBuilder json = new StringBuilder(USUAL_LENGTH).append('{');
            appendTo(json, notification, "");
            return json.append('}').toString();
        }

        /**
         * Returns the members of the chat part and {@code tag}, without braces, for an object that has other members,
         * too.
         *
         * @param notification the notification that the rows are of
         * @return members of a JSON object
         */
        public String chatMembers(Notification notification) {
            StringBuilder json = new StringBuilder(USUAL_LENGTH);
            appendTo(json, notification, ",\"tag\":" + quoted(notification.tag()));
            return json.toString();
        }

        private void appendTo(StringBuilder json, Notification notification, String tag) {
            json.append("\"message\":");
            appendQuoted(json, notification.message());
            json.append(",\"serviceId\":");
            appendQuoted(json, notification.serviceId());
            json.append(tag).append(",\"lastTranscript\":");
            appendTo(json);
        }

        private void appendTo(StringBuilder json) {
            json.append('[');
            String begin = "{";
            for (Entry entry : entries) {
                json.append(begin);
                begin = ",{";
                appendQuoted(json, entry.type());
                json.append(':');
                appendQuoted(json, entry.text());
                json.append('}');
            }
            json.append(']');
            if (omitted > 0) {
                json.append(",\"omitted\":").append(omitted);
            }
            if (truncated) {
                json.append(",\"truncated\":true");
            }
        }
    }

    /**
     * A row that is shown.
     *
     * @param type the event's type
     * @param text the event's text, cut if need be, with the fitter's own escapes but without those of JSON
     */
    public record Entry(String type, String text) {
        @Override
        public String toString() {
            return "Entry[" + type + "]";
        }
    }

    /**
     * Returns the rows that fit.
     *
     * @param frame the bytes of the whole payload without rows and without {@code omitted} and {@code truncated}
     * @throws IllegalArgumentException if the frame and the longest {@code omitted} are larger than the limit
     */
    Fitted fit(int frame, List<Row> rows) {
        int least = frame + omittedSize(Integer.MAX_VALUE);
        if (least > limit) {
            throw new IllegalArgumentException(
                    "A limit of " + limit + " bytes is too small: without any row the payload has " + least);
        }
        int total = rows.size();
        int size = frame;
        int shown = 0;
        int best = 0;
        int bestSize = frame + omittedSize(total);
        while (shown < total) {
            Row row = rows.get(total - 1 - shown);
            size += (shown == 0 ? 0 : 1) + entrySize(row) + textSize(row);
            if (size > limit) {
                break;
            }
            shown++;
            int whole = size + omittedSize(total - shown);
            if (whole <= limit) {
                best = shown;
                bestSize = whole;
            }
        }
        if (best == 0 && total > 0) {
            return cut(frame, rows.get(total - 1), total - 1);
        }
        return new Fitted(entries(rows.subList(total - best, total)), total - best, false, bestSize);
    }

    private List<Entry> entries(List<Row> rows) {
        List<Entry> entries = new ArrayList<>(rows.size());
        for (Row row : rows) {
            entries.add(new Entry(row.event().type(), escaped(row.event().text())));
        }
        return Collections.unmodifiableList(entries);
    }

    private String escaped(String text) {
        if (escapes.isEmpty()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            String escape = escapes.get(text.charAt(i));
            if (escape == null) {
                escaped.append(text.charAt(i));
            } else {
                escaped.append(escape);
            }
        }
        return escaped.toString();
    }

    private Fitted cut(int frame, Row row, int omitted) {
        int around = frame + entrySize(row) + omittedSize(omitted) + truncatedSize() + escapedLength(ELLIPSIS, depth);
        if (around > limit) {
            return new Fitted(List.of(), omitted + 1, false, frame + omittedSize(omitted + 1));
        }
        String text = row.event().text();
        int end = longestPrefix(text, limit - around);
        int size = around + escapedLength(text, 0, end, ofTexts, Integer.MAX_VALUE);
        return new Fitted(
                List.of(new Entry(row.event().type(), escaped(text.substring(0, end)) + ELLIPSIS)),
                omitted,
                true,
                size);
    }

    /** Returns the end of the longest prefix of whole graphemes that has at most {@code budget} bytes. */
    private int longestPrefix(String text, int budget) {
        int fits = 0;
        for (int left = budget; fits < text.length(); fits++) {
            left -= escapedLength(text.charAt(fits), ofTexts);
            if (left < 0) {
                break;
            }
        }
        // Finding graphemes one by one is slow, so it begins at the last boundary that is certain.
        int end = fits;
        while (end > 0 && (end == text.length() || !isBoundary(text.charAt(end - 1), text.charAt(end)))) {
            end--;
        }
        Matcher graphemes = GRAPHEME.matcher(text).region(end, text.length());
        while (graphemes.find() && graphemes.end() <= fits) {
            end = graphemes.end();
        }
        return end;
    }

    /** Returns true if two characters certainly belong to different graphemes; they may do so in other cases, too. */
    private static boolean isBoundary(char before, char after) {
        return isPlain(before) && isPlain(after) && !(before == '\r' && after == '\n');
    }

    private static boolean isPlain(char c) {
        return c < 0x300 || (c >= 0x4E00 && c <= 0x9FFF);
    }

    /** Returns how many bytes a row's text has; if it is over the limit, the number may be too small. */
    private int textSize(Row row) {
        String text = row.event().text();
        return escapedLength(text, 0, text.length(), ofTexts, limit);
    }

    private int entrySize(Row row) {
        return "{:}".length() + 4 * quoteSize() + escapedLength(row.event().type(), depth);
    }

    private int omittedSize(int omitted) {
        return omitted == 0
                ? 0
                : ",omitted:".length()
                        + 2 * quoteSize()
                        + String.valueOf(omitted).length();
    }

    private int truncatedSize() {
        return ",truncated:true".length() + 2 * quoteSize();
    }

    /** Returns the bytes of a quotation mark that JSON itself writes. */
    private int quoteSize() {
        return depth;
    }

    /**
     * Returns a text as a JSON string, with its quotation marks.
     *
     * @param text any text
     * @return the string
     */
    public static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2);
        appendQuoted(json, text);
        return json.toString();
    }

    private static void appendQuoted(StringBuilder json, String text) {
        char[] characters = text.toCharArray();
        json.append('"');
        int copied = 0;
        for (int i = 0; i < characters.length; i++) {
            char c = characters[i];
            if (c < 0x20 || c == '"' || c == '\\') {
                json.append(characters, copied, i - copied);
                appendEscape(json, c);
                copied = i + 1;
            }
        }
        json.append(characters, copied, characters.length - copied).append('"');
    }

    private static void appendEscape(StringBuilder json, char c) {
        int at = SHORT_ESCAPES.indexOf(c);
        if (at >= 0) {
            json.append('\\').append("\"\\btnfr".charAt(at));
        } else {
            json.append(String.format("\\u%04X", (int) c));
        }
    }

    /**
     * Returns how long a text is within a JSON string.
     *
     * @param text any text
     * @return the bytes in UTF-8, with escapes and without the quotation marks
     */
    public static int escapedLength(CharSequence text) {
        return escapedLength(text, 1);
    }

    private static int escapedLength(CharSequence text, int depth) {
        return escapedLength(text, 0, text.length(), ESCAPED_ASCII[depth - 1], Integer.MAX_VALUE);
    }

    /** Stops counting once {@code most} is exceeded. */
    private static int escapedLength(CharSequence text, int from, int to, int[] ascii, int most) {
        int length = 0;
        for (int i = from; i < to && length <= most; i++) {
            length += escapedLength(text.charAt(i), ascii);
        }
        return length;
    }

    private static int escapedLength(char c, int[] ascii) {
        return c < ascii.length ? ascii[c] : utf8Length(c);
    }

    private static int[] escapedAscii(int depth) {
        int[] lengths = new int[0x80];
        for (char c = 0; c < lengths.length; c++) {
            lengths[c] = escapedAsciiLength(c, depth);
        }
        return lengths;
    }

    private static int escapedAsciiLength(char c, int depth) {
        if (c == '"' || c == '\\') {
            return depth == 1 ? 2 : 4;
        }
        if (c >= 0x20) {
            return 1;
        }
        return (SHORT_ESCAPES.indexOf(c) >= 0 ? 2 : 6) + depth - 1;
    }

    /** Returns the bytes of a character that is not ASCII. A surrogate counts two, for a pair of them has four. */
    private static int utf8Length(char c) {
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}

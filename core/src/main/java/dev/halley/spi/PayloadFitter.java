package dev.halley.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fits rows into a payload of a limited size, exactly: the oldest rows go first; if the newest alone is too long, its text
 * is cut at a grapheme boundary and ends with {@code …}. What counts is the length of the escaped JSON in UTF-8.
 *
 * <p>The payload has the rows as {@code {"<type>":"<text>"}} with commas between them and no white space, and says what is
 * missing by {@code ,"omitted":<rows left out>} and {@code ,"truncated":true}. Immutable.
 */
public final class PayloadFitter {

    /** What ends a text that was cut. */
    public static final String ELLIPSIS = "…";

    /** A grapheme cluster. {@code BreakIterator} would split families, flags and skin tones on Java 17. */
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    /** How many bytes each ASCII character has where it is escaped once, and twice. */
    private static final byte[][] ESCAPED_ASCII = {escapedAscii(1), escapedAscii(2)};

    private static final Fitted NOTHING = new Fitted(List.of(), 0, false, 0);

    private final int limit;
    private final int frame;
    private final int depth;

    private PayloadFitter(int limit, int frame, int depth) {
        this.limit = limit;
        this.frame = frame;
        this.depth = depth;
        int least = frame + omittedSize(Integer.MAX_VALUE);
        if (least > limit) {
            throw new IllegalArgumentException(
                    "A limit of " + limit + " bytes is too small: without any row the payload has " + least);
        }
    }

    /**
     * Returns a fitter for a payload in which the rows are JSON.
     *
     * @param limit the most bytes that the whole payload may have
     * @param frame the bytes of the whole payload without rows and without {@code omitted} and {@code truncated}
     * @throws IllegalArgumentException if the frame and the longest {@code omitted} are larger than the limit
     */
    public static PayloadFitter json(int limit, int frame) {
        return new PayloadFitter(limit, frame, 1);
    }

    /** Returns a fitter for a payload in which the rows are JSON within a JSON string, and so escaped twice. */
    public static PayloadFitter jsonInString(int limit, int frame) {
        return new PayloadFitter(limit, frame, 2);
    }

    /**
     * Writes a payload in which the rows are JSON, with as many of them as fit.
     *
     * @param limit the most bytes that the whole payload may have in UTF-8
     * @param rows the rows to show, in order
     * @param payload writes the whole payload; asked up to three times, the first time with what is perhaps too much
     * @throws IllegalArgumentException if it is too large even without rows
     */
    public static String fitJson(int limit, List<Row> rows, Function<Fitted, String> payload) {
        return fit(limit, rows, payload, 1);
    }

    /** As {@link #fitJson}, for a payload in which the rows are JSON within a JSON string, and so escaped twice. */
    public static String fitJsonInString(int limit, List<Row> rows, Function<Fitted, String> payload) {
        return fit(limit, rows, payload, 2);
    }

    private static String fit(int limit, List<Row> rows, Function<Fitted, String> payload, int depth) {
        // As a rule there is room for all, and then it is quicker written than reckoned.
        String whole = payload.apply(new PayloadFitter(limit, 0, depth).fit(rows));
        if (whole.getBytes(UTF_8).length <= limit) {
            return whole;
        }
        int frame = payload.apply(NOTHING).getBytes(UTF_8).length;
        return payload.apply(new PayloadFitter(limit, frame, depth).fit(rows));
    }

    /**
     * What fits.
     *
     * @param entries the rows that are shown, in order
     * @param omitted how many of the oldest rows are left out
     * @param truncated whether the last text was cut
     * @param size the bytes of the whole payload
     */
    public record Fitted(List<Entry> entries, int omitted, boolean truncated, int size) {}

    /**
     * A row that is shown.
     *
     * @param type the event's type
     * @param text the event's text, cut if need be
     */
    public record Entry(String type, String text) {
        @Override
        public String toString() {
            return "Entry[" + type + "]";
        }
    }

    /** Returns the rows that fit. */
    public Fitted fit(List<Row> rows) {
        int total = rows.size();
        int size = frame;
        int shown = 0;
        int best = 0;
        int bestSize = frame + omittedSize(total);
        while (shown < total) {
            Row row = rows.get(total - 1 - shown);
            size += (shown == 0 ? 0 : 1)
                    + entrySize(row)
                    + escapedLength(row.event().text(), depth);
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
            return cut(rows.get(total - 1), total - 1);
        }
        List<Entry> entries = new ArrayList<>(best);
        for (Row row : rows.subList(total - best, total)) {
            entries.add(new Entry(row.event().type(), row.event().text()));
        }
        return new Fitted(Collections.unmodifiableList(entries), total - best, false, bestSize);
    }

    private Fitted cut(Row row, int omitted) {
        int around = frame + entrySize(row) + omittedSize(omitted) + truncatedSize() + escapedLength(ELLIPSIS, depth);
        if (around > limit) {
            return new Fitted(List.of(), omitted + 1, false, frame + omittedSize(omitted + 1));
        }
        String text = row.event().text();
        int end = longestPrefix(text, limit - around);
        int size = around + escapedLength(text, 0, end, depth);
        return new Fitted(
                List.of(new Entry(row.event().type(), text.substring(0, end) + ELLIPSIS)), omitted, true, size);
    }

    /** Returns where the longest prefix of whole graphemes ends that has at most so many bytes. */
    private int longestPrefix(String text, int budget) {
        int fits = 0;
        for (int left = budget; fits < text.length(); fits++) {
            left -= escapedLength(text, fits, fits + 1, depth);
            if (left < 0) {
                break;
            }
        }
        // Graphemes are found one by one, which is slow, so from the last boundary that needs no looking.
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

    /** Whether two characters certainly belong to different graphemes; false says nothing. */
    private static boolean isBoundary(char before, char after) {
        return isPlain(before) && isPlain(after) && !(before == '\r' && after == '\n');
    }

    private static boolean isPlain(char c) {
        return c < 0x300 || (c >= 0x4E00 && c <= 0x9FFF);
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

    /** The bytes of one of JSON's own quotation marks. */
    private int quoteSize() {
        return depth;
    }

    /** Returns how many bytes a text has as the inside of a JSON string, in UTF-8. */
    public static int escapedLength(CharSequence text) {
        return escapedLength(text, 1);
    }

    private static int escapedLength(CharSequence text, int depth) {
        return escapedLength(text, 0, text.length(), depth);
    }

    private static int escapedLength(CharSequence text, int from, int to, int depth) {
        byte[] ascii = ESCAPED_ASCII[depth - 1];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            length += c < ascii.length ? ascii[c] : utf8Length(c);
        }
        return length;
    }

    private static byte[] escapedAscii(int depth) {
        byte[] lengths = new byte[0x80];
        for (char c = 0; c < lengths.length; c++) {
            lengths[c] = (byte) escapedAsciiLength(c, depth);
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
        boolean isShort = c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
        return (isShort ? 2 : 6) + depth - 1;
    }

    /** Of what is not ASCII; half a pair of surrogates counts two of the four bytes of the pair. */
    private static int utf8Length(char c) {
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}

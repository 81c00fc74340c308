package dev.halley.internal.session;

import com.google.common.base.Utf8;
import dev.halley.ChatEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * How many bytes of texts a chat's rows have, and up to which row they were dropped to keep that within a bound.
 * Immutable. It remembers a few marks instead of the size of each row, so the rows are dropped in portions of about a
 * sixteenth of the bound.
 *
 * @param total the bytes of all rows that were ever written
 * @param dropped the last row that was dropped for its bytes, and the bytes of all rows up to it
 * @param marks rows at which the transcript may be cut next, ascending
 */
public record Volume(long total, Mark dropped, List<Mark> marks) {

    static final Volume NONE = new Volume(0, new Mark(0, 0), List.of());

    private static final int PORTIONS = 16;

    /**
     * A row, and the bytes of all rows up to it.
     *
     * @param position the position of the row
     * @param total the bytes up to and including it
     */
    public record Mark(long position, long total) {}

    /** Returns the bytes of an event's text and nickname as UTF-8. */
    static int bytesOf(ChatEvent event) {
        return Utf8.encodedLength(event.text()) + Utf8.encodedLength(event.nickname());
    }

    /**
     * Adds a row, and drops the oldest ones if there are now more bytes than there may be. The new row always stays.
     *
     * @param most the bound; 0 for none
     */
    Volume with(long position, int bytes, long most) {
        long sum = total + bytes;
        if (most == 0 || sum - lastMark().total() < Math.max(1, most / PORTIONS)) {
            return new Volume(sum, dropped, marks).within(position, most);
        }
        List<Mark> more = new ArrayList<>(marks);
        more.add(new Mark(position, sum));
        return new Volume(sum, dropped, more).within(position, most);
    }

    private Mark lastMark() {
        return marks.isEmpty() ? dropped : marks.get(marks.size() - 1);
    }

    /** A mark at the newest row is not dropped, for that row would go with it. */
    private Volume within(long position, long most) {
        Mark last = dropped;
        int next = 0;
        while (most > 0
                && total - last.total() > most
                && next < marks.size()
                && marks.get(next).position() < position) {
            last = marks.get(next);
            next++;
        }
        return next == 0 ? this : new Volume(total, last, List.copyOf(marks.subList(next, marks.size())));
    }
}

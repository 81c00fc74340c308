package dev.halley.cometd;

import java.util.Map;
import java.util.OptionalLong;
import org.cometd.bayeux.Message;
import org.jspecify.annotations.Nullable;

/** Reads transcript positions as clients write them. Whatever can't be read counts as not sent. */
final class Positions {

    private static final int MOST_DIGITS = 18;

    private Positions() {}

    /** Returns the position in a message's {@code ext}, which may be of any type. It is never copied or printed. */
    static OptionalLong in(Message message) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext
                ? of(ext.get("transcriptPosition"))
                : OptionalLong.empty();
    }

    /** Reads a text of 1 to 18 ASCII digits, or a whole number that is not negative. */
    static OptionalLong of(@Nullable Object value) {
        if (value instanceof String text) {
            return text.length() <= MOST_DIGITS
                            && !text.isEmpty()
                            && text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? OptionalLong.of(Long.parseLong(text))
                    : OptionalLong.empty();
        }
        if (value instanceof Long || value instanceof Integer) {
            long number = ((Number) value).longValue();
            return number >= 0 ? OptionalLong.of(number) : OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}

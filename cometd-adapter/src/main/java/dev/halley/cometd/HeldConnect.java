package dev.halley.cometd;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cometd.bayeux.Message;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is kept of a connect while it is held, which may be long: whoever sends many with much beside them would
 * take all memory. Stateless.
 */
final class HeldConnect {

    /** The most that is kept of what came with a connect, in bytes, roughly. */
    private static final int MOST = 1024;

    /** What an object takes in a parsed message beside its characters, roughly. */
    private static final int OBJECT = 48;

    /** The fields without which there is no reply. None of them can be long. */
    private static final Set<String> PROTOCOL =
            Set.of(Message.CHANNEL_FIELD, Message.CLIENT_ID_FIELD, Message.ID_FIELD, Message.SUCCESSFUL_FIELD);

    private HeldConnect() {}

    /** Removes fields that the client sent until the rest is small. */
    static void shrink(Map<String, Object> connect) {
        int left = MOST;
        Iterator<Map.Entry<String, Object>> fields = connect.entrySet().iterator();
        while (fields.hasNext()) {
            Map.Entry<String, Object> field = fields.next();
            if (!PROTOCOL.contains(field.getKey())) {
                int size = sizeOf(field.getKey(), left) + sizeOf(field.getValue(), left);
                if (size > left) {
                    fields.remove();
                } else {
                    left -= size;
                }
            }
        }
    }

    /** Returns what a parsed value takes; once it is known to be more than a bound, any number above that. */
    private static int sizeOf(@Nullable Object value, int most) {
        int size = OBJECT;
        if (value instanceof String text) {
            size += 2 * text.length();
        } else if (value instanceof BigInteger number) {
            size += number.bitLength() / Byte.SIZE;
        } else if (value instanceof BigDecimal number) {
            size += number.unscaledValue().bitLength() / Byte.SIZE;
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                size += sizeOf(entry.getKey(), most) + sizeOf(entry.getValue(), most);
                if (size > most) {
                    return size;
                }
            }
        } else if (value instanceof List<?> || value instanceof Object[]) {
            List<?> values = value instanceof List<?> list ? list : Arrays.asList((Object[]) value);
            for (Object element : values) {
                size += sizeOf(element, most);
                if (size > most) {
                    return size;
                }
            }
        }
        return size;
    }
}

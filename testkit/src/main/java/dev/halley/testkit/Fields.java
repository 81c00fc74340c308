package dev.halley.testkit;

import java.util.ArrayList;
import java.util.List;

/** Joins values of any content into one text, in which each has its length before it. */
final class Fields {

    private Fields() {}

    static String join(Object... values) {
        StringBuilder text = new StringBuilder();
        for (Object value : values) {
            String field = value.toString();
            text.append(field.length()).append(':').append(field);
        }
        return text.toString();
    }

    static List<String> split(String text) {
        List<String> fields = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int start = text.indexOf(':', at) + 1;
            at = start + Integer.parseInt(text.substring(at, start - 1));
            fields.add(text.substring(start, at));
        }
        return fields;
    }
}

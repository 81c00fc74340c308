package dev.halley.examples.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** JSON for reading: what fits stays on one line. */
final class Pretty {

    private static final int WIDTH = 100;

    private final List<String> lines = new ArrayList<>();

    private Pretty() {}

    static List<String> lines(JsonNode json) {
        Pretty pretty = new Pretty();
        pretty.add("", "", json, "");
        return pretty.lines;
    }

    private void add(String indent, String name, JsonNode json, String after) {
        String whole = indent + name + json + after;
        if (whole.length() <= WIDTH || json.isValueNode() || json.isEmpty()) {
            lines.add(whole);
            return;
        }
        lines.add(indent + name + (json.isArray() ? "[" : "{"));
        String deeper = indent + "  ";
        if (json.isArray()) {
            for (Iterator<JsonNode> items = json.iterator(); items.hasNext(); ) {
                add(deeper, "", items.next(), items.hasNext() ? "," : "");
            }
        } else {
            for (Iterator<Map.Entry<String, JsonNode>> fields =
                            json.properties().iterator();
                    fields.hasNext(); ) {
                Map.Entry<String, JsonNode> field = fields.next();
                add(deeper, "\"" + field.getKey() + "\":", field.getValue(), fields.hasNext() ? "," : "");
            }
        }
        lines.add(indent + (json.isArray() ? "]" : "}") + after);
    }
}

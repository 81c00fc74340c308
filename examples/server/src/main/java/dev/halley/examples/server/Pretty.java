package dev.halley.examples.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Formats JSON for a terminal: as many fields on a line as fit, each row on a line of its own, long ids cut. */
final class Pretty {

    private static final int WIDTH = 82;
    private static final String INDENT = " ";

    private static final Pattern ID = Pattern.compile("(180-[0-9a-f]{4}|\"id\":\"[0-9a-f]{6})[0-9a-f-]{20,}");
    private static final Pattern ROWS = Pattern.compile("\"(transcriptToShow|lastTranscript)\":\\[");

    private Pretty() {}

    static List<String> lines(JsonNode json) {
        List<String> lines = new ArrayList<>();
        String line = "";
        String indent = "";
        for (String part : parts(ID.matcher(Printable.escaped(json.toString())).replaceAll("$1…"))) {
            boolean isRow = !indent.isEmpty() && (part.startsWith("[\"") || part.startsWith("{\""));
            boolean startsRows = ROWS.matcher(part).lookingAt();
            if (!line.isEmpty() && (isRow || startsRows || line.length() + part.length() > WIDTH)) {
                lines.add(line);
                line = isRow ? indent : INDENT;
            }
            if (startsRows) {
                indent = INDENT + " ".repeat(part.indexOf('[') + 1);
            } else if (!isRow) {
                indent = "";
            }
            line += part;
        }
        lines.add(line);
        return lines;
    }

    /** Splits after commas, except within texts and rows. */
    private static List<String> parts(String json) {
        List<String> parts = new ArrayList<>();
        boolean inText = false;
        int arrays = 0;
        int start = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                inText = !inText;
            } else if (!inText) {
                arrays += c == '[' ? 1 : c == ']' ? -1 : 0;
                if (c == ',' && arrays < 2) {
                    parts.add(json.substring(start, i + 1));
                    start = i + 1;
                }
            }
        }
        parts.add(json.substring(start));
        return parts;
    }
}

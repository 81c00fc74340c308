package dev.halley.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A part of a message that the operator writes as FCM defines it. */
final class JsonBlock {

    /**
     * The fields of a block for Apple's devices.
     *
     * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#apnsconfig">Firebase</a>
     */
    static final Set<String> APNS = Set.of("headers", "payload", "fcm_options", "live_activity_token");

    /**
     * The fields of a block for browsers.
     *
     * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#webpushconfig">Google</a>
     */
    static final Set<String> WEBPUSH = Set.of("headers", "data", "notification", "fcm_options");

    /** A block takes its room from the rows. */
    private static final int MOST_CHARACTERS = 1_024;

    private static final String HEADERS = "headers";

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(20).build())
            .build();

    private JsonBlock() {}

    static String accepted(Set<String> fields) {
        return "a JSON object of at most " + MOST_CHARACTERS + " characters with some of "
                + String.join(", ", fields.stream().sorted().toList());
    }

    /** Returns whether a value is an object with some of these fields, and headers that are texts. */
    static boolean isAccepted(String value, Set<String> fields) {
        if (value.length() > MOST_CHARACTERS) {
            return false;
        }
        try (JsonParser json = JSON.createParser(value)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken first = json.nextToken();
                if (!fields.contains(name) || (name.equals(HEADERS) && !isOfTexts(json, first))) {
                    return false;
                }
                json.skipChildren();
            }
            return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOfTexts(JsonParser json, JsonToken first) throws IOException {
        if (first != JsonToken.START_OBJECT) {
            return false;
        }
        while (json.nextFieldName() != null) {
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                return false;
            }
        }
        return json.currentToken() == JsonToken.END_OBJECT;
    }

    /**
     * Writes a block as an object.
     *
     * @param more headers that the block gets unless it has them
     */
    static void write(JsonGenerator out, String block, Map<String, String> more) throws IOException {
        boolean hasHeaders = false;
        try (JsonParser json = JSON.createParser(block)) {
            json.nextToken();
            out.writeStartObject();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                out.writeFieldName(name);
                if (name.equals(HEADERS)) {
                    hasHeaders = true;
                    writeHeaders(out, json, more);
                } else {
                    out.copyCurrentStructure(json);
                }
            }
        }
        if (!hasHeaders && !more.isEmpty()) {
            out.writeObjectFieldStart(HEADERS);
            writeAll(out, more, Set.of());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void writeHeaders(JsonGenerator out, JsonParser json, Map<String, String> more) throws IOException {
        Set<String> own = new HashSet<>();
        out.writeStartObject();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            out.writeStringField(name, json.getText());
            own.add(name);
        }
        writeAll(out, more, own);
        out.writeEndObject();
    }

    private static void writeAll(JsonGenerator out, Map<String, String> headers, Set<String> except)
            throws IOException {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!except.contains(header.getKey())) {
                out.writeStringField(header.getKey(), header.getValue());
            }
        }
    }
}

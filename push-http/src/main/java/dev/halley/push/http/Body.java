package dev.halley.push.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Row;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** The body of a push. */
final class Body {

    private static final JsonFactory JSON = new JsonFactory();

    private Body() {}

    /** Returns {@code {"deviceId":"…","message":<chat part>,"tag":"…"}}. */
    static String toJson(Notification notification, Device device) {
        // A writer, for Jackson's own UTF-8 turns each emoji into two escapes.
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("deviceId", device.token());
            json.writeObjectFieldStart("message");
            json.writeStringField("message", notification.message());
            json.writeStringField("serviceId", notification.serviceId());
            json.writeArrayFieldStart("lastTranscript");
            for (Row row : notification.shown()) {
                json.writeStartObject();
                json.writeStringField(row.event().type(), row.event().text());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeStringField("tag", notification.tag());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A StringWriter does not fail", e);
        }
        return out.toString();
    }
}

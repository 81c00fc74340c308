package dev.halley.push.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PayloadFitter.Fitted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** The body of a push. */
final class Body {

    private static final JsonFactory JSON = new JsonFactory();

    private Body() {}

    /**
     * Returns {@code {"deviceId":"…","message":<chat part>,"tag":"…"}}.
     *
     * @param limit the most bytes; the oldest rows are left out, and a text that is still too long is cut
     * @throws IllegalArgumentException if it is too long without any row
     */
    static String toJson(Notification notification, Device device, int limit) {
        return PayloadFitter.json(limit).fit(notification.shown(), rows -> toJson(notification, device, rows));
    }

    private static String toJson(Notification notification, Device device, Fitted rows) {
        // Through a writer, because Jackson's own UTF-8 turns each emoji into two escapes.
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("deviceId", device.token());
            json.writeFieldName("message");
            json.writeRawValue(rows.chatPart(notification));
            json.writeStringField("tag", notification.tag());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A StringWriter does not fail", e);
        }
        return out.toString();
    }
}

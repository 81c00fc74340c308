package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.halley.Notification;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PayloadFitter.Fitted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The payload of a push.
 *
 * @see <a href="https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification">Apple on
 *     payloads</a>
 */
final class Alert {

    /** The most bytes that APNs takes. */
    static final int MOST_LIMIT = 4_096;

    /** The most bytes that Apple's old interface took. */
    static final int LEAST_LIMIT = 256;

    /** Below this limit the thread's id would leave too little room. */
    static final int LEAST_LIMIT_WITH_THREAD = 512;

    private static final JsonFactory JSON = new JsonFactory();

    private Alert() {}

    /**
     * Returns {@code {"aps":{…},"message":"…","serviceId":"…","tag":"…","lastTranscript":[…]}}, within the limit.
     *
     * @throws IllegalArgumentException if the payload does not fit even without rows
     */
    static String toJson(Notification notification) {
        return PayloadFitter.json(limit(notification)).fit(notification.shown(), rows -> toJson(notification, rows));
    }

    /** Returns how many bytes a payload with these options has without any row, but with {@code omitted}. */
    static int least(String message, Map<String, String> options) {
        Notification notification = new Notification(
                "key",
                Notification.NEW_AGENT_MESSAGE,
                message,
                "180-00000000-0000-0000-0000-000000000000",
                "",
                List.of(),
                999_999,
                Instant.EPOCH,
                Instant.EPOCH,
                options);
        Fitted longest = new Fitted(
                List.of(), notification.content() == Notification.Content.FULL ? Integer.MAX_VALUE : 0, false, 0);
        return toJson(notification, longest).getBytes(UTF_8).length;
    }

    private static int limit(Notification notification) {
        return notification
                .option(IosProviderFactory.PAYLOAD_LIMIT)
                .map(Integer::valueOf)
                .orElse(MOST_LIMIT);
    }

    private static String toJson(Notification notification, Fitted rows) {
        // Through a writer, because Jackson's own UTF-8 turns each emoji into two escapes.
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("aps");
            if (notification.content() == Notification.Content.BACKGROUND) {
                json.writeNumberField("content-available", 1);
            } else {
                writeAlert(json, notification);
            }
            json.writeEndObject();
            json.writeRaw(',');
            json.writeRaw(rows.chatMembers(notification));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A StringWriter does not fail", e);
        }
        return out.toString();
    }

    private static void writeAlert(JsonGenerator json, Notification notification) throws IOException {
        json.writeObjectFieldStart("alert");
        Optional<String> title = notification.title(IosProviderFactory.TITLE);
        if (title.isPresent()) {
            json.writeStringField("title", title.get());
        }
        json.writeStringField("body", notification.body(IosProviderFactory.BODY).orElse(notification.message()));
        json.writeEndObject();
        Optional<String> badge = notification.option(IosProviderFactory.BADGE);
        if (badge.isPresent()) {
            json.writeNumberField(
                    "badge", badge.get().equals("auto") ? notification.unseen() : Long.parseLong(badge.get()));
        }
        Optional<String> sound = notification.option(IosProviderFactory.SOUND);
        if (sound.isPresent()) {
            json.writeStringField("sound", sound.get());
        }
        if (notification
                .option(IosProviderFactory.MUTABLE_CONTENT)
                .orElse("false")
                .equals("true")) {
            json.writeNumberField("mutable-content", 1);
        }
        if (limit(notification) >= LEAST_LIMIT_WITH_THREAD) {
            json.writeStringField("thread-id", notification.serviceId());
        }
    }
}

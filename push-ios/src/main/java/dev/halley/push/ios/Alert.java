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
        Optional<String> titleKey = notification.option(IosProviderFactory.TITLE_LOC_KEY);
        Optional<String> bodyKey = notification.option(IosProviderFactory.LOC_KEY);
        if (titleKey.isEmpty()) {
            write(json, "title", notification.title(IosProviderFactory.TITLE));
        }
        write(json, "subtitle", notification.option(IosProviderFactory.SUBTITLE));
        if (bodyKey.isEmpty()) {
            json.writeStringField(
                    "body", notification.body(IosProviderFactory.BODY).orElse(notification.message()));
        }
        writeLocalized(json, "title-loc-", titleKey, notification.option(IosProviderFactory.TITLE_LOC_ARGS));
        writeLocalized(
                json,
                "subtitle-loc-",
                notification.option(IosProviderFactory.SUBTITLE_LOC_KEY),
                notification.option(IosProviderFactory.SUBTITLE_LOC_ARGS));
        writeLocalized(json, "loc-", bodyKey, notification.option(IosProviderFactory.LOC_ARGS));
        json.writeEndObject();
        Optional<String> badge = notification.option(IosProviderFactory.BADGE);
        if (badge.isPresent()) {
            json.writeNumberField(
                    "badge", badge.get().equals("auto") ? notification.unseen() : Long.parseLong(badge.get()));
        }
        writeSound(json, notification);
        write(json, "category", notification.option(IosProviderFactory.CATEGORY));
        write(json, "interruption-level", notification.option(IosProviderFactory.INTERRUPTION_LEVEL));
        Optional<String> score = notification.option(IosProviderFactory.RELEVANCE_SCORE);
        if (score.isPresent()) {
            json.writeNumberField("relevance-score", Double.parseDouble(score.get()));
        }
        if (isSet(notification, IosProviderFactory.CONTENT_AVAILABLE)) {
            json.writeNumberField("content-available", 1);
        }
        if (isSet(notification, IosProviderFactory.MUTABLE_CONTENT)) {
            json.writeNumberField("mutable-content", 1);
        }
        if (limit(notification) >= LEAST_LIMIT_WITH_THREAD) {
            json.writeStringField("thread-id", notification.serviceId());
        }
    }

    private static void writeSound(JsonGenerator json, Notification notification) throws IOException {
        Optional<String> sound = notification.option(IosProviderFactory.SOUND);
        if (!isSet(notification, IosProviderFactory.CRITICAL)) {
            write(json, "sound", sound);
            return;
        }
        json.writeObjectFieldStart("sound");
        json.writeNumberField("critical", 1);
        json.writeStringField("name", sound.orElse("default"));
        Optional<String> volume = notification.option(IosProviderFactory.VOLUME);
        if (volume.isPresent()) {
            json.writeNumberField("volume", Double.parseDouble(volume.get()));
        }
        json.writeEndObject();
    }

    private static void writeLocalized(
            JsonGenerator json, String prefix, Optional<String> key, Optional<String> arguments) throws IOException {
        write(json, prefix + "key", key);
        if (key.isPresent() && arguments.isPresent()) {
            json.writeArrayFieldStart(prefix + "args");
            for (String argument : arguments.get().split(",", -1)) {
                json.writeString(argument.strip());
            }
            json.writeEndArray();
        }
    }

    private static void write(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    private static boolean isSet(Notification notification, String flag) {
        return notification.option(flag).orElse("false").equals("true");
    }
}

package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.halley.Notification;
import dev.halley.Notification.Content;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PayloadFitter.Fitted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The body of a push. */
final class Message {

    /**
     * The most bytes of a body. FCM limits data and notification together, but does not say exactly what it counts, so
     * here everything counts.
     *
     * @see <a href="https://firebase.google.com/docs/cloud-messaging/concept-options">Firebase: message types</a>
     */
    static final int MOST_BYTES = 4_096;

    /**
     * The longest time for which FCM keeps a message.
     *
     * @see <a href="https://firebase.google.com/docs/cloud-messaging/concept-options#ttl">Firebase: lifespan of a
     *     message</a>
     */
    static final Duration MOST_TIME_TO_LIVE = Duration.ofDays(28);

    /** What an Android notification has under the names of the options, without their {@code fcm.}. */
    private static final List<String> ANDROID_TEXTS =
            List.of("channel_id", "click_action", "sound", "icon", "color", "title_loc_key", "body_loc_key");

    private static final String SILENT = "{\"payload\":{\"aps\":{\"content-available\":1}}}";
    private static final int MOST_OF_AN_ID = 64;
    private static final int USUAL_LENGTH = 1_024;
    private static final JsonFactory JSON = new JsonFactory();

    private Message() {}

    /**
     * Returns {@code {"message":{…}}} with as many rows as fit.
     *
     * @throws IllegalArgumentException if the body is too large even without rows
     */
    static String toJson(Notification notification, String token) {
        return PayloadFitter.jsonInString(MOST_BYTES)
                .fit(notification.shown(), rows -> body(notification, token, rows));
    }

    /** Returns a body that FCM checks but delivers to nobody: no device has its token. */
    static String toDryRun() {
        return "{\"validate_only\":true,\"message\":{\"token\":\"dry-run\",\"data\":{}}}";
    }

    private static String body(Notification notification, String token, Fitted rows) {
        return write(json -> {
            json.writeObjectFieldStart("message");
            json.writeStringField("token", token);
            json.writeObjectFieldStart("data");
            json.writeStringField("message", rows.chatPart(notification)); // values of data are texts
            json.writeStringField("tag", notification.tag());
            json.writeStringField("key", notification.key());
            json.writeEndObject();
            // A silent wake-up is data alone.
            boolean isSilent = notification.content() == Content.BACKGROUND;
            Optional<String> title = isSilent ? Optional.empty() : notification.title(FcmProviderFactory.TITLE);
            Optional<String> body = isSilent ? Optional.empty() : notification.body(FcmProviderFactory.BODY);
            boolean isAlert = title.isPresent() || body.isPresent();
            if (isAlert) {
                json.writeObjectFieldStart("notification");
                writeIfPresent(json, "title", title);
                writeIfPresent(json, "body", body);
                writeIfPresent(json, "image", notification.option(FcmProviderFactory.IMAGE));
                json.writeEndObject();
            }
            boolean isTextOfTheApp = notification
                            .option(FcmProviderFactory.TITLE_LOC_KEY)
                            .isPresent()
                    || notification.option(FcmProviderFactory.BODY_LOC_KEY).isPresent();
            writeAndroid(json, notification, !isSilent && (isAlert || isTextOfTheApp), isSilent);
            writeApns(json, notification, isSilent);
            Optional<String> webpush = notification.option(FcmProviderFactory.WEBPUSH);
            if (webpush.isPresent() && !isSilent) {
                json.writeFieldName("webpush");
                JsonBlock.write(json, webpush.get(), Map.of());
            }
            Optional<String> label = notification.option(FcmProviderFactory.ANALYTICS_LABEL);
            if (label.isPresent()) {
                json.writeObjectFieldStart("fcm_options");
                json.writeStringField("analytics_label", label.get());
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    private static void writeAndroid(JsonGenerator json, Notification notification, boolean isAlert, boolean isSilent)
            throws IOException {
        // If an app shows nothing for pushes of high priority, Google delivers its pushes more slowly.
        String usual = isSilent ? "normal" : "high";
        boolean isNowOrNever = notification.option(FcmProviderFactory.TTL).equals(Optional.of("0"));
        long seconds = isNowOrNever ? 0 : Math.min(secondsOf(notification.timeToLive()), MOST_TIME_TO_LIVE.toSeconds());
        // One silent push says as much as many, which phones would throttle.
        Optional<String> chat =
                notification.collapse() || isSilent ? Optional.of(notification.serviceId()) : Optional.empty();
        json.writeObjectFieldStart("android");
        json.writeStringField(
                "priority", notification.option(FcmProviderFactory.PRIORITY).orElse(usual));
        json.writeStringField("ttl", seconds + "s");
        writeIfPresent(
                json,
                "collapse_key",
                notification.option(FcmProviderFactory.COLLAPSE_KEY).or(() -> chat));
        // Without a text that is shown, this would make a notification of data.
        if (isAlert) {
            json.writeObjectFieldStart("notification");
            // The collapse key replaces pushes that are not delivered yet; this tag replaces one that is shown: of the
            // same chat, or the same push, sent again because its answer was lost.
            json.writeStringField("tag", chat.orElse(notification.key()));
            for (String name : ANDROID_TEXTS) {
                writeIfPresent(json, name, notification.option("fcm." + name));
            }
            writeArguments(json, "title_loc_args", notification.option(FcmProviderFactory.TITLE_LOC_ARGS));
            writeArguments(json, "body_loc_args", notification.option(FcmProviderFactory.BODY_LOC_ARGS));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void writeArguments(JsonGenerator json, String name, Optional<String> arguments) throws IOException {
        if (arguments.isPresent()) {
            json.writeArrayFieldStart(name);
            for (String argument : arguments.get().split(",", -1)) {
                json.writeString(argument.strip());
            }
            json.writeEndArray();
        }
    }

    private static void writeApns(JsonGenerator json, Notification notification, boolean isSilent) throws IOException {
        Optional<String> block = notification.option(FcmProviderFactory.APNS);
        if (block.isEmpty()) {
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (isSilent) {
            headers.put("apns-push-type", "background");
            headers.put("apns-priority", "5");
        }
        headers.put(
                "apns-collapse-id",
                collapseId(notification.collapse() || isSilent ? notification.serviceId() : notification.key()));
        json.writeFieldName("apns");
        JsonBlock.write(json, isSilent ? SILENT : block.get(), headers);
    }

    /** APNs takes at most 64 bytes. */
    private static String collapseId(String id) {
        return id.length() <= MOST_OF_AN_ID && id.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? id
                : UUID.nameUUIDFromBytes(id.getBytes(UTF_8)).toString();
    }

    /** Rounds up: a part of a second must not become 0, which means now or never. */
    private static long secondsOf(Duration left) {
        return left.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private static void writeIfPresent(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static String write(Fields fields) {
        // Through a writer, because Jackson's own UTF-8 turns each emoji into two escapes.
        StringWriter out = new StringWriter(USUAL_LENGTH);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A StringWriter does not fail", e);
        }
        return out.toString();
    }
}

package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.standins.FcmStandIn;
import dev.halley.testkit.Pushes;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void message_isDataAlone_byDefault() {
        assertThat(json(Map.of(), "A line of text.", "\"Another\" line\nof text."))
                .isEqualTo("{\"message\":{\"token\":\"t\",\"data\":{\"message\":\"{\\\"message\\\":\\\"New message from"
                        + " Agent\\\",\\\"serviceId\\\":\\\"" + Pushes.SERVICE_ID + "\\\",\\\"lastTranscript\\\":["
                        + "{\\\"Message.Text\\\":\\\"A line of text.\\\"},"
                        + "{\\\"Message.Text\\\":\\\"\\\\\\\"Another\\\\\\\" line\\\\nof text.\\\"}]}\","
                        + "\"tag\":\"chat.newagentmessage\",\"key\":\"0001BaAFC4J8000N_1_6\"},"
                        + "\"android\":{\"priority\":\"high\",\"ttl\":\"60s\"}}}");
    }

    @Test
    void title_orBody_makeANotification() {
        assertThat(json(Map.of("fcm.title", "News"), "Hello"))
                .contains("\"},\"notification\":{\"title\":\"News\"},\"android\":");
        assertThat(json(Map.of("fcm.title", "News", "fcm.body", "There is \u00fc"), "Hello"))
                .contains("\"},\"notification\":{\"title\":\"News\",\"body\":\"There is \u00fc\"},\"android\":");
    }

    @Test
    void notification_ofOnePush_isShownOnce_evenIfItIsSentAgain() {
        assertThat(json(Map.of("fcm.body", "News"), "Hello"))
                .contains("\"ttl\":\"60s\",\"notification\":{\"tag\":\"" + Pushes.KEY + "\"}}")
                .doesNotContain("collapse_key");
        // This would make a notification of data that the app wants to see first.
        assertThat(json(Map.of("fcm.channel_id", "chat", "fcm.sound", "default"), "Hello"))
                .doesNotContain("notification", "channel_id");
    }

    @Test
    void notification_hasWhatAndroidKnowsBesides() {
        String json = json(
                Map.of(
                        "fcm.title", "News",
                        "fcm.image", "https://app.example/a.png",
                        "fcm.channel_id", "chat",
                        "fcm.click_action", "OPEN_CHAT",
                        "fcm.sound", "default",
                        "fcm.icon", "ic_chat",
                        "fcm.color", "#1a73e8",
                        "fcm.analytics_label", "chat-1"),
                "Hello");
        assertThat(json)
                .contains("\"notification\":{\"title\":\"News\",\"image\":\"https://app.example/a.png\"}")
                .contains("\"notification\":{\"tag\":\"" + Pushes.KEY + "\",\"channel_id\":\"chat\",\"click_action\":"
                        + "\"OPEN_CHAT\",\"sound\":\"default\",\"icon\":\"ic_chat\",\"color\":\"#1a73e8\"}}")
                .endsWith(",\"fcm_options\":{\"analytics_label\":\"chat-1\"}}}");
    }

    @Test
    void notification_mayLeaveTheTextsToTheApp() {
        assertThat(json(
                        Map.of(
                                "fcm.title_loc_key", "title",
                                "fcm.title_loc_args", "Ann, Bob",
                                "fcm.body_loc_key", "body",
                                "fcm.body_loc_args", "1"),
                        "Hello"))
                .contains("\"key\":\"" + Pushes.KEY + "\"},\"android\":")
                .contains("\"title_loc_key\":\"title\",\"body_loc_key\":\"body\",\"title_loc_args\":[\"Ann\",\"Bob\"],"
                        + "\"body_loc_args\":[\"1\"]}}");
    }

    @Test
    void blocks_goToAppleAndToBrowsers_asTheyAre() {
        String apns = "{\"payload\":{\"aps\":{\"content-available\":1,\"alert\":{\"title\":\"N\"}}}}";
        String webpush = "{\"headers\":{\"Urgency\":\"high\"},\"notification\":{\"title\":\"N\"}}";
        String json = json(Map.of("fcm.apns", apns, "fcm.webpush", webpush), "Hello");
        assertThat(json)
                .contains("\"apns\":{\"payload\":{\"aps\":{\"content-available\":1,\"alert\":{\"title\":\"N\"}}},"
                        + "\"headers\":{\"apns-collapse-id\":\"" + Pushes.KEY + "\"}}")
                .contains("\"webpush\":" + webpush);
        assertThat(json(
                        Map.of(
                                "fcm.apns",
                                "{\"headers\":{\"apns-collapse-id\":\"mine\",\"a\":\"b\"}}",
                                "collapse",
                                "true"),
                        "Hello"))
                .contains("\"apns\":{\"headers\":{\"apns-collapse-id\":\"mine\",\"a\":\"b\"}}");
        assertThat(json(Map.of("fcm.apns", "{}", "collapse", "true"), "Hello"))
                .contains("\"apns\":{\"headers\":{\"apns-collapse-id\":\"" + Pushes.SERVICE_ID + "\"}}");
        String silent = json(Map.of("fcm.apns", apns, "fcm.webpush", webpush, "content", "background"), "Secret");
        assertThat(silent)
                .contains("\"apns\":{\"payload\":{\"aps\":{\"content-available\":1}},\"headers\":{\"apns-push-type\":"
                        + "\"background\",\"apns-priority\":\"5\",\"apns-collapse-id\":\"" + Pushes.SERVICE_ID + "\"}}")
                .doesNotContain("webpush", "alert");
    }

    @Test
    void everyOptionTogether_isTakenByFcm() throws Exception {
        try (FcmStandIn fcm = FcmPushes.standIn().start();
                Pushes pushes = FcmPushes.to(
                        fcm,
                        Map.ofEntries(
                                Map.entry("fcm.title", "News"),
                                Map.entry("fcm.body", "B"),
                                Map.entry("fcm.image", "https://app.example/a.png"),
                                Map.entry("fcm.channel_id", "chat"),
                                Map.entry("fcm.click_action", "OPEN"),
                                Map.entry("fcm.sound", "default"),
                                Map.entry("fcm.icon", "ic"),
                                Map.entry("fcm.color", "#1a73e8"),
                                Map.entry("fcm.title_loc_key", "t"),
                                Map.entry("fcm.title_loc_args", "Ann"),
                                Map.entry("fcm.body_loc_key", "b"),
                                Map.entry("fcm.body_loc_args", "Ann"),
                                Map.entry("fcm.analytics_label", "chat"),
                                Map.entry("fcm.apns", "{\"payload\":{\"aps\":{\"content-available\":1}}}"),
                                Map.entry("fcm.webpush", "{\"headers\":{\"Urgency\":\"high\"}}")))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
    }

    @Test
    void contentNone_isAnAlert_withoutTextOfTheChat() {
        String json = json(Map.of("content", "none", "fcm.title", "News"), "Secret");
        assertThat(json)
                .doesNotContain("Secret")
                .contains("\\\"lastTranscript\\\":[]}\"")
                .contains("\"notification\":{\"title\":\"News\"}")
                .contains("\"priority\":\"high\"");
    }

    @Test
    void contentBackground_isDataAlone_andNotUrgent_andCollapses() {
        String json = json(
                Map.of("content", "background", "fcm.title", "News", "fcm.body", "B", "collapse", "true"), "Secret");
        assertThat(json)
                .doesNotContain("Secret", "notification", "News")
                .contains("\\\"lastTranscript\\\":[]}\"")
                .contains("\"priority\":\"normal\"");
        assertThat(json(Map.of("content", "background", "fcm.priority", "high", "fcm.body_loc_key", "b"), "Secret"))
                .contains("\"priority\":\"high\"")
                .contains("\"collapse_key\":\"" + Pushes.SERVICE_ID + "\"")
                .doesNotContain("notification");
    }

    @Test
    void collapse_replacesWhatIsOfTheSameChat() {
        assertThat(json(Map.of("collapse", "true", "fcm.body", "News"), "Hello"))
                .contains("\"android\":{\"priority\":\"high\",\"ttl\":\"60s\",\"collapse_key\":\"" + Pushes.SERVICE_ID
                        + "\",\"notification\":{\"tag\":\"" + Pushes.SERVICE_ID + "\"}}");
        assertThat(json(Map.of("collapse", "true"), "Hello"))
                .contains("\"collapse_key\":\"" + Pushes.SERVICE_ID + "\"}}");
        assertThat(json(Map.of("collapse", "true", "fcm.collapse_key", "all"), "Hello"))
                .contains("\"collapse_key\":\"all\"}}");
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "-5000, 0s", "1, 1s", "1000, 1s", "59001, 60s", "86400000, 86400s", "99999999999, 2419200s"})
    void ttl_isWhatIsLeft_roundedUp_atMost28Days(long millis, String ttl) {
        assertThat(ofTimeToLive(Duration.ofMillis(millis))).contains("\"ttl\":\"" + ttl + "\"");
    }

    @Test
    void message_fillsTheLimit_andSaysWhatIsMissing() throws Exception {
        String family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66";
        for (String token : new String[] {"t", "t".repeat(163)}) {
            String json = Message.toJson(Pushes.notification(Pushes.KEY, Map.of(), "old", family.repeat(1_000)), token);
            JsonNode chat = JSON.readTree(
                    JSON.readTree(json).at("/message/data/message").asText());
            assertThat(size(json)).isBetween(4_096 - 25, 4_096);
            assertThat(chat.at("/omitted").asInt()).isEqualTo(1);
            assertThat(chat.at("/truncated").asBoolean()).isTrue();
            assertThat(chat.at("/lastTranscript/0/Message.Text").asText()).matches("(" + family + ")+\u2026");
        }
    }

    @Test
    void message_isAsLongAsTheFitterSays_forAnyText() throws Exception {
        Random random = new Random(7);
        String[] pieces = {
            "a",
            "\"",
            "\\",
            "\n",
            "\u0001",
            "\u007f",
            "\u2028",
            "\u00e9",
            "\u20ac",
            "\ud83d\ude00",
            "\ud83c\udde9\ud83c\uddea"
        };
        for (int i = 0; i < 300; i++) {
            String[] texts = new String[1 + random.nextInt(5)];
            for (int t = 0; t < texts.length; t++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(1_500); n >= 0; n--) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                texts[t] = text.toString();
            }
            String json = json(Map.of("fcm.title", "T\u00efter \"\ud83d\ude00\""), texts);
            JsonNode chat = JSON.readTree(
                    JSON.readTree(json).at("/message/data/message").asText());
            int shown = chat.path("lastTranscript").size();
            assertThat(size(json)).isLessThanOrEqualTo(4_096);
            assertThat(shown + chat.path("omitted").asInt()).isEqualTo(texts.length);
            if (!chat.path("truncated").asBoolean()) {
                assertThat(chat.path("lastTranscript")
                                .get(shown - 1)
                                .path("Message.Text")
                                .asText())
                        .isEqualTo(texts[texts.length - 1]);
            }
        }
    }

    @Test
    void message_thatIsTooLargeWithoutAnyRow_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> json(Map.of("fcm.body", "x".repeat(4_000)), "Secret"))
                .withMessageNotContaining("Secret")
                .withMessageContaining("4096 bytes");
    }

    @Test
    void dryRun_hasNobodysToken() throws Exception {
        JsonNode json = JSON.readTree(Message.toDryRun());
        assertThat(json.path("validate_only").asBoolean()).isTrue();
        assertThat(json.at("/message/token").isTextual()).isTrue();
    }

    private static int size(String json) {
        return json.getBytes(UTF_8).length;
    }

    private static String ofTimeToLive(Duration left) {
        Notification like = Pushes.notification(Pushes.KEY, Map.of(), "Hello");
        Notification notification = new Notification(
                like.key(),
                like.tag(),
                like.message(),
                like.serviceId(),
                like.language(),
                like.rows(),
                like.unseen(),
                like.at(),
                like.at().plus(left),
                like.options());
        return Message.toJson(notification, "t");
    }

    private static String json(Map<String, String> options, String... texts) {
        return Message.toJson(Pushes.notification(Pushes.KEY, options, texts), "t");
    }
}

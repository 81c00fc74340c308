package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Notification;
import dev.halley.spi.PayloadFitter;
import dev.halley.testkit.Pushes;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertTest {

    private static final Map<String, String> ALL = Map.of(
            "apple.title", "News",
            "apple.alertMessage.body", "Somebody wrote 📬",
            "apple.badge", "auto",
            "apple.sound", "ding.caf",
            "apple.mutable-content", "true");

    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    private static final String REST = "\"message\":\"New message from Agent\",\"serviceId\":\"" + Pushes.SERVICE_ID
            + "\",\"tag\":\"chat.newagentmessage\",\"lastTranscript\":[";

    @Test
    void payload_isThatOfTheContract() {
        assertThat(json(Map.of(), "A line of text.", "Another line of text."))
                .isEqualTo("{\"aps\":{\"alert\":{\"body\":\"New message from Agent\"},\"thread-id\":\""
                        + Pushes.SERVICE_ID + "\"}," + REST
                        + "{\"Message.Text\":\"A line of text.\"},{\"Message.Text\":\"Another line of text.\"}]}");
    }

    @Test
    void payload_hasWhatTheOptionsSay() {
        assertThat(json(ALL, "Hello"))
                .isEqualTo("{\"aps\":{\"alert\":{\"title\":\"News\",\"body\":\"Somebody wrote 📬\"},\"badge\":6,"
                        + "\"sound\":\"ding.caf\",\"mutable-content\":1,\"thread-id\":\"" + Pushes.SERVICE_ID + "\"},"
                        + REST + "{\"Message.Text\":\"Hello\"}]}");
        assertThat(json(Map.of("apple.badge", "0"), "Hello")).contains("\"badge\":0,");
        assertThat(json(Map.of("apple.mutable-content", "false"), "Hello")).doesNotContain("mutable-content");
    }

    @Test
    void payload_hasWhatAppleKnowsBesides() {
        assertThat(json(
                        Map.of(
                                "apple.title", "News",
                                "apple.subtitle", "From Ann",
                                "apple.category", "CHAT",
                                "apple.interruption-level", "time-sensitive",
                                "apple.relevance-score", "0.75",
                                "apple.content-available", "true",
                                "apple.sound", "ding.caf",
                                "apple.critical", "true",
                                "apple.volume", "0.5"),
                        "Hello"))
                .startsWith(
                        "{\"aps\":{\"alert\":{\"title\":\"News\",\"subtitle\":\"From Ann\",\"body\":\"New message from"
                                + " Agent\"},\"sound\":{\"critical\":1,\"name\":\"ding.caf\",\"volume\":0.5},"
                                + "\"category\":\"CHAT\",\"interruption-level\":\"time-sensitive\","
                                + "\"relevance-score\":0.75,"
                                + "\"content-available\":1,\"thread-id\":");
        assertThat(json(Map.of("apple.critical", "true"), "Hello"))
                .contains("\"sound\":{\"critical\":1,\"name\":\"default\"}");
    }

    @Test
    void payload_mayLeaveTheTextsToTheApp() {
        assertThat(json(
                        IosPushes.with(
                                ALL,
                                "apple.title-loc-key",
                                "TITLE",
                                "apple.title-loc-args",
                                "Ann, Bob",
                                "apple.subtitle-loc-key",
                                "SUBTITLE",
                                "apple.loc-key",
                                "BODY",
                                "apple.loc-args",
                                "1"),
                        "Hello"))
                .startsWith("{\"aps\":{\"alert\":{\"title-loc-key\":\"TITLE\",\"title-loc-args\":[\"Ann\",\"Bob\"],"
                        + "\"subtitle-loc-key\":\"SUBTITLE\",\"loc-key\":\"BODY\",\"loc-args\":[\"1\"]},");
    }

    @Test
    void payload_hasTheTextsOfTheLanguageFirst() {
        assertThat(json(IosPushes.with(ALL, "title", "Novidades", "body", "Alguém escreveu"), "Hello"))
                .contains("\"alert\":{\"title\":\"Novidades\",\"body\":\"Alguém escreveu\"}");
    }

    @Test
    void contentNone_isAnAlertWithoutTextOfTheChat() {
        assertThat(json(IosPushes.with(ALL, "content", "none"), "private"))
                .isEqualTo("{\"aps\":{\"alert\":{\"title\":\"News\",\"body\":\"Somebody wrote 📬\"},\"badge\":6,"
                        + "\"sound\":\"ding.caf\",\"mutable-content\":1,\"thread-id\":\"" + Pushes.SERVICE_ID + "\"},"
                        + REST + "]}");
    }

    @Test
    void contentBackground_isNoAlert() {
        assertThat(json(
                        IosPushes.with(ALL, "content", "background", "apple.loc-key", "BODY", "apple.category", "CHAT"),
                        "private"))
                .isEqualTo("{\"aps\":{\"content-available\":1}," + REST + "]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A line of text. ",
                "👨‍👩‍👧‍👦",
                "👩🏽‍🚀👍🏿🇩🇪",
                "שָׁלוֹם ‏مرحبا ",
                "हिन्दी क्षत्रिय",
                "\"quotes\" \\ </script> ",
                "\u0000\u0001\b\t\n\u001f\u007f\u2028",
                "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉",
                "中文한국어"
            })
    void longText_isCutAtAGrapheme_toTheByte(String script) throws Exception {
        for (int limit : new int[] {256, 257, 300, 511, 512, 1_000, 4_095, 4_096}) {
            for (int before = 0; before < 7; before++) {
                String text = "x".repeat(before) + script.repeat(6_000 / script.length());
                String json = json(Map.of("apple.payload_limit", String.valueOf(limit)), "left out", text);
                assertThat(json.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(limit);
                JsonNode payload = new ObjectMapper().readTree(json);
                assertThat(payload.path("omitted").asInt()).isEqualTo(1);
                assertThat(payload.path("truncated").asBoolean()).isTrue();
                assertThat(payload.path("lastTranscript")).hasSize(1);
                String shown = payload.at("/lastTranscript/0/Message.Text").asText();
                assertThat(shown).endsWith(PayloadFitter.ELLIPSIS);
                int kept = shown.length() - 1;
                assertThat(text).startsWith(shown.substring(0, kept));
                // The next grapheme would not have fitted.
                Matcher graphemes = GRAPHEME.matcher(text);
                int end = 0;
                while (end < kept && graphemes.find()) {
                    end = graphemes.end();
                }
                assertThat(end).isEqualTo(kept);
                assertThat(graphemes.find()).isTrue();
                assertThat(json.getBytes(UTF_8).length + PayloadFitter.escapedLength(graphemes.group()))
                        .isGreaterThan(limit);
            }
        }
    }

    @Test
    void textThatFits_isWholeToTheByte() throws Exception {
        int frame = json(Map.of(), "").getBytes(UTF_8).length;
        String fits = "x".repeat(4_096 - frame);
        assertThat(json(Map.of(), fits)).hasSize(4_096).contains(fits);
        assertThat(json(Map.of(), fits + "x")).contains("…", "\"truncated\":true");
    }

    @Test
    void threadId_isLeftOutWhereItWouldLeaveNoRoom() {
        assertThat(json(Map.of("apple.payload_limit", "512"), "Hello")).contains("thread-id");
        assertThat(json(Map.of("apple.payload_limit", "511"), "Hello")).doesNotContain("thread-id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "none"})
    void frameThatIsTooLong_isRefused(String content) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> json(
                        Map.of(
                                "apple.payload_limit",
                                "256",
                                "apple.alertMessage.body",
                                "private " + "x".repeat(100),
                                "content",
                                content),
                        "Hello"))
                .withMessageMatching("A limit of 256 bytes is too small: without any row the payload has \\d+");
    }

    @Test
    void least_isWhatAPayloadWithoutRoomForRowsHas() {
        Map<String, String> options = Map.of("apple.alertMessage.body", "x".repeat(50), "content", "none");
        int least = Alert.least("New message from Agent", options);
        assertThat(json(IosPushes.with(options, "apple.payload_limit", String.valueOf(least)), "Hello"))
                .hasSize(least - ",\"thread-id\":\"\"".length() - Pushes.SERVICE_ID.length());
    }

    private static String json(Map<String, String> options, String... texts) {
        Notification notification = Pushes.notification(Pushes.KEY, options, texts);
        return Alert.toJson(notification);
    }
}

package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Device;
import dev.halley.testkit.Pushes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {

    private static final int LIMIT = 65_536;
    private static final Device DEVICE = Device.of("customhttp", "device-1");

    @Test
    void toJson_isTheChatPartOfTheContract() {
        assertThat(Body.toJson(
                        Pushes.notification(Pushes.KEY, Map.of(), "A line of text.", "Another line of text."),
                        DEVICE,
                        LIMIT))
                .isEqualTo("{\"deviceId\":\"device-1\",\"message\":"
                        + "{\"message\":\"New message from Agent\","
                        + "\"serviceId\":\"180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7\","
                        + "\"lastTranscript\":[{\"Message.Text\":\"A line of text.\"},"
                        + "{\"Message.Text\":\"Another line of text.\"}]}"
                        + ",\"tag\":\"chat.newagentmessage\"}");
    }

    @Test
    void toJson_writesTextsAsTheyAre() throws Exception {
        String text = "Grüße \"👩‍👩‍👧\" \\ \u2028 \u0000 </script> 😀";
        String json = Body.toJson(Pushes.notification(Pushes.KEY, Map.of(), text), DEVICE, LIMIT);

        assertThat(new ObjectMapper().readTree(json.getBytes(UTF_8)).at("/message/lastTranscript/0/Message.Text"))
                .hasToString(new ObjectMapper().writeValueAsString(text));
        assertThat(json).contains("Grüße", "👩‍👩‍👧", "😀").doesNotContain("\\ud83d", "\\uD83D");
    }

    /** Eight long texts were 134 KB once, the receiver answered 413, and all of them counted as told. */
    @Test
    void body_isTrimmedTo64KiB_orToWhatTheOperatorSays() throws Exception {
        String[] texts =
                IntStream.range(0, 8).mapToObj(i -> i + "x".repeat(16_000)).toArray(String[]::new);
        assertTrimmed(Map.of(), 65_536, texts, 4);
        assertTrimmed(Map.of("customhttp.payload_limit", "32768"), 32_768, texts, 2);
        assertTrimmed(Map.of("customhttp.payload_limit", "1000000"), 1_000_000, texts, 8);
    }

    private static void assertTrimmed(Map<String, String> options, int limit, String[] texts, int kept)
            throws Exception {
        for (String type : List.of("customhttp", "httpcb")) {
            Map<String, String> all = new HashMap<>(options);
            all.put("customhttp.url", "http://127.0.0.1:9/");
            try (Pushes pushes = HttpPushes.of(type, all)) {
                Device device = Device.of(type, "https://ann.example/");
                String body = pushes.provider()
                        .format(pushes.notification(Pushes.KEY, device, texts), device)
                        .body();
                assertThat(body.getBytes(UTF_8).length).isLessThanOrEqualTo(limit);
                JsonNode message = new ObjectMapper().readTree(body).path("message");
                assertThat(message.path("lastTranscript")).hasSize(kept);
                assertThat(message.at("/lastTranscript/" + (kept - 1) + "/Message.Text")
                                .asText())
                        .isEqualTo(texts[7]);
                assertThat(message.path("omitted").asInt()).isEqualTo(8 - kept);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "background"})
    void toJson_hasNoTextsIfContentIsNotFull(String content) {
        assertThat(Body.toJson(Pushes.notification(Pushes.KEY, Map.of("content", content), "private"), DEVICE, LIMIT))
                .contains("\"lastTranscript\":[]}")
                .doesNotContain("private");
    }
}

package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Device;
import dev.halley.testkit.Pushes;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {

    private static final Device DEVICE = Device.of("customhttp", "device-1");

    @Test
    void toJson_isTheChatPartOfTheContract() {
        assertThat(Body.toJson(
                        Pushes.notification(Pushes.KEY, Map.of(), "A line of text.", "Another line of text."), DEVICE))
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
        String json = Body.toJson(Pushes.notification(Pushes.KEY, Map.of(), text), DEVICE);

        assertThat(new ObjectMapper().readTree(json.getBytes(UTF_8)).at("/message/lastTranscript/0/Message.Text"))
                .hasToString(new ObjectMapper().writeValueAsString(text));
        assertThat(json).contains("Grüße", "👩‍👩‍👧", "😀").doesNotContain("\\ud83d", "\\uD83D");
    }

    @Test
    void toJson_doesNotTrim() {
        String text = "x".repeat(24 * 1_024);
        assertThat(Body.toJson(Pushes.notification(Pushes.KEY, Map.of(), text, text, text), DEVICE))
                .hasSizeGreaterThan(3 * text.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "background"})
    void toJson_hasNoTextsIfContentIsNotFull(String content) {
        assertThat(Body.toJson(Pushes.notification(Pushes.KEY, Map.of("content", content), "private"), DEVICE))
                .contains("\"lastTranscript\":[]}")
                .doesNotContain("private");
    }
}

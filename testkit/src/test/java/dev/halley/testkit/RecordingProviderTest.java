package dev.halley.testkit;

import static dev.halley.testkit.Samples.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.spi.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RecordingProviderTest {

    private static final Device DEVICE = Device.of("customhttp", "token-1");

    private final RecordingProvider provider = new RecordingProvider();

    @Test
    void format_isReadableAndPure() {
        Payload payload = provider.format(notification("chat_1_4", 3, 4), DEVICE);

        assertThat(payload.body()).isEqualTo("New message from Agent\n3 Message.Text: Text 3\n4 Message.Text: Text 4");
        assertThat(payload.key()).isEqualTo("chat_1_4");
        assertThat(provider.format(notification("chat_1_4", 3, 4), DEVICE)).isEqualTo(payload);
    }

    @Test
    void send_recordsWhatWasSentToWhom() {
        send("chat_1_4", 3, 4);

        assertThat(provider.sent()).singleElement().satisfies(sent -> {
            assertThat(sent.key()).isEqualTo("chat_1_4");
            assertThat(sent.positions()).containsExactly(3L, 4L);
            assertThat(sent.texts()).containsExactly("Text 3", "Text 4");
            assertThat(sent.device()).isEqualTo(DEVICE);
        });
    }

    @Test
    void answers_areThoseOfTheScriptAndThenAccepted() {
        Outcome.Unavailable unavailable = new Outcome.Unavailable("503");
        provider.answerWith(unavailable, new Outcome.Rejected("400"));
        CompletableFuture<Outcome> held = provider.hold();

        assertThat(send("a", 1, 1)).isCompletedWithValue(unavailable);
        assertThat(send("b", 2, 2)).isCompletedWithValue(new Outcome.Rejected("400"));
        CompletionStage<Outcome> waiting = send("c", 3, 3);
        assertThat(send("d", 4, 4)).isCompletedWithValue(new Outcome.Accepted());
        assertThat(waiting).isNotDone();

        held.complete(new Outcome.Unregistered("410"));
        assertThat(waiting).isCompletedWithValue(new Outcome.Unregistered("410"));
    }

    @Test
    void payloadOfSomebodyElse_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.send(new Payload("key", "secret", Map.of()), DEVICE))
                .withMessageNotContaining("secret");
    }

    @Test
    void toString_hasNeitherTextNorToken() {
        send("chat_1_4", 3, 4);

        assertThat(provider + " " + provider.sent()).doesNotContain("Text 3").doesNotContain("token-1");
    }

    @Test
    void close_isSeen() {
        assertThat(provider.closed()).isFalse();
        provider.close();
        assertThat(provider.closed()).isTrue();
    }

    private CompletionStage<Outcome> send(String key, long first, long last) {
        Payload payload = provider.format(notification(key, first, last), DEVICE);
        return provider.send(payload, DEVICE);
    }

    private static Notification notification(String key, long first, long last) {
        return new Notification(
                key,
                Notification.NEW_AGENT_MESSAGE,
                "New message from Agent",
                "180-x",
                "",
                rows(first, last),
                last - first + 1,
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(60),
                Map.of());
    }
}

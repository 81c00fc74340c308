package dev.halley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.halley.Device;
import dev.halley.Outcome;
import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.spi.PushProviderFactory;
import dev.halley.testkit.RecordingProvider.Sent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PushesTest {

    private final RecordingProvider provider = new RecordingProvider();

    @Test
    void pushes_haveTheTexts_andTheOptionsOfTheConfiguration() throws Exception {
        try (Pushes pushes = pushes(Map.of("push", Map.of("content", "none")))) {
            assertThat(pushes.send(Device.of("pager", "Other token 1"), "One", "Two"))
                    .isEqualTo(new Outcome.Accepted());
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
        assertThat(provider.sent()).extracting(Sent::texts).containsExactly(List.of("One", "Two"), List.of("Hello"));
        assertThat(provider.sent()).extracting(Sent::positions).containsExactly(List.of(1L, 2L), List.of(1L));
        assertThat(provider.sent())
                .extracting(sent -> sent.device().token())
                .containsExactly("Other token 1", "token-of-a-pager");
        assertThat(provider.sent())
                .allSatisfy(sent -> assertThat(sent.notification().shown()).isEmpty());
        assertThat(provider.closed()).isTrue();
    }

    @Test
    void outcome_isThatOfTheService_whenItComes() throws Exception {
        CompletableFuture<Outcome> answer = provider.hold();
        try (Pushes pushes = pushes(Map.of())) {
            CompletableFuture<Outcome> sent = pushes.begin("key_1_1", Device.of("pager", "token"), "Hello");
            assertThat(sent).isNotDone();
            answer.complete(new Outcome.Rejected("no"));
            assertThat(sent.get()).isEqualTo(new Outcome.Rejected("no"));
        }
    }

    @Test
    void warmUp_saysWhatWasNotAccepted() {
        provider.answerWith(new Outcome.Rejected("no"));
        assertThatIllegalStateException()
                .isThrownBy(() -> pushes(Map.of()).warmUp())
                .withStackTraceContaining("Rejected");
        assertThat(provider.closed()).isTrue();
    }

    private Pushes pushes(Map<String, Map<String, String>> sections) {
        return new Pushes(new Factory(), sections, Device.of("pager", "token-of-a-pager"));
    }

    private final class Factory implements PushProviderFactory {
        @Override
        public Set<String> types() {
            return Set.of("pager");
        }

        @Override
        public List<Option> options() {
            return List.of();
        }

        @Override
        public PushProvider create(ProviderConfig config) {
            return provider;
        }
    }
}

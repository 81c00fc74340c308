package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.HttpPushService;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import dev.halley.testkit.PushService.Answer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A provider as {@code docs/provider.md} shows it keeps the contract. */
class ProviderOverHttpTest extends PushProviderContract {

    private static final class PagerProvider implements PushProvider {

        private final URI url;
        private final Duration timeLimit;

        PagerProvider(URI url, Duration timeLimit) {
            this.url = url;
            this.timeLimit = timeLimit;
        }

        @Override
        public Payload format(Notification notification, Device device) {
            return new Payload(notification.key(), "{\"text\":\"" + notification.message() + "\"}", Map.of());
        }

        // readme: shown
        private final WebClient client = WebClient.builder("pager").build();

        @Override
        public CompletionStage<Outcome> send(Payload payload, Device device) {
            Map<String, String> headers = Map.of("Pager-Key", payload.key(), "Pager-Token", device.token());
            return client.post(new Post(url, "application/json", payload.body(), headers, timeLimit))
                    .thenApply(HttpAnswer::toOutcome);
        }

        @Override
        public void close() {
            client.close();
        }
        // readme: end
    }

    @Override
    protected PushService service() {
        return new HttpPushService()
                .on(Answer.REJECTED, 400)
                .on(Answer.UNREGISTERED, 410)
                .on(Answer.UNAVAILABLE, 503)
                .on(Answer.UNAVAILABLE_FOR_A_MINUTE, 429, "Retry-After: 60");
    }

    @Override
    protected PushProvider open(URI service) {
        return new PagerProvider(service, timeLimit());
    }

    @Override
    protected Device device(URI service) {
        return Device.of("pager", "token-that-nobody-may-read");
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(3);
    }

    @Test
    void document_showsThisProvider() throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/halley/http/ProviderOverHttpTest.java"));
        String code = source.substring(source.indexOf("// readme: shown") + 16, source.indexOf("// readme: end"));
        assertThat(words(Files.readString(Path.of("../docs/provider.md"))).contains(words(code)))
                .as("docs/provider.md has " + words(code))
                .isTrue();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}

package dev.halley.examples.ntfy;

import dev.halley.Device;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.HttpPushService;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import dev.halley.testkit.PushService.Answer;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

class NtfyProviderTest extends PushProviderContract {

    @Override
    protected PushService service() {
        return new HttpPushService()
                .on(Answer.REJECTED, 400)
                .on(Answer.UNAVAILABLE, 503)
                .on(Answer.UNAVAILABLE_FOR_A_MINUTE, 429, "Retry-After: 60");
    }

    @Override
    protected PushProvider open(URI service) {
        return new NtfyProvider(service, timeLimit());
    }

    @Override
    protected Device device(URI service) {
        return Device.of("ntfy", "topic-that-nobody-may-read");
    }

    @Override
    protected OptionalInt limit() {
        return OptionalInt.of(4_096);
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(3);
    }
}

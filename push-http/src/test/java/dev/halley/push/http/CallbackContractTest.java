package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Options;
import dev.halley.spi.Payload;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

class CallbackContractTest extends PushProviderContract {

    private static final String SECRET_PATH = "/path-that-nobody-may-read";

    @Override
    protected PushService service() {
        return CustomHttpContractTest.standIn();
    }

    @Override
    protected PushProvider open(URI service) {
        Options options = HttpPushes.options(
                Map.of("push.provider.httpcb", Map.of("httpcb.allow", "http://127.0.0.1", "customhttp.timeout", "3")));
        return new HttpProviderFactory().create(new ProviderConfig("httpcb", options));
    }

    @Override
    protected Device device(URI service) {
        return Device.of("httpcb", service + SECRET_PATH);
    }

    @Override
    protected Map<String, String> options(URI service) {
        return Map.of("customhttp.payload_limit", "4096", "customhttp.timeout", "3");
    }

    @Override
    protected List<String> secrets() {
        return List.of(SECRET_PATH);
    }

    @Override
    protected OptionalInt limit() {
        return OptionalInt.of(4_096);
    }

    @Override
    protected Shown shown(Payload payload) {
        return CustomHttpContractTest.lastTranscript(payload);
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(3);
    }
}

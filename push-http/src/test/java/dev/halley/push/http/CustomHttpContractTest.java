package dev.halley.push.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Device;
import dev.halley.Options;
import dev.halley.spi.Payload;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.HttpPushService;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

class CustomHttpContractTest extends PushProviderContract {

    private static final String TOKEN = "token-that-nobody-may-read";
    private static final String AUTHORIZATION = "Bearer credential-that-nobody-may-read";

    @Override
    protected PushService service() {
        return standIn();
    }

    /** What webhooks answer. */
    static PushService standIn() {
        return new HttpPushService()
                .on(PushService.Answer.REJECTED, 400)
                .on(PushService.Answer.UNREGISTERED, 410)
                .on(PushService.Answer.UNAVAILABLE, 500)
                .on(PushService.Answer.UNAVAILABLE_FOR_A_MINUTE, 429, "Retry-After: 60");
    }

    @Override
    protected PushProvider open(URI service) {
        Options options = HttpPushes.options(Map.of("push.provider.customhttp", options(service)));
        return new HttpProviderFactory().create(new ProviderConfig("customhttp", options));
    }

    @Override
    protected Device device(URI service) {
        return Device.of("customhttp", TOKEN);
    }

    @Override
    protected Map<String, String> options(URI service) {
        return Map.of(
                "customhttp.url",
                service + "/push",
                "customhttp.authorization",
                AUTHORIZATION,
                "customhttp.secret",
                SignerTest.SECRET,
                "customhttp.payload_limit",
                "4096",
                "customhttp.timeout",
                "3");
    }

    @Override
    protected List<String> secrets() {
        return List.of("credential-that-nobody-may-read", SignerTest.SECRET);
    }

    @Override
    protected OptionalInt limit() {
        return OptionalInt.of(4_096);
    }

    @Override
    protected Shown shown(Payload payload) {
        return lastTranscript(payload);
    }

    static Shown lastTranscript(Payload payload) {
        try {
            List<String> texts = new ArrayList<>();
            JsonNode message = new ObjectMapper().readTree(payload.body()).path("message");
            for (JsonNode row : message.path("lastTranscript")) {
                texts.add(row.elements().next().textValue());
            }
            return new Shown(
                    texts,
                    message.path("omitted").asInt(),
                    message.path("truncated").asBoolean());
        } catch (Exception e) {
            throw new AssertionError("No JSON", e);
        }
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(3);
    }
}

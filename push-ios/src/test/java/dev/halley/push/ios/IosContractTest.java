package dev.halley.push.ios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Device;
import dev.halley.Options;
import dev.halley.spi.Payload;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.standins.Certificates;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assumptions;

class IosContractTest extends PushProviderContract {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);

    @Override
    protected PushService service() throws Exception {
        RawApns apns = new RawApns(RawApns.Request::accept);
        return new PushService() {
            @Override
            public URI url() {
                return URI.create("https://127.0.0.1:" + apns.port());
            }

            @Override
            public void answer(Answer answer) {
                apns.talk = switch (answer) {
                    case ACCEPTED -> RawApns.Request::accept;
                    case REJECTED -> request -> request.reject(400, "BadCollapseId");
                    case UNREGISTERED -> request -> request.reject(410, "Unregistered");
                    case UNAVAILABLE -> request -> request.reject(500, "InternalServerError");
                    case UNAVAILABLE_FOR_A_MINUTE -> request -> request.reject(429, "TooManyProviderTokenUpdates");
                    case ACCEPTED_AT_LENGTH, UNAVAILABLE_UNTIL_A_DATE ->
                        Assumptions.abort("Apple sends no headers that mean anything");
                    case ENDLESS -> Assumptions.abort("Pushy looks at the first frame of an answer alone");
                };
            }

            @Override
            public void close() {
                apns.close();
            }
        };
    }

    @Override
    protected PushProvider open(URI service) {
        IosProviderFactory factory = new IosProviderFactory(TIME_LIMIT, InstantSource.system());
        Options options = Options.of(Map.of("push.provider.ios", options(service)), List.of(factory));
        return factory.create(new ProviderConfig("ios", options));
    }

    @Override
    protected Device device(URI service) {
        return IosPushes.DEVICE;
    }

    @Override
    protected Map<String, String> options(URI service) {
        return IosPushes.access(service.getPort());
    }

    @Override
    protected List<String> secrets() {
        try {
            return List.of(
                    Files.readString(IosPushes.certificates().providerKey())
                            .lines()
                            .toList()
                            .get(1),
                    Certificates.PASSWORD);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected OptionalInt limit() {
        return OptionalInt.of(4_096);
    }

    @Override
    protected Shown shown(Payload payload) {
        try {
            JsonNode json = new ObjectMapper().readTree(payload.body());
            List<String> texts = new ArrayList<>();
            for (JsonNode row : json.path("lastTranscript")) {
                texts.add(row.elements().next().textValue());
            }
            return new Shown(
                    texts, json.path("omitted").asInt(), json.path("truncated").asBoolean());
        } catch (Exception e) {
            throw new AssertionError("No JSON", e);
        }
    }

    @Override
    protected Duration timeLimit() {
        return TIME_LIMIT;
    }
}

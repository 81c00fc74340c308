package dev.halley.push.fcm;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.Device;
import dev.halley.Options;
import dev.halley.spi.Payload;
import dev.halley.spi.ProviderConfig;
import dev.halley.spi.PushProvider;
import dev.halley.standins.FcmStandIn;
import dev.halley.testkit.PushProviderContract;
import dev.halley.testkit.PushService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

class FcmContractTest extends PushProviderContract {

    private static final String TOKEN = "token-that-nobody-may-read";

    private Path credentials = Path.of("none");

    @Override
    protected PushService service() throws IOException {
        FcmStandIn fcm = FcmPushes.standIn().start();
        credentials = FcmPushes.credentials(fcm);
        return new PushService() {
            @Override
            public URI url() {
                return URI.create(fcm.url());
            }

            @Override
            public void answer(Answer answer) {
                fcm.otherwise(
                        switch (answer) {
                            case ACCEPTED -> FcmStandIn.Answer.ACCEPTED;
                            case ACCEPTED_AT_LENGTH -> FcmStandIn.Answer.ACCEPTED.with("X-Policy", "x".repeat(9_000));
                            case REJECTED -> FcmStandIn.Answer.error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
                            case UNREGISTERED -> FcmStandIn.Answer.UNREGISTERED;
                            case UNAVAILABLE -> FcmStandIn.Answer.error(503, "UNAVAILABLE", "UNAVAILABLE");
                            case UNAVAILABLE_FOR_A_MINUTE ->
                                FcmStandIn.Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
                                        .with("Retry-After", "60");
                            case UNAVAILABLE_UNTIL_A_DATE -> untilADate();
                            case ENDLESS -> FcmStandIn.Answer.endless(400);
                        });
            }

            @Override
            public void close() {
                fcm.close();
            }
        };
    }

    /** Returns the answer of a service whose clock is an hour ahead. */
    private static FcmStandIn.Answer untilADate() {
        ZonedDateTime date = ZonedDateTime.now(ZoneOffset.UTC).plusHours(1);
        return FcmStandIn.Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
                .with("Date", RFC_1123_DATE_TIME.format(date))
                .with("Retry-After", RFC_1123_DATE_TIME.format(date.plusMinutes(1)));
    }

    @Override
    protected PushProvider open(URI service) {
        FcmProviderFactory factory = FcmPushes.factory(InstantSource.system());
        Options options = Options.of(Map.of("push.provider.fcm", options(service)), List.of(factory));
        return factory.create(new ProviderConfig("fcm", options));
    }

    @Override
    protected Device device(URI service) {
        return Device.of("fcm", TOKEN);
    }

    @Override
    protected Map<String, String> options(URI service) {
        return Map.of("fcm.credentials", credentials.toString(), "fcm.url", service.toString(), "fcm.title", "News");
    }

    @Override
    protected List<String> secrets() {
        try {
            String key = new ObjectMapper()
                    .readTree(Files.readString(credentials))
                    .path("private_key")
                    .asText();
            return List.of(key.lines().skip(1).findFirst().orElseThrow(), "Bearer", "token-1");
        } catch (IOException e) {
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
            ObjectMapper json = new ObjectMapper();
            JsonNode chat = json.readTree(
                    json.readTree(payload.body()).at("/message/data/message").textValue());
            List<String> texts = new ArrayList<>();
            for (JsonNode row : chat.path("lastTranscript")) {
                texts.add(row.elements().next().textValue());
            }
            return new Shown(
                    texts, chat.path("omitted").asInt(), chat.path("truncated").asBoolean());
        } catch (IOException e) {
            throw new AssertionError("No JSON", e);
        }
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(2);
    }
}

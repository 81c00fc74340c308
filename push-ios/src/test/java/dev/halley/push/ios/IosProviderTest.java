package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import dev.halley.examples.standins.ApnsStandIn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that behaves. */
class IosProviderTest {

    private static final String UUID_OF_KEY =
            UUID.nameUUIDFromBytes(Pushes.KEY.getBytes(StandardCharsets.UTF_8)).toString();

    private final List<ApnsStandIn.Push> arrived = new CopyOnWriteArrayList<>();
    private ApnsStandIn apns;

    @BeforeEach
    void start() throws Exception {
        apns = ApnsStandIn.start(Pushes.certificates(), arrived::add);
    }

    @AfterEach
    void stop() throws Exception {
        apns.close();
    }

    @Test
    void send_hasNoHeadersButThoseItNeeds() throws Exception {
        try (Pushes pushes = Pushes.to(apns.port())) {
            assertThat(pushes.send(Pushes.DEVICE, "Grüße 😀")).isEqualTo(new Outcome.Accepted());
            ApnsStandIn.Push push = arrived.get(0);
            assertThat(push.headers())
                    .containsOnlyKeys(
                            ":method",
                            ":authority",
                            ":path",
                            ":scheme",
                            "authorization",
                            "apns-expiration",
                            "apns-id",
                            "apns-priority",
                            "apns-push-type",
                            "apns-topic")
                    .containsEntry(":path", "/3/device/" + Pushes.TOKEN)
                    .containsEntry("apns-id", UUID_OF_KEY)
                    .containsEntry("apns-topic", "com.example.app")
                    .containsEntry("apns-push-type", "alert")
                    .containsEntry("apns-priority", "10")
                    .containsEntry("apns-expiration", String.valueOf(Pushes.AT.getEpochSecond() + 60));
            assertThat(push.payload())
                    .isEqualTo(Alert.toJson(pushes.notification(Pushes.KEY, Pushes.DEVICE, "Grüße 😀")));
        }
    }
}

package dev.halley.benchmarks;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.DeliveryPriority;
import com.eatthepath.pushy.apns.PushType;
import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.util.SimpleApnsPushNotification;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** The same pushes to APNs with only Pushy, also over one connection. */
final class BareIosPushes extends BarePushes {

    static final String TOPIC = "com.example.app";
    static final String TEAM = "TEAM123456";
    static final String KEY = "KEY1234567";

    private final ApnsClient client;

    BareIosPushes(Path folder, int port) throws Exception {
        client = new ApnsClientBuilder()
                .setApnsServer("localhost", port)
                .setConcurrentConnections(1)
                .setTrustedServerCertificateChain(folder.resolve("server.pem").toFile())
                .setSigningKey(ApnsSigningKey.loadFromPkcs8File(
                        folder.resolve("provider.p8").toFile(), TEAM, KEY))
                .build();
    }

    @Override
    void send(int device, String text) {
        String payload =
                "{\"aps\":{\"alert\":{\"body\":\"New message from Agent\"}},\"message\":\"New message from Agent\","
                        + "\"serviceId\":\"180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7\",\"tag\":\"chat.newagentmessage\","
                        + "\"lastTranscript\":[{\"Message.Text\":\"" + text + "\"}]}";
        var unused = client.sendNotification(new SimpleApnsPushNotification(
                        Crowd.token("ios", device),
                        TOPIC,
                        payload,
                        Instant.now().plus(Duration.ofDays(1)),
                        DeliveryPriority.IMMEDIATE,
                        PushType.ALERT,
                        null,
                        new UUID(1, device)))
                .whenComplete((response, failure) ->
                        answered(failure == null && response.isAccepted(), failure == null ? response : failure));
    }
}

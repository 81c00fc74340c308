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
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The same pushes to APNs by nothing but Pushy, over one connection as well. */
final class BareIosPushes implements Pushes {

    static final String TOPIC = "com.example.app";
    static final String TEAM = "TEAM123456";
    static final String KEY = "KEY1234567";

    private static final Logger LOGGER = LoggerFactory.getLogger(BareIosPushes.class);
    private static final int IN_FLIGHT = 500;

    private final Semaphore room = new Semaphore(IN_FLIGHT);
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
    public void all(String[] texts) throws InterruptedException {
        for (int i = 0; i < texts.length; i++) {
            room.acquire();
            send(i, texts[i]);
        }
        room.acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
    }

    @Override
    public void one(int device, String text) {
        room.acquireUninterruptibly();
        send(device, text);
    }

    private void send(int device, String text) {
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
                .whenComplete((response, failure) -> {
                    room.release();
                    if (failure != null || !response.isAccepted()) {
                        LOGGER.error("A push was answered {}", response, failure);
                    }
                });
    }
}

package dev.halley.standins;

import static org.assertj.core.api.Assertions.assertThat;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.PushNotificationResponse;
import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.server.RejectionReason;
import com.eatthepath.pushy.apns.util.SimpleApnsPushNotification;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApnsStandInTest {

    private static final String TOKEN = "a1".repeat(32);

    @TempDir
    private Path folder;

    @Test
    void standIn_tellsWhatCame_answersAsTold_andComesBackOnItsPort() throws Exception {
        Certificates certificates = Certificates.make(folder);
        List<ApnsStandIn.Push> pushes = new CopyOnWriteArrayList<>();
        try (ApnsStandIn standIn = ApnsStandIn.start(certificates, pushes::add)) {
            int port = standIn.port();
            ApnsClient client = new ApnsClientBuilder()
                    .setApnsServer("127.0.0.1", port)
                    .setTrustedServerCertificateChain(certificates.serverPem().toFile())
                    .setSigningKey(ApnsSigningKey.loadFromPkcs8File(
                            certificates.providerKey().toFile(), "TEAM", "KEY"))
                    .build();
            try {
                assertThat(send(client).isAccepted()).isTrue();
                standIn.reject(RejectionReason.BAD_TOPIC);
                assertThat(send(client).getRejectionReason()).contains("BadTopic");
                standIn.unregister(Instant.EPOCH);
                assertThat(send(client).getTokenInvalidationTimestamp()).contains(Instant.EPOCH);

                standIn.stop();
                standIn.start();
                assertThat(standIn.port()).isEqualTo(port);
                assertThat(send(client).isAccepted()).isTrue();
                assertThat(standIn.connections()).isEqualTo(2);
            } finally {
                client.close().get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(pushes)
                .hasSize(4)
                .allSatisfy(push -> assertThat(push.payload()).isEqualTo("{\"a\":\"Grüße 😀\"}"))
                .allSatisfy(push -> assertThat(push.token()).isEqualTo(TOKEN));
        assertThat(pushes.get(0).id()).isEmpty();
    }

    private static PushNotificationResponse<SimpleApnsPushNotification> send(ApnsClient client) throws Exception {
        return client.sendNotification(new SimpleApnsPushNotification(TOKEN, "com.example.app", "{\"a\":\"Grüße 😀\"}"))
                .get(10, TimeUnit.SECONDS);
    }
}

package dev.halley.examples.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.halley.standins.ApnsStandIn;
import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The push services of the demonstration: stand-ins for FCM, for Apple's service and for a receiver of webhooks, within
 * this process. Each speaks its own protocol.
 */
final class DemoServices implements AutoCloseable {

    private static final String TOPIC = "com.example.app";
    private static final String TRUST = "javax.net.ssl.trustStore";
    private static final String TRUST_PASSWORD = "javax.net.ssl.trustStorePassword";

    private final Path folder;
    private final DemoReceiver webhooks;
    private final FcmStandIn fcm;
    private final ApnsStandIn apns;
    private final Map<String, Object> push = new HashMap<>();

    private DemoServices(Path folder, Consumer<DemoPush> received) throws IOException {
        this.folder = folder;
        Certificates certificates = Certificates.make(folder);
        // The provider trusts whom the JVM trusts; in a demonstration that is only the stand-in.
        System.setProperty(TRUST, certificates.serverKeyStore().toString());
        System.setProperty(TRUST_PASSWORD, Certificates.PASSWORD);
        webhooks = DemoReceiver.start(received);
        fcm = FcmStandIn.builder(certificates)
                .received(sent -> received.accept(toPush(sent)))
                .start();
        apns = ApnsStandIn.start(certificates, sent -> received.accept(toPush(sent)));

        push.putAll(webhooks.options());
        push.put("pushEnabled", "fcm, ios, customhttp, httpcb");
        push.put(
                "fcm.credentials",
                fcm.writeCredentials(folder.resolve("service-account.json")).toString());
        push.put("fcm.url", fcm.url());
        push.put("apple.key", certificates.providerKey().toString());
        push.put("apple.keyId", "STANDIN123");
        push.put("apple.teamId", "EXAMPLE123");
        push.put("apple.topic", TOPIC);
        push.put("apple.host", "localhost");
        push.put("apple.port", apns.port());
        push.put("apple.trusted", certificates.serverPem().toString());
        push.put("apple.badge", "auto");
        push.put("apple.sound", "default");
        push.put("texts", texts().toString());
    }

    /** Starts them all. Takes about two seconds, as it makes keys. */
    static DemoServices start(Consumer<DemoPush> received) throws IOException {
        return new DemoServices(Files.createTempDirectory("halley-demo"), received);
    }

    /** Returns options that send all pushes here. */
    Map<String, Map<String, Object>> options(int graceSeconds) {
        Map<String, Object> options = new HashMap<>(push);
        options.put("_client_timeout_notification", graceSeconds);
        return Map.of("push", options);
    }

    private Path texts() throws IOException {
        return Files.writeString(folder.resolve("texts.properties"), """
                title = News from Ann
                body = Open the chat
                title.de = Neues von Ann
                body.de = Zum Gespräch
                """);
    }

    private static DemoPush toPush(FcmStandIn.Push sent) {
        return new DemoPush(
                "FCM",
                sent.at("/message/token"),
                sent.key(),
                sent.authorization().startsWith("Bearer ") ? "OAuth token" : "NO TOKEN",
                "POST " + sent.path(),
                sent.body(),
                Json.parse(sent.at("/message/data/message")));
    }

    private static DemoPush toPush(ApnsStandIn.Push sent) {
        JsonNode payload = Json.parse(sent.payload());
        return new DemoPush(
                "APNs",
                sent.token(),
                sent.id(),
                sent.header("authorization").isEmpty() ? "certificate" : "provider token",
                "POST " + sent.header(":path") + ", apns-push-type: " + sent.header("apns-push-type") + ", apns-id: "
                        + sent.id(),
                sent.payload(),
                payload);
    }

    @Override
    public void close() {
        try {
            webhooks.close();
            fcm.close();
            apns.close();
            System.clearProperty(TRUST);
            System.clearProperty(TRUST_PASSWORD);
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new IllegalStateException("The stand-ins did not stop", e);
        }
    }
}

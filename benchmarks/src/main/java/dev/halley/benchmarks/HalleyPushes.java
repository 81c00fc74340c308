package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.spi.Observer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pushes through the whole engine: a chat for each device, whose customer is away, and a timer of 0. */
final class HalleyPushes implements Pushes {

    private static final Logger LOGGER = LoggerFactory.getLogger(HalleyPushes.class);

    private final ChatEngine engine;
    private final ChatId[] chats;

    /** Wakes up when all are settled: waking up for each would cost as much as part of the push. */
    private volatile CountDownLatch unsettled = new CountDownLatch(0);

    private long head = 1;

    private HalleyPushes(String type, Options options, int devices) {
        engine = Planted.around(ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options))
                .observer(new Observer() {
                    @Override
                    public void pushSettled(String provider, Outcome outcome, Duration took) {
                        if (outcome instanceof Outcome.Accepted) {
                            unsettled.countDown();
                        } else {
                            LOGGER.error("A push was answered {}", outcome);
                        }
                    }
                })
                .build());
        chats = new ChatId[devices];
        for (int i = 0; i < devices; i++) {
            chats[i] = Crowd.open(engine, i, type);
        }
        ready();
    }

    /** The customers come back, see everything and go away again: each round is an absence of its own. */
    @Override
    public void ready() {
        for (int i = 0; i < chats.length; i++) {
            Crowd.leave(engine, Crowd.connect(engine, i), head);
        }
    }

    static HalleyPushes http(int port, int devices) {
        return of("customhttp", Map.of("customhttp.url", BareHttpPushes.url(port)), devices);
    }

    static HalleyPushes fcm(Path folder, int port, int devices) {
        return of(
                "fcm",
                Map.of(
                        "fcm.url",
                        "https://localhost:" + port,
                        "fcm.credentials",
                        folder.resolve("fcm.json").toString()),
                devices);
    }

    static HalleyPushes ios(Path folder, int port, int devices) {
        return of(
                "ios",
                Map.of(
                        "apple.host",
                        "localhost",
                        "apple.port",
                        String.valueOf(port),
                        "apple.trusted",
                        folder.resolve("server.pem").toString(),
                        "apple.key",
                        folder.resolve("provider.p8").toString(),
                        "apple.keyId",
                        BareIosPushes.KEY,
                        "apple.teamId",
                        BareIosPushes.TEAM,
                        "apple.topic",
                        BareIosPushes.TOPIC),
                devices);
    }

    private static HalleyPushes of(String type, Map<String, String> options, int devices) {
        return new HalleyPushes(
                type,
                Options.of(Map.of(
                        "push",
                        Map.of("pushEnabled", type),
                        "push.provider." + type,
                        options,
                        "Service.request-chat",
                        Map.of("_client_timeout_notification", "0"))),
                devices);
    }

    @Override
    public void all(String[] texts) throws InterruptedException {
        unsettled = new CountDownLatch(texts.length);
        head++;
        for (int i = 0; i < texts.length; i++) {
            one(i, texts[i]);
        }
        unsettled.await();
    }

    @Override
    public void one(int device, String text) {
        Crowd.say(engine, chats[device], text);
    }
}

package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.spi.Observer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pushes by way of the whole engine: a chat for each device, whose customer is away, and a timer of 0. */
final class HalleyPushes implements Pushes {

    private static final Logger LOGGER = LoggerFactory.getLogger(HalleyPushes.class);

    private final Semaphore settled = new Semaphore(0);
    private final ChatEngine engine;
    private final ChatId[] chats;

    private HalleyPushes(String type, Options options, int devices) {
        engine = Planted.around(ChatEngine.builder()
                .options(options)
                .providers(PushProviders.discover(options))
                .observer(new Observer() {
                    @Override
                    public void pushSettled(String provider, Outcome outcome, Duration took) {
                        if (outcome instanceof Outcome.Accepted) {
                            settled.release();
                        } else {
                            LOGGER.error("A push was answered {}", outcome);
                        }
                    }
                })
                .build());
        chats = new ChatId[devices];
        for (int i = 0; i < devices; i++) {
            chats[i] = Crowd.open(engine, i, type);
            Crowd.leave(engine, Crowd.connect(engine, i), 1);
        }
    }

    static HalleyPushes http(int port, int devices) {
        return new HalleyPushes(
                "customhttp",
                Options.of(Map.of(
                        "push", Map.of("pushEnabled", "customhttp"),
                        "push.provider.customhttp", Map.of("customhttp.url", BareHttpPushes.url(port)),
                        "Service.request-chat", Map.of("_client_timeout_notification", "0"))),
                devices);
    }

    @Override
    public void all(String[] texts) throws InterruptedException {
        settled.drainPermits();
        for (int i = 0; i < texts.length; i++) {
            one(i, texts[i]);
        }
        settled.acquire(texts.length);
    }

    @Override
    public void one(int device, String text) {
        Crowd.say(engine, chats[device], text);
    }
}

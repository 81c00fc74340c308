package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.spi.ConnectionId;
import java.time.Duration;
import java.util.Map;

/** Absent customers, each with an unseen event and a running timer. */
final class SleepProgram {

    private SleepProgram() {}

    public static void main(String[] args) throws Exception {
        int customers = Integer.parseInt(args[0]);
        ChatEngine engine = Planted.around(ChatEngine.builder()
                .settings(Settings.builder()
                        .maxChats(0)
                        .maxBytes(0)
                        .maxChatsPerUser(0)
                        .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ofHours(1)))
                        .build())
                .providers(NoPush.providers(notification -> {}))
                .build());
        Commands.serve(words -> {
            for (int i = 0; i < customers; i++) {
                ChatId chat = Crowd.open(engine, i, NoPush.TYPE);
                ConnectionId connection = Crowd.connect(engine, i);
                Crowd.leave(engine, connection, 1);
                Crowd.say(engine, chat, Marked.text(i));
            }
            return Map.of("customers", customers);
        });
    }
}

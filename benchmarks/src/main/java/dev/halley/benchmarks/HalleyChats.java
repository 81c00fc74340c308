package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.cometd.CometdAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cometd.bayeux.server.BayeuxServer;

/** The customers' chats in Halley. */
final class HalleyChats implements ChatServer.Chats {

    /** Others have numbers that no customer has. */
    private static final int OTHERS = 10_000_000;

    private final BayeuxServer bayeux;
    private final ChatEngine engine = Planted.around(ChatEngine.builder()
            .settings(Settings.builder()
                    .maxChats(0)
                    .maxBytes(0)
                    .maxChatsPerUser(0)
                    .maxEvents(Integer.getInteger("halley.kept", 2_000))
                    .attachWithin(Duration.ofMinutes(10))
                    .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(Duration.ofHours(1)))
                    .build())
            .providers(NoPush.providers(notification -> {}))
            .build());
    private final List<ChatId> chats = new ArrayList<>();

    HalleyChats(BayeuxServer bayeux) {
        this.bayeux = bayeux;
    }

    @Override
    public void install() {
        CometdAdapter.install(bayeux, engine);
    }

    @Override
    public void open(int customers) {
        for (int i = chats.size(); i < customers; i++) {
            chats.add(Crowd.open(engine, i, NoPush.TYPE));
        }
    }

    @Override
    public void others(int others, int events) {
        for (int i = 0; i < others; i++) {
            ChatId chat = Crowd.open(engine, OTHERS + i, NoPush.TYPE);
            for (int e = 0; e < events; e++) {
                Crowd.say(engine, chat, Marked.text(0));
            }
        }
    }

    @Override
    public void missed(int customers, int events) {
        for (int i = 0; i < customers; i++) {
            for (int e = 0; e < events; e++) {
                Crowd.say(engine, chats.get(i), Marked.text(0));
            }
        }
    }

    @Override
    public void say(int customer, String text) {
        Crowd.say(engine, chats.get(customer), text);
    }
}

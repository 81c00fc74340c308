package dev.halley.benchmarks;

import dev.halley.cometd.CometdAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;

/** The same bytes with only CometD's {@code deliver()}: no transcript, no catch-up, no push. */
final class BareChats implements ChatServer.Chats, BayeuxServer.SessionListener {

    private static final String USER = "gms_user";

    private final BayeuxServer bayeux;
    private final ConcurrentHashMap<String, ServerSession> sessions = new ConcurrentHashMap<>();
    private final String[] users = new String[20_000];
    private int missed;

    BareChats(BayeuxServer bayeux) {
        this.bayeux = bayeux;
        for (int i = 0; i < users.length; i++) {
            users[i] = Crowd.user(i).value();
        }
    }

    @Override
    public void install() {
        bayeux.addListener(this);
    }

    @Override
    public void sessionAdded(ServerSession session, ServerMessage message) {
        sessions.put(message.getBayeuxContext().getHeader(USER), session);
        if (missed > 0) {
            session.setMetaConnectDeliveryOnly(true);
            session.batch(() -> {
                for (int i = 0; i < missed; i++) {
                    deliver(session, Marked.text(0));
                }
            });
        }
    }

    @Override
    public void sessionRemoved(ServerSession session, @Nullable ServerMessage message, boolean timeout) {
        sessions.values().remove(session);
    }

    @Override
    public void open(int customers) {}

    @Override
    public void others(int chats, int events) {}

    @Override
    public void missed(int customers, int events) {
        missed = events;
    }

    @Override
    public void say(int customer, String text) {
        ServerSession session = sessions.get(users[customer]);
        if (session != null) {
            deliver(session, text);
        }
    }

    /** Builds what an application would build that has the values at hand. */
    private static void deliver(ServerSession session, String text) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("chatSessionId", "0001BaAFC4J8000N");
        state.put("transcriptPosition", "1000");
        state.put("chatServiceMessage", "Chat service is available");
        state.put("startedAt", "2015-03-03T20:36:12Z");
        state.put("chatIxnState", "TRANSCRIPT");
        state.put("transcriptToShow", List.of(List.of("Message.Text", "Ann", text, "29", "AGENT")));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", "00112233445566778899aabbccddeeff");
        data.put("message", state);
        data.put("tag", "service.chat.refresh.180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7");
        session.deliver(null, CometdAdapter.CHANNEL, data, Promise.noop());
    }
}

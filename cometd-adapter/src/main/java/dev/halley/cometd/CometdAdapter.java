package dev.halley.cometd;

import dev.halley.ChatEngine;
import org.cometd.bayeux.server.BayeuxServer;

/** Serves an engine's customers over CometD. */
public final class CometdAdapter {

    private CometdAdapter() {}

    /** Installs the adapter with {@link UserResolver#gmsUser()} and {@link ChatApiV1}. */
    public static CometdAdapter install(BayeuxServer bayeux, ChatEngine engine) {
        return install(bayeux, engine, UserResolver.gmsUser(), new ChatApiV1());
    }

    /** Installs the adapter. */
    public static CometdAdapter install(BayeuxServer bayeux, ChatEngine engine, UserResolver users, MessageForm form) {
        return new CometdAdapter();
    }
}

package dev.halley.examples.server;

import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;

/**
 * CometD over WebSocket; whoever sends what can't be read is told so, and no more, in the close frame. Public, for Jetty
 * looks methods of its endpoints up from outside.
 */
public final class BayeuxWebSocket extends JettyWebSocketTransport {

    private static final int SERVER_ERROR = 1011;
    private static final int INVALID_PAYLOAD = 1007;

    BayeuxWebSocket(BayeuxServerImpl bayeux) {
        super(bayeux);
    }

    @Override
    protected Object newWebSocketEndPoint(BayeuxContext context) {
        return new Quiet(context);
    }

    /** Closes without a word of Java. */
    public final class Quiet extends EndPoint {

        Quiet(BayeuxContext context) {
            super(context);
        }

        @Override
        public void close(int code, String reason) {
            // CometD closes with 1011 and a Java exception where a message can't be handled.
            if (code == SERVER_ERROR) {
                super.close(INVALID_PAYLOAD, "This is not a Bayeux message or an array of them");
            } else {
                super.close(code, reason);
            }
        }
    }
}

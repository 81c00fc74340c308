package dev.halley.examples.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.websocket.api.Session;

/**
 * CometD over WebSocket. A client whose message can't be read is told only that, in the close frame. Public, because
 * Jetty looks up the methods of its endpoints from outside.
 */
public final class BayeuxWebSocket extends JettyWebSocketTransport {

    private static final int SERVER_ERROR = 1011;
    private static final int INVALID_PAYLOAD = 1007;

    BayeuxWebSocket(BayeuxServerImpl bayeux) {
        super(bayeux);
    }

    @Override
    protected Object newWebSocketEndPoint(BayeuxContext context) {
        return new Quiet(new EndPoint(context));
    }

    /**
     * Closes without a Java exception in the close frame. This is no subclass of CometD's endpoint, because that would
     * log whole messages under its own name, and so under Halley's.
     */
    public static final class Quiet implements Session.Listener {

        private final EndPoint endPoint;

        Quiet(EndPoint endPoint) {
            this.endPoint = endPoint;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            endPoint.onWebSocketOpen(quiet(session));
        }

        @Override
        public void onWebSocketText(String message) {
            endPoint.onWebSocketText(message);
        }

        @Override
        public void onWebSocketClose(int code, String reason) {
            endPoint.onWebSocketClose(code, reason);
        }

        @Override
        public void onWebSocketError(Throwable failure) {
            endPoint.onWebSocketError(failure);
        }

        /** If a message can't be handled, CometD closes with 1011 and a Java exception. */
        private static Session quiet(Session session) {
            return (Session) Proxy.newProxyInstance(
                    Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")
                                && arguments != null
                                && arguments[0].equals(SERVER_ERROR)) {
                            arguments[0] = INVALID_PAYLOAD;
                            arguments[1] = "This is not a Bayeux message or an array of them";
                        }
                        try {
                            return method.invoke(session, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}

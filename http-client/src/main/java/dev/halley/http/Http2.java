package dev.halley.http;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.alpn.client.ALPNClientConnection;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.RetryableStreamException;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/** HTTP/2 if a server negotiates it. Its jars are optional, so no other class may name their classes. */
final class Http2 {

    /** Push services allow 100 streams and more on each. */
    private static final int CONNECTIONS = 4;

    private static final String REFUSED = ErrorCode.REFUSED_STREAM_ERROR.name().toLowerCase(Locale.ROOT);

    private Http2() {}

    static HttpClientTransport transport(ClientConnector connector) {
        HTTP2Client http2 = new HTTP2Client(connector);
        http2.setMaxConcurrentPushedStreams(0);
        http2.setMaxResponseHeadersSize(Jetty.HEADERS);
        return new Transport(connector, new ClientConnectionFactoryOverHTTP2.HTTP2(http2));
    }

    /** Returns whether the server has certainly not worked at a request that failed in this way. */
    static boolean isUnprocessed(Throwable failure) {
        return failure instanceof RetryableStreamException || REFUSED.equals(failure.getMessage());
    }

    /** Takes HTTP/1.1 if a server negotiates nothing; Jetty alone would take the first of our protocols. */
    private static final class Transport extends HttpClientTransportDynamic {

        Transport(ClientConnector connector, ClientConnectionFactory.Info http2) {
            super(connector, http2, HttpClientConnectionFactory.HTTP11);
            setConnectionPoolFactory(destination -> new MultiplexConnectionPool(
                    destination,
                    HttpScheme.isSecure(destination.getOrigin().getScheme()) ? CONNECTIONS : Jetty.CONNECTIONS,
                    1));
        }

        @Override
        protected Connection newNegotiatedConnection(EndPoint endPoint, Map<String, Object> context)
                throws IOException {
            boolean isNegotiated = ((ALPNClientConnection) endPoint.getConnection()).getProtocol() != null;
            return isNegotiated
                    ? super.newNegotiatedConnection(endPoint, context)
                    : HttpClientConnectionFactory.HTTP11
                            .getClientConnectionFactory()
                            .newConnection(endPoint, context);
        }
    }
}

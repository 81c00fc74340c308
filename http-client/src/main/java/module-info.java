/** HTTP for providers of pushes: one client within bounds, and a guard of the addresses that it dials. */
module dev.halley.http {
    requires transitive dev.halley.core;
    requires com.google.common;
    requires org.eclipse.jetty.alpn.client;
    requires org.eclipse.jetty.client;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.util;
    // For those who want HTTP/2.
    requires static org.eclipse.jetty.http2.client;
    requires static org.eclipse.jetty.http2.client.transport;
    requires static org.eclipse.jetty.http2.common;

    exports dev.halley.http;
}

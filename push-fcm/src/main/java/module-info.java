/** Pushes over Firebase Cloud Messaging. */
module dev.halley.push.fcm {
    requires transitive dev.halley.core;
    requires com.fasterxml.jackson.core;
    requires com.google.auth;
    requires com.google.auth.oauth2;
    requires com.google.api.client;
    requires org.eclipse.jetty.alpn.client;
    requires org.eclipse.jetty.client;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.http2.client;
    requires org.eclipse.jetty.http2.client.transport;
    requires org.eclipse.jetty.http2.common;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.util;
    requires org.slf4j;

    exports dev.halley.push.fcm;

    provides dev.halley.spi.PushProviderFactory with
            dev.halley.push.fcm.FcmProviderFactory;
}

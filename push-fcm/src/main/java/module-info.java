/** Pushes over Firebase Cloud Messaging. */
module dev.halley.push.fcm {
    requires transitive dev.halley.core;
    requires dev.halley.http;
    requires com.fasterxml.jackson.core;
    requires com.google.auth;
    requires com.google.auth.oauth2;
    requires com.google.api.client;
    // What dev.halley.http needs for HTTP/2.
    requires org.eclipse.jetty.http2.client.transport;
    requires org.slf4j;

    exports dev.halley.push.fcm;

    provides dev.halley.spi.PushProviderFactory with
            dev.halley.push.fcm.FcmProviderFactory;
}

/** Pushes to iOS through the Apple Push Notification service, over Pushy. */
module dev.halley.push.ios {
    requires transitive dev.halley.core;
    requires com.eatthepath.pushy.apns;
    requires com.fasterxml.jackson.core;
    requires io.netty.codec;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.handler.proxy;
    requires io.netty.transport;
    requires org.slf4j;

    exports dev.halley.push.ios;

    provides dev.halley.spi.PushProviderFactory with
            dev.halley.push.ios.IosProviderFactory;
}

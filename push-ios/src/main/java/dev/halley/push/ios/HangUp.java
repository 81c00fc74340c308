package dev.halley.push.ios;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.logging.LogLevel;

/**
 * Ends a connection on which TLS fails. Pushy does not do so, and would read nonsense for as long as it comes. Pushy
 * gives access to its connections only through a frame logger. This one logs nothing; each connection begins with
 * settings, and there it adds its handler.
 */
final class HangUp extends Http2FrameLogger {

    HangUp() {
        super(LogLevel.TRACE, HangUp.class);
    }

    @Override
    public boolean isEnabled() {
        return false;
    }

    @Override
    public void logSettings(Direction direction, ChannelHandlerContext context, Http2Settings settings) {
        if (direction == Direction.OUTBOUND) {
            context.pipeline().addBefore(context.name(), null, new OnFailure());
        }
    }

    private static final class OnFailure extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.fireExceptionCaught(cause);
            var unused = context.close();
        }
    }
}

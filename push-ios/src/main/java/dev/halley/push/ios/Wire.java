package dev.halley.push.ios;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.logging.LogLevel;
import io.netty.util.AsciiString;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Pushy's connections need beyond Pushy, which gives access to them only through a frame logger. This one logs
 * nothing.
 *
 * <ul>
 *   <li>It ends a connection on which TLS fails. Pushy does not do so, and would read nonsense for as long as it comes.
 *       Each connection begins with settings, and there it adds its handler.
 *   <li>It replaces the provider token of each push, for Pushy makes one for each connection, and APNs wants few.
 *   <li>It notes what time it is for the server.
 * </ul>
 *
 * <p>All calls come from the event loop.
 */
final class Wire extends Http2FrameLogger {

    /** Netty finds these more quickly than plain texts. */
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");

    private static final AsciiString DATE = AsciiString.cached("date");

    private final @Nullable ProviderTokens tokens;
    private @Nullable CharSequence token;
    private @Nullable CharSequence date;

    /** @param tokens null if a certificate is the credential */
    Wire(@Nullable ProviderTokens tokens) {
        super(LogLevel.TRACE, Wire.class);
        this.tokens = tokens;
    }

    /**
     * Returns whether another provider token than the one that was sent last may help, now that APNs has found that one
     * expired.
     */
    boolean hasAnotherToken() {
        return tokens != null && tokens.replace(token);
    }

    /** Returns what time it was for the server in its last answer, if it said so. */
    Optional<Instant> serverTime() {
        try {
            return Optional.ofNullable(date)
                    .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
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

    @Override
    public void logHeaders(
            Direction direction,
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int padding,
            boolean endStream) {
        see(direction, headers);
    }

    @Override
    public void logHeaders(
            Direction direction,
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int streamDependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean endStream) {
        see(direction, headers);
    }

    private void see(Direction direction, Http2Headers headers) {
        if (direction == Direction.INBOUND) {
            date = headers.get(DATE);
        } else if (tokens != null) {
            CharSequence header = tokens.header();
            token = header;
            headers.set(AUTHORIZATION, header);
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

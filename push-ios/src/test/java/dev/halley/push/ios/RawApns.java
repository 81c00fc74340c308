package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.standins.Certificates;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does with each push whatever it is told to: what Pushy's mock can't. */
final class RawApns implements AutoCloseable {

    /** What it does with a push. */
    interface Talk {
        void on(Request request) throws Exception;
    }

    final AtomicInteger connections = new AtomicInteger();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    volatile Talk talk;

    private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
    private final Channel server;
    private final List<Channel> open = new CopyOnWriteArrayList<>();

    RawApns(Talk talk) throws Exception {
        this(0, talk);
    }

    RawApns(int port, Talk talk) throws Exception {
        this(port, talk, false);
    }

    /** @param isStrict whether it speaks to nobody who has not negotiated HTTP/2 */
    RawApns(int port, Talk talk, boolean isStrict) throws Exception {
        Certificates certificates = IosPushes.certificates();
        this.talk = talk;
        SslContextBuilder settings =
                SslContextBuilder.forServer(certificates.serverKey(), certificates.serverCertificate());
        if (isStrict) {
            settings.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2));
        }
        SslContext tls = settings.build();
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.SO_LINGER, 0)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        int number = connections.incrementAndGet();
                        open.add(channel);
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        if (isStrict) {
                            channel.pipeline().addLast(new HangUpUnlessHttp2());
                        }
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forServer()
                                                .initialSettings(Http2Settings.defaultSettings()
                                                        .maxConcurrentStreams(5_000))
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                                            @Override
                                            protected void initChannel(Channel stream) {
                                                stream.pipeline().addLast(new Stream(number));
                                            }
                                        }));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync()
                .channel();
    }

    private static final class HangUpUnlessHttp2 extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent
                    && !ApplicationProtocolNames.HTTP_2.equals(
                            context.pipeline().get(SslHandler.class).applicationProtocol())) {
                var unused = context.close();
            }
            context.fireUserEventTriggered(event);
        }
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Resets all connections. */
    void resetAll() {
        for (Channel channel : open) {
            var unused = channel.close();
        }
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One push and the means to answer it. */
    record Request(
            ChannelHandlerContext stream, int connection, String path, String id, String authorization, String body) {

        /** Answers as {@link #reject}, and says what time it is. */
        void rejectAt(Instant time, int status, String reason) {
            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
            var unused = stream.write(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().status(String.valueOf(status)).set("date", date), false));
            unused = stream.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer("{\"reason\":\"" + reason + "\"}", UTF_8), true));
        }

        void answer(int status, String answer) {
            boolean end = answer.isEmpty();
            var unused = stream.write(
                    new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(String.valueOf(status)), end));
            if (!end) {
                unused = stream.write(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(answer, UTF_8), true));
            }
            stream.flush();
        }

        void accept() {
            answer(200, "");
        }

        void reject(int status, String reason) {
            answer(status, "{\"reason\":\"" + reason + "\"}");
        }

        void resetStream() {
            var unused = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        }

        void goAway() {
            var unused = stream.channel()
                    .parent()
                    .writeAndFlush(new DefaultHttp2GoAwayFrame(
                            Http2Error.NO_ERROR, Unpooled.copiedBuffer("{\"reason\":\"Shutdown\"}", UTF_8)));
        }

        void resetConnection() {
            var unused = stream.channel().parent().close();
        }

        void writeNonsense() {
            var unused = stream.channel()
                    .parent()
                    .pipeline()
                    .context(SslHandler.class)
                    .writeAndFlush(Unpooled.copiedBuffer("HTTP/1.1 400 SSH-2.0-nonsense\r\n\r\n", UTF_8));
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        private final int connection;
        private final StringBuilder body = new StringBuilder();
        private String path = "";
        private String id = "";
        private String authorization = "";

        Stream(int connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) throws Exception {
            try {
                boolean end = false;
                if (frame instanceof Http2HeadersFrame headers) {
                    path = String.valueOf(headers.headers().path());
                    id = String.valueOf(headers.headers().get("apns-id"));
                    authorization = String.valueOf(headers.headers().get("authorization"));
                    end = headers.isEndStream();
                } else if (frame instanceof Http2DataFrame data) {
                    body.append(data.content().toString(UTF_8));
                    end = data.isEndStream();
                }
                if (end) {
                    Request request = new Request(context, connection, path, id, authorization, body.toString());
                    requests.add(request);
                    talk.on(request);
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }

    /** Returns the connections on which pushes came, in order. */
    List<Integer> connectionOfEach() {
        List<Integer> result = new ArrayList<>();
        requests.forEach(request -> result.add(request.connection()));
        return result;
    }
}

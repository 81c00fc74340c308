package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/** Sends agents what happens in all chats, as Server-Sent Events, from their request on. */
final class AgentEvents extends Handler.Abstract.NonBlocking {

    /** How many bytes may wait for one reader. A slower reader is dropped. */
    private static final int MAX_WAITING = 1 << 20;

    private static final int MAX_STREAMS = 100;

    private final Desk desk;
    private final AgentToken token;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    AgentEvents(Desk desk, AgentToken token) {
        this.desk = desk;
        this.token = token;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!Request.getPathInContext(request).equals("/agent/1/events")) {
            return false;
        }
        try {
            token.check(request);
            if (!request.getMethod().equals("GET")) {
                throw Refusal.methodNotAllowed();
            }
            if (stopping || streams.size() >= MAX_STREAMS) {
                throw Refusal.unavailable();
            }
        } catch (Refusal refusal) {
            refusal.answer().write(response, callback);
            return true;
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream;charset=utf-8");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Accel-Buffering", "no"); // nginx would keep events back
        Stream stream = new Stream(response, callback);
        streams.add(stream);
        desk.listen(stream);
        stream.write(": what happens from now on\n\n");
        return true;
    }

    /** Tells proxies and Jetty that the streams are alive. */
    void keepAlive() {
        streams.forEach(stream -> stream.write(": \n\n"));
    }

    /** Returns how many streams there are. */
    int streams() {
        return streams.size();
    }

    /** Ends the streams and accepts no new ones. */
    void end() {
        stopping = true;
        streams.forEach(Stream::end);
    }

    private final class Stream extends IteratingCallback implements Desk.Listener {

        private final Response response;
        private final Callback callback;
        private final Queue<byte[]> waiting = new ArrayDeque<>();
        private int bytes;
        private boolean ending;
        private boolean ended;

        Stream(Response response, Callback callback) {
            this.response = response;
            this.callback = callback;
        }

        @Override
        public void happened(Map<String, Object> event) {
            write("data: " + Json.text(event) + "\n\n");
        }

        void write(String frame) {
            byte[] encoded = frame.getBytes(UTF_8);
            boolean tooSlow;
            synchronized (waiting) {
                bytes += encoded.length;
                tooSlow = bytes > MAX_WAITING;
                if (!tooSlow) {
                    waiting.add(encoded);
                }
            }
            if (tooSlow) {
                abort(new EOFException("too slow"));
            } else {
                iterate();
            }
        }

        void end() {
            synchronized (waiting) {
                ending = true;
            }
            iterate();
        }

        @Override
        protected Action process() {
            byte[] next;
            boolean last;
            synchronized (waiting) {
                if (ended) {
                    return Action.SUCCEEDED;
                }
                next = waiting.poll();
                last = next == null && ending;
                ended = last;
                bytes -= next == null ? 0 : next.length;
            }
            if (next == null && !last) {
                return Action.IDLE;
            }
            response.write(last, ByteBuffer.wrap(next == null ? new byte[0] : next), this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            forget();
            callback.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable failure) {
            forget();
            callback.failed(failure);
        }

        private void forget() {
            desk.leave(this);
            streams.remove(this);
        }
    }
}

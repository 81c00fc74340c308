package dev.halley.examples.server;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer in JSON.
 *
 * @param status the HTTP status
 * @param body maps, lists, texts and numbers
 * @param retryAfter when to try again, in seconds; 0 for no such header
 */
record Answer(int status, Object body, long retryAfter) {

    static Answer ok(Object body) {
        return new Answer(200, body, 0);
    }

    static Answer error(int status, String kind, String message) {
        return new Answer(status, ImmutableMap.of("message", message, "exception", kind), 0);
    }

    Answer retryAfter(long seconds) {
        return new Answer(status, body, seconds);
    }

    void write(Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json;charset=utf-8");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        if (retryAfter > 0) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter);
        }
        response.write(true, ByteBuffer.wrap(Json.bytes(body)), callback);
    }

    @Override
    public String toString() {
        return "Answer[" + status + "]";
    }
}

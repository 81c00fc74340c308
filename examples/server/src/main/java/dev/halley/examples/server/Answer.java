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
 * @param headers further headers
 */
record Answer(int status, Object body, ImmutableMap<String, String> headers) {

    static Answer ok(Object body) {
        return new Answer(200, body, ImmutableMap.of());
    }

    static Answer error(int status, String kind, String message) {
        return new Answer(status, ImmutableMap.of("message", message, "exception", kind), ImmutableMap.of());
    }

    Answer retryAfter(long seconds) {
        return with(HttpHeader.RETRY_AFTER.asString(), String.valueOf(seconds));
    }

    Answer with(String header, String value) {
        return new Answer(
                status,
                body,
                ImmutableMap.<String, String>builder()
                        .putAll(headers)
                        .put(header, value)
                        .build());
    }

    void write(Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json;charset=utf-8");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.forEach(response.getHeaders()::put);
        if (status == 408) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.write(true, ByteBuffer.wrap(Json.bytes(body)), callback);
    }

    @Override
    public String toString() {
        return "Answer[" + status + "]";
    }
}

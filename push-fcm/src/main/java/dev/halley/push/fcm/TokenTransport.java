package dev.halley.push.fcm;

import static java.util.Objects.requireNonNullElse;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries google-auth's requests for tokens. It uses java.net's client, with its proxies and trust store, but within
 * bounds, and keeps no connection or thread.
 */
final class TokenTransport extends HttpTransport {

    private static final int TIMEOUT = (int) Duration.ofSeconds(5).toMillis();
    private static final int MOST_BYTES = 1 << 16;

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) throws IOException {
        return new Request(method, (HttpURLConnection) URI.create(url).toURL().openConnection());
    }

    private static final class Request extends LowLevelHttpRequest {

        private final HttpURLConnection connection;

        Request(String method, HttpURLConnection connection) throws IOException {
            this.connection = connection;
            connection.setRequestMethod(method);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(TIMEOUT);
            connection.setReadTimeout(TIMEOUT);
            connection.setRequestProperty("Connection", "close");
        }

        @Override
        public void addHeader(String name, String value) {
            connection.addRequestProperty(name, value);
        }

        /** Takes shorter timeouts, as for the search for a metadata server, but not google-auth's longer ones. */
        @Override
        public void setTimeout(int connectTimeout, int readTimeout) {
            connection.setConnectTimeout(shorter(connectTimeout));
            connection.setReadTimeout(shorter(readTimeout));
        }

        private static int shorter(int timeout) {
            return timeout <= 0 ? TIMEOUT : Math.min(timeout, TIMEOUT);
        }

        @Override
        public LowLevelHttpResponse execute() throws IOException {
            try {
                if (getStreamingContent() != null) {
                    connection.setRequestProperty("Content-Type", getContentType());
                    connection.setDoOutput(true);
                    try (OutputStream out = connection.getOutputStream()) {
                        getStreamingContent().writeTo(out);
                    }
                }
                return new Response(connection);
            } finally {
                connection.disconnect();
            }
        }
    }

    private static final class Response extends LowLevelHttpResponse {

        private final int status;
        private final @Nullable String reason;
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();
        private final byte[] body;

        Response(HttpURLConnection connection) throws IOException {
            status = connection.getResponseCode();
            if (status < 0) {
                throw new IOException("The answer is malformed");
            }
            reason = connection.getResponseMessage();
            connection.getHeaderFields().forEach((name, values) -> {
                if (name != null) { // the status line
                    values.forEach(value -> headers.add(Map.entry(name, value)));
                }
            });
            try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
                body = in == null ? new byte[0] : in.readNBytes(MOST_BYTES);
            }
        }

        @Override
        public InputStream getContent() {
            return new ByteArrayInputStream(body);
        }

        @Override
        public @Nullable String getContentEncoding() {
            return first("Content-Encoding");
        }

        @Override
        public long getContentLength() {
            return body.length;
        }

        @Override
        public @Nullable String getContentType() {
            return first("Content-Type");
        }

        @Override
        public String getStatusLine() {
            return "HTTP/1.1 " + status + " " + requireNonNullElse(reason, "");
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        public @Nullable String getReasonPhrase() {
            return reason;
        }

        @Override
        public int getHeaderCount() {
            return headers.size();
        }

        @Override
        public String getHeaderName(int index) {
            return headers.get(index).getKey();
        }

        @Override
        public String getHeaderValue(int index) {
            return headers.get(index).getValue();
        }

        private @Nullable String first(String name) {
            return headers.stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
    }
}

package dev.halley.standins;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.RateControl;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.IteratingNestedCallback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.UrlEncoded;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for Firebase Cloud Messaging and its OAuth server, over HTTP/2 with TLS, and also without TLS for clients
 * that do not trust its certificate. It accepts and rejects what FCM does according to its documentation, unless it is
 * told to answer otherwise.
 *
 * <p>This class is thread-safe.
 */
public final class FcmStandIn implements AutoCloseable {

    /** The project of the service account. */
    public static final String PROJECT = "stand-in-1234";

    private static final String EMAIL = "halley@" + PROJECT + ".iam.gserviceaccount.com";
    /** The audience that google-auth names, whatever server it asks. */
    private static final String AUDIENCE = "https://oauth2.googleapis.com/token";

    private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
    private static final Pattern RESERVED = Pattern.compile("from|message_type|(google|gcm).*");
    /**
     * The fields that FCM knows of each part of a message.
     *
     * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages">Firebase: messages</a>
     */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            "",
            Set.of("token", "data", "notification", "android", "apns", "webpush", "fcm_options"),
            "/notification",
            Set.of("title", "body", "image"),
            "/android",
            Set.of(
                    "priority",
                    "ttl",
                    "collapse_key",
                    "restricted_package_name",
                    "data",
                    "notification",
                    "fcm_options",
                    "direct_boot_ok"),
            "/android/notification",
            Set.of(
                    "title",
                    "body",
                    "icon",
                    "color",
                    "sound",
                    "tag",
                    "click_action",
                    "title_loc_key",
                    "title_loc_args",
                    "body_loc_key",
                    "body_loc_args",
                    "channel_id",
                    "ticker",
                    "sticky",
                    "event_time",
                    "local_only",
                    "notification_priority",
                    "default_sound",
                    "default_vibrate_timings",
                    "default_light_settings",
                    "vibrate_timings",
                    "visibility",
                    "notification_count",
                    "light_settings",
                    "image"),
            "/apns",
            Set.of("headers", "payload", "fcm_options", "live_activity_token"),
            "/webpush",
            Set.of("headers", "data", "notification", "fcm_options"),
            "/fcm_options",
            Set.of("analytics_label"));

    private static final int MOST_BYTES = 4_096;
    private static final int MOST_HEADERS = 32_768;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Server server;
    private final ServerConnector secure;
    private final ServerConnector plain;
    private final KeyPair key;
    private final Consumer<Push> received;
    private final int goAwayEvery;
    private final Duration delay;

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> byKey = new ConcurrentHashMap<>();
    private final Map<HTTP2Session, AtomicInteger> bySession = new ConcurrentHashMap<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger goAways = new AtomicInteger();
    private volatile Answer otherwise = Answer.ACCEPTED;
    private volatile Answer oauth = Answer.ACCEPTED;
    private volatile Duration oauthDelay = Duration.ZERO;
    private volatile Duration lifetime = Duration.ofHours(1);

    /**
     * A push that was received.
     *
     * @param path the path of its request
     * @param authorization the value of its {@code Authorization} header
     * @param body the whole body, which is JSON
     */
    public record Push(String path, String authorization, String body) {

        /**
         * Returns a value of the body.
         *
         * @param pointer a JSON pointer such as {@code /message/data/key}
         * @return the value there as a text; empty if there is none
         */
        public String at(String pointer) {
            return json(body).at(pointer).asText();
        }

        /** {@return the push's identity, the same for each attempt} */
        public String key() {
            return at("/message/data/key");
        }

        @Override
        public String toString() {
            return "Push[" + key() + ", " + body.length() + " characters]";
        }
    }

    /**
     * What to answer.
     *
     * @param status the HTTP status; or a private value, for constants such as {@link #SILENCE}
     * @param headers more headers
     * @param body the body, which is JSON; an accepted push gets FCM's instead
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        /** The push is accepted. */
        public static final Answer ACCEPTED = new Answer(200, Map.of(), "");
        /** The token no longer belongs to any device. */
        public static final Answer UNREGISTERED = error(404, "NOT_FOUND", "UNREGISTERED");

        private static final int NEVER = -1;
        private static final int RESET = -2;
        private static final int REFUSE = -3;
        private static final int HANG_UP = -4;
        private static final String ENDLESS = "X-Endless";

        /** No answer, ever. */
        public static final Answer SILENCE = new Answer(NEVER, Map.of(), "");
        /** The stream ends with an error; the push may have been accepted. */
        public static final Answer STREAM_RESET = new Answer(RESET, Map.of(), "");
        /** The stream is refused, which says that the push was not processed. */
        public static final Answer STREAM_REFUSED = new Answer(REFUSE, Map.of(), "");
        /** The connection is cut. */
        public static final Answer CONNECTION_CUT = new Answer(HANG_UP, Map.of(), "");

        /**
         * Copies the headers.
         *
         * @param status the HTTP status; or a private value, for constants such as {@link #SILENCE}
         * @param headers more headers
         * @param body the body, which is JSON; an accepted push gets FCM's instead
         */
        public Answer {
            headers = Map.copyOf(headers);
        }

        /**
         * Returns an error as FCM reports it.
         *
         * @param status the HTTP status
         * @param name the status by its name, such as {@code NOT_FOUND}
         * @param errorCode FCM's own code, such as {@code UNREGISTERED}; empty for none
         * @return the answer
         */
        public static Answer error(int status, String name, String errorCode) {
            String details = errorCode.isEmpty()
                    ? ""
                    : ",\"details\":[{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\","
                            + "\"errorCode\":\"" + errorCode + "\"}]";
            return new Answer(status, Map.of(), body(status, name, details));
        }

        /**
         * Returns the error about an invalid field.
         *
         * @param field its path, such as {@code message.token}
         * @return the answer
         */
        public static Answer violation(String field) {
            String details = ",\"details\":[{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\","
                    + "\"errorCode\":\"INVALID_ARGUMENT\"},{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","
                    + "\"fieldViolations\":[{\"field\":\"" + field + "\",\"description\":\"Invalid value\"}]}]";
            return new Answer(400, Map.of(), body(400, "INVALID_ARGUMENT", details));
        }

        /**
         * Returns an answer with a body that never ends.
         *
         * @param status the HTTP status
         * @return the answer
         */
        public static Answer endless(int status) {
            return new Answer(status, Map.of(ENDLESS, ""), "");
        }

        private static String body(int status, String name, String details) {
            return "{\"error\":{\"code\":" + status + ",\"message\":\"The stand-in says so.\",\"status\":\"" + name
                    + "\"" + details + "}}";
        }

        /**
         * Returns the same answer with one more header.
         *
         * @param header its name
         * @param value its value
         * @return the answer
         */
        public Answer with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Answer(status, more, body);
        }
    }

    /** Makes a stand-in. */
    public static final class Builder {
        private final Certificates certificates;
        private Consumer<Push> received = push -> {};
        private int streams = 100;
        private int goAwayEvery;
        private Duration delay = Duration.ZERO;

        private Builder(Certificates certificates) {
            this.certificates = certificates;
        }

        /**
         * Sets who is told of each push, whether it is accepted or not. Default: nobody.
         *
         * @param value is called in the server's own thread
         * @return this builder
         */
        public Builder received(Consumer<Push> value) {
            received = value;
            return this;
        }

        /**
         * Sets how many streams a connection may have. Default: 100, as with FCM.
         *
         * @param value how many at most
         * @return this builder
         */
        public Builder streams(int value) {
            streams = value;
            return this;
        }

        /**
         * Sends GOAWAY on each connection after some requests, and drops what is sent on it after that. Default: never.
         *
         * @param value after how many requests
         * @return this builder
         */
        public Builder goAwayEvery(int value) {
            goAwayEvery = value;
            return this;
        }

        /**
         * Sets how long each answer to a push takes. Default: zero.
         *
         * @param value how long
         * @return this builder
         */
        public Builder delay(Duration value) {
            delay = value;
            return this;
        }

        /**
         * Starts the stand-in on free ports of this machine.
         *
         * @return the stand-in
         * @throws IOException if it does not start
         */
        public FcmStandIn start() throws IOException {
            return new FcmStandIn(this);
        }
    }

    /**
     * Returns a builder.
     *
     * @param certificates the server's key and certificate
     * @return the builder
     */
    public static Builder builder(Certificates certificates) {
        return new Builder(certificates);
    }

    private FcmStandIn(Builder builder) throws IOException {
        received = builder.received;
        goAwayEvery = builder.goAwayEvery;
        delay = builder.delay;
        QueuedThreadPool threads = new QueuedThreadPool(32, 2);
        threads.setName("fcm-stand-in");
        threads.setDaemon(true);
        server = new Server(threads);
        server.setHandler(new Answering());

        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setResponseHeaderSize(MOST_HEADERS);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(builder.certificates.serverKeyStore().toString());
        tls.setKeyStorePassword(Certificates.PASSWORD);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
        alpn.setDefaultProtocol("http/1.1");
        secure = connector(
                new SslConnectionFactory(tls, alpn.getProtocol()),
                alpn,
                bounded(new HTTP2ServerConnectionFactory(http), builder.streams),
                new HttpConnectionFactory(http));
        plain = connector(new HttpConnectionFactory(http));
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
            keys.initialize(2_048);
            key = keys.generateKeyPair();
            server.start();
        } catch (Exception e) {
            close();
            throw new IOException("The stand-in does not start", e);
        }
    }

    private ServerConnector connector(ConnectionFactory... factories) {
        ServerConnector connector = new ServerConnector(server, 1, 1, factories);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        return connector;
    }

    private static AbstractHTTP2ServerConnectionFactory bounded(
            AbstractHTTP2ServerConnectionFactory factory, int streams) {
        factory.setMaxConcurrentStreams(streams);
        factory.setRateControlFactory(new RateControl.Factory() {});
        return factory;
    }

    /** {@return its URL with TLS, for clients that trust its certificate} */
    public String url() {
        return "https://localhost:" + secure.getLocalPort();
    }

    /** {@return its URL without TLS, for HTTP/1.1} */
    public String plainUrl() {
        return "http://127.0.0.1:" + plain.getLocalPort();
    }

    /**
     * Writes the key file of a service account, with this stand-in as its OAuth server.
     *
     * @param file where to write it
     * @return the file
     * @throws IOException if it can't be written
     */
    public Path writeCredentials(Path file) throws IOException {
        Map<String, String> account = new LinkedHashMap<>();
        account.put("type", "service_account");
        account.put("project_id", PROJECT);
        account.put("private_key_id", "1");
        account.put(
                "private_key",
                Certificates.toPem("PRIVATE KEY", key.getPrivate().getEncoded()));
        account.put("client_email", EMAIL);
        account.put("client_id", "1");
        account.put("token_uri", plainUrl() + "/token");
        return Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(account));
    }

    /**
     * Sets the answer to the next push for which nothing was scripted yet.
     *
     * @param answer the answer
     */
    public void next(Answer answer) {
        answers.add(answer);
    }

    /**
     * Sets the answer to all pushes for which nothing was scripted. Default: {@link Answer#ACCEPTED}.
     *
     * @param answer the answer
     */
    public void otherwise(Answer answer) {
        otherwise = answer;
    }

    /**
     * Sets the answer to requests for an access token. Default: {@link Answer#ACCEPTED}.
     *
     * @param answer the answer
     */
    public void oauth(Answer answer) {
        oauth = answer;
    }

    /**
     * Sets how long the answer to a request for an access token takes. Default: zero.
     *
     * @param value how long
     */
    public void oauthDelay(Duration value) {
        oauthDelay = value;
    }

    /**
     * Sets the lifetime that access tokens claim. Default: an hour. They are accepted after that, too.
     *
     * @param value the lifetime
     */
    public void lifetime(Duration value) {
        lifetime = value;
    }

    /** Accepts none of the access tokens that it has issued so far. */
    public void revoke() {
        tokens.clear();
    }

    /** {@return how many access tokens were asked for} */
    public int fetches() {
        return fetches.get();
    }

    /** {@return how many pushes it has received} */
    public int requests() {
        return requests.get();
    }

    /** {@return how many GOAWAYs it has sent} */
    public int goAways() {
        return goAways.get();
    }

    /** {@return how many different pushes it has accepted} */
    public int accepted() {
        return byKey.size();
    }

    /** {@return how many pushes it has accepted whose keys it had accepted before} */
    public int doubles() {
        return byKey.values().stream().mapToInt(count -> count.get() - 1).sum();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The stand-in does not stop", e);
        }
    }

    private final class Answering extends Handler.Abstract.NonBlocking {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            boolean isToken = Request.getPathInContext(request).equals("/token");
            HTTP2Session goingAway = isToken ? null : goingAway(request);
            Content.Source.asString(
                    request,
                    UTF_8,
                    Promise.from(
                            body -> {
                                Answer answer = isToken ? token(body) : push(request, body);
                                Duration wait = isToken ? oauthDelay : delay;
                                if (wait.isZero()) {
                                    answer(answer, request, response, callback);
                                } else {
                                    server.getScheduler()
                                            .schedule(
                                                    () -> answer(answer, request, response, callback),
                                                    wait.toMillis(),
                                                    TimeUnit.MILLISECONDS);
                                }
                                if (goingAway != null) {
                                    goAways.incrementAndGet();
                                    goingAway.close(ErrorCode.NO_ERROR.code, "enough", Callback.NOOP);
                                }
                            },
                            callback::failed));
            return true;
        }

        private HTTP2Session session(Request request) {
            return ((HTTP2Connection) request.getConnectionMetaData().getConnection()).getSession();
        }

        private @Nullable HTTP2Session goingAway(Request request) {
            if (goAwayEvery == 0) {
                return null;
            }
            HTTP2Session session = session(request);
            int count = bySession
                    .computeIfAbsent(session, key -> new AtomicInteger())
                    .incrementAndGet();
            return count == goAwayEvery ? session : null;
        }

        private void writeWithoutEnd(Response response, Callback callback) {
            new IteratingNestedCallback(callback) {
                @Override
                protected Action process() {
                    response.write(false, ByteBuffer.wrap(new byte[8_192]), this);
                    return Action.SCHEDULED;
                }
            }.iterate();
        }

        private void reset(Request request, ErrorCode error) {
            Stream stream = session(request).getStream(Integer.parseInt(request.getId()));
            if (stream != null) {
                stream.reset(new ResetFrame(stream.getId(), error.code), Callback.NOOP);
            }
        }

        private void answer(Answer answer, Request request, Response response, Callback callback) {
            switch (answer.status()) {
                case Answer.NEVER -> {}
                case Answer.REFUSE -> reset(request, ErrorCode.REFUSED_STREAM_ERROR);
                case Answer.RESET -> reset(request, ErrorCode.INTERNAL_ERROR);
                case Answer.HANG_UP ->
                    request.getConnectionMetaData()
                            .getConnection()
                            .getEndPoint()
                            .close();
                default -> {
                    response.setStatus(answer.status());
                    HttpFields.Mutable headers = response.getHeaders();
                    headers.put(HttpHeader.CONTENT_TYPE, "application/json; charset=UTF-8");
                    answer.headers().forEach(headers::put);
                    if (answer.headers().containsKey(Answer.ENDLESS)) {
                        writeWithoutEnd(response, callback);
                    } else {
                        Content.Sink.write(response, true, answer.body(), callback);
                    }
                }
            }
        }
    }

    private Answer token(String form) {
        fetches.incrementAndGet();
        if (oauth.status() != 200) {
            return oauth;
        }
        Fields fields = new Fields();
        UrlEncoded.decodeTo(form, fields::add, UTF_8);
        if (!isSigned(Optional.ofNullable(fields.getValue("assertion")).orElse(""))) {
            return new Answer(400, Map.of(), "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT\"}");
        }
        String token = "token-" + fetches.get();
        tokens.add(token);
        return new Answer(
                200,
                Map.of(),
                "{\"access_token\":\"" + token + "\",\"expires_in\":" + lifetime.toSeconds()
                        + ",\"token_type\":\"Bearer\"}");
    }

    /** Whether a JSON Web Token has the claims that Google's server expects, and is signed by the service account. */
    private boolean isSigned(String assertion) {
        String[] parts = assertion.split("\\.", -1);
        if (parts.length != 3) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(UTF_8));
            JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    && claims.path("iss").asText().equals(EMAIL)
                    && claims.path("aud").asText().equals(AUDIENCE)
                    && claims.path("scope").asText().equals(SCOPE);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private Answer push(Request request, String body) {
        requests.incrementAndGet();
        String authorization = Optional.ofNullable(request.getHeaders().get(HttpHeader.AUTHORIZATION))
                .orElse("");
        Push push = new Push(Request.getPathInContext(request), authorization, body);
        received.accept(push);
        Answer told = Optional.ofNullable(answers.poll()).orElse(otherwise);
        if (told.status() != 200) {
            return told;
        }
        if (!tokens.contains(authorization.replaceFirst("^Bearer ", ""))) {
            return Answer.error(401, "UNAUTHENTICATED", "");
        }
        if (!push.path().equals("/v1/projects/" + PROJECT + "/messages:send")) {
            return Answer.error(404, "NOT_FOUND", "");
        }
        JsonNode message = json(body).path("message");
        Optional<String> wrong = wrongField(message);
        if (wrong.isPresent()) {
            return Answer.violation(wrong.get());
        }
        if (json(body).path("validate_only").asBoolean()) {
            return Answer.violation("message.token");
        }
        byKey.computeIfAbsent(push.key(), key -> new AtomicInteger()).incrementAndGet();
        return new Answer(
                200, told.headers(), "{\"name\":\"projects/" + PROJECT + "/messages/" + requests.get() + "\"}");
    }

    /** Returns a field of the message that FCM would reject. */
    private static Optional<String> wrongField(JsonNode message) {
        for (Map.Entry<String, Set<String>> part : FIELDS.entrySet()) {
            for (Map.Entry<String, JsonNode> field : message.at(part.getKey()).properties()) {
                if (!part.getValue().contains(field.getKey())) {
                    return Optional.of("message" + part.getKey().replace('/', '.') + "." + field.getKey());
                }
            }
        }
        for (Map.Entry<String, JsonNode> field : message.path("data").properties()) {
            if (!field.getValue().isTextual()
                    || RESERVED.matcher(field.getKey()).matches()) {
                return Optional.of("message.data." + field.getKey());
            }
        }
        for (String texts : List.of("/apns/headers", "/webpush/headers", "/webpush/data")) {
            for (Map.Entry<String, JsonNode> field : message.at(texts).properties()) {
                if (!field.getValue().isTextual()) {
                    return Optional.of("message" + texts.replace('/', '.') + "." + field.getKey());
                }
            }
        }
        for (String list : List.of("title_loc_args", "body_loc_args")) {
            JsonNode arguments = message.at("/android/notification/" + list);
            if (!arguments.isMissingNode() && !arguments.isArray()) {
                return Optional.of("message.android.notification." + list);
            }
        }
        if (!message.at("/android/notification/color").asText("#000000").matches("#[0-9A-Fa-f]{6}")) {
            return Optional.of("message.android.notification.color");
        }
        if (message.at("/apns/headers/apns-collapse-id").asText().length() > 64) {
            return Optional.of("message.apns.headers");
        }
        JsonNode android = message.path("android");
        if (!android.path("ttl").asText("1s").matches("[0-9]+(\\.[0-9]{1,9})?s")) {
            return Optional.of("message.android.ttl");
        }
        if (!android.path("priority").asText("high").matches("high|normal")) {
            return Optional.of("message.android.priority");
        }
        if (!message.path("token").isTextual()) {
            return Optional.of("message.token");
        }
        int size = message.path("data").toString().getBytes(UTF_8).length
                + message.path("notification").toString().getBytes(UTF_8).length;
        return size > MOST_BYTES ? Optional.of("message") : Optional.empty();
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }
}

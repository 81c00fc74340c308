package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a terminal obeys instead of showing it never reaches the terminal, whoever sent it. */
class PrintableTest {

    /** Colours, titles, erasing, and what makes a line look like another one. */
    static List<String> obeyed() {
        return List.of(
                "\u001b[2J",
                "\u001b]0;title\u0007",
                "\u009b31m",
                "\u009d0;title\u009c",
                "\u0085",
                "\u007f",
                "\b\b\b",
                "\r\n12:00:00 INFO all is well",
                "\u202etxt.exe",
                "\u2066x\u2069",
                "\u200f",
                "\u061c",
                "\u2028",
                "\u2029",
                "\ufeff",
                "\ud800");
    }

    @ParameterizedTest
    @MethodSource("obeyed")
    void obeyed_isEscaped(String text) {
        String shown = Printable.escaped("a" + text + "b");

        assertShown(shown);
        assertThat(Json.parse("\"" + shown + "\"").asText()).isEqualTo("a" + text + "b");
    }

    @Test
    void others_stay() {
        String text = "Zoë schrieb „Grüße“ ☎ 你好 👩🏽‍🤝‍👩🏻 שלום";

        assertThat(Printable.escaped(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("obeyed")
    void push_isPrintedEscaped_wherever(String text) {
        JsonNode chatPart = Json.tree(
                java.util.Map.of("message", text, "lastTranscript", List.of(java.util.Map.of("Message.Text", text))));
        DemoPush push = new DemoPush(text, text, text, text, text, text, chatPart);

        assertShown(push.toString());
        Pretty.lines(chatPart).forEach(PrintableTest::assertShown);
    }

    @ParameterizedTest
    @MethodSource("obeyed")
    void bodyPostedToTheReceiver_isPrintedEscaped(String text) throws Exception {
        BlockingQueue<DemoPush> pushes = new LinkedBlockingQueue<>();
        try (DemoReceiver receiver = DemoReceiver.start(pushes::add)) {
            String body = "{\"deviceId\":" + Json.text(text) + ",\"message\":{\"message\":" + Json.text(text)
                    + ",\"lastTranscript\":[{\"a\":" + Json.text(text) + "}]}}";
            assertThat(post(receiver.uri(), body)).isEqualTo(204);
            DemoPush push = pushes.poll(10, TimeUnit.SECONDS);

            assertThat(push).isNotNull();
            assertShown(push.toString());
        }
    }

    @Test
    void bodyThatIsNoPush_is400() throws Exception {
        try (DemoReceiver receiver = DemoReceiver.start(push -> {})) {
            assertThat(post(receiver.uri(), "{\"deviceId\":")).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @MethodSource("obeyed")
    void logLine_isPrintedEscaped(String text) throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback.xml"));
        var console = (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("console");
        Encoder<ILoggingEvent> encoder = console.getEncoder();
        LoggingEvent event = new LoggingEvent(
                "x", context.getLogger("dev.halley"), Level.WARN, "a" + text, new IOException("b" + text), null);

        String line = new String(encoder.encode(event), StandardCharsets.UTF_8);
        context.stop();

        assertThat(line.lines()).hasSizeGreaterThan(1).allSatisfy(PrintableTest::assertShown);
        assertThat(line.lines().findFirst().orElseThrow()).contains("WARN");
        assertThat(line).contains("IOException: b");
        assertThat(line.lines()).noneMatch(one -> one.startsWith("12:00:00 INFO"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.eclipse.jetty.server.Response",
                "org.eclipse.jetty.http.HttpParser",
                "org.eclipse.jetty.util.HostPort"
            })
    void loggersThatPrintRequests_areSilent(String name) throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback.xml"));

        assertThat(context.getLogger(name).isWarnEnabled()).isFalse();
        context.stop();
    }

    private static int post(URI uri, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static void assertShown(String line) {
        assertThat(line.codePoints().filter(PrintableTest::isObeyed)).as(line).isEmpty();
    }

    private static boolean isObeyed(int c) {
        boolean joiner = c == 0x200d;
        return (Character.isISOControl(c) && c != '\t')
                || c == 0x2028
                || c == 0x2029
                || (Character.getType(c) == Character.FORMAT && !joiner)
                || Character.getType(c) == Character.SURROGATE;
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.Row;
import java.io.File;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** All providers side by side, on one class path. */
class EveryPlatformTest {

    private static final String FAMILY = "👨‍👩‍👧‍👦";
    private static final String LONG = FAMILY.repeat(400);
    private static final String TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";

    @Test
    void sameLongText_isCutToTheSizeOfEachPlatform_betweenGraphemes() throws Exception {
        try (DemoServices services = DemoServices.start(push -> {})) {
            Map<String, Map<String, Object>> sections = new HashMap<>(services.options(0));
            Map<String, Object> plain = new HashMap<>(sections.getOrDefault("push", Map.of()));
            plain.keySet().removeAll(List.of("texts", "apple.sound", "apple.badge")); // 256 bytes are not many
            sections.put("push", plain);
            sections.put("push.provider.small", Map.of("apple.payload_limit", 256));
            Options options = Options.of(sections);
            try (PushProviders providers = PushProviders.discover(options)) {
                System.out.println("The same " + bytes(LONG) + " bytes of text, after a row of its own:");
                show(options, providers, "APNs, 4,096", new Device("ios", TOKEN, "", "", false), 4_096);
                show(options, providers, "APNs, 256", new Device("ios", TOKEN, "small", "", false), 256);
                show(options, providers, "FCM, 4,096", Device.of("fcm", "token"), 4_096);
                show(options, providers, "webhook", Device.of("customhttp", "token"), Integer.MAX_VALUE);
            }
        }
    }

    private static void show(Options options, PushProviders providers, String platform, Device device, int limit) {
        List<Row> rows = List.of(row(2, "Hello"), row(3, LONG));
        Instant now = Instant.parse("2026-01-01T12:00:00Z");
        Notification notification = new Notification(
                "0001BaAFC4J8000N_1_3",
                Notification.NEW_AGENT_MESSAGE,
                "New message from Agent",
                "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7",
                "",
                rows,
                rows.size(),
                now,
                now.plusSeconds(60),
                options.forPush(device, Notification.NEW_AGENT_MESSAGE));
        String body = providers
                .provider(device.type())
                .orElseThrow()
                .format(notification, device)
                .body();
        JsonNode chatPart = chatPart(Json.parse(body));
        JsonNode shown = chatPart.path("lastTranscript");
        String last = shown.path(shown.size() - 1).path(ChatEvent.MESSAGE_TEXT).asText();
        boolean cut = chatPart.path("truncated").asBoolean();
        System.out.printf(
                "%-12s %6d bytes, %d rows, %d omitted, %s, ends with %s%n",
                platform,
                bytes(body),
                shown.size(),
                chatPart.path("omitted").asInt(),
                cut ? "cut to " + bytes(last) + " bytes" : "whole",
                last.substring(Math.max(0, last.length() - FAMILY.length() - 1)));
        assertThat(bytes(body)).isLessThanOrEqualTo(limit);
        if (limit == Integer.MAX_VALUE) {
            assertThat(shown).hasSize(2);
            assertThat(last).isEqualTo(LONG);
            assertThat(cut).isFalse();
        } else {
            assertThat(cut).isTrue();
            assertThat(chatPart.path("omitted").asInt()).isEqualTo(1);
            assertThat(last).matches("(" + FAMILY + ")*…");
            assertThat(bytes(body)).as("one family more would not fit").isGreaterThan(limit - bytes(FAMILY));
        }
    }

    /** As the apps find it: in FCM it is a text inside, in APNs beside {@code aps}. */
    private static JsonNode chatPart(JsonNode body) {
        JsonNode data = body.at("/message/data/message");
        if (data.isTextual()) {
            return Json.parse(data.asText());
        }
        return body.path("message").isObject() ? body.path("message") : body;
    }

    private static Row row(long position, String text) {
        return new Row(position, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", text));
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }

    @Test
    void classPathOfAllProviders_hasOneVersionOfWhatTheyShare() {
        Pattern jar = Pattern.compile(".*/(org/eclipse/jetty(?:/ee10)?/websocket|org/eclipse/jetty|io/netty"
                + "|com/fasterxml/jackson)/(?!toolchain|quic).*/([0-9][^/]*)/[^/]*\\.jar");
        Map<String, TreeSet<String>> versions = new TreeMap<>();
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(path -> !path.contains("jackson-annotations")) // which has a version without a patch
                .filter(path -> !path.contains("jetty-websocket-jetty-server")) // see the parent's POM
                .map(jar::matcher)
                .filter(Matcher::matches)
                .forEach(found -> versions.computeIfAbsent(
                                found.group(1).replace("/ee10", ""), family -> new TreeSet<>())
                        .add(found.group(2)));
        System.out.println("One class path: " + versions);
        assertThat(versions)
                .hasSize(4)
                .allSatisfy((family, all) -> assertThat(all).hasSize(1));
    }
}

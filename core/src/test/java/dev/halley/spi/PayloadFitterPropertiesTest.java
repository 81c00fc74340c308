package dev.halley.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.PayloadFitter.Entry;
import dev.halley.spi.PayloadFitter.Fitted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts of anything, at every limit from the smallest to 4,096 bytes, at both depths. What the fitter counts is
 * compared with JSON that is written and read here.
 */
class PayloadFitterPropertiesTest {

    private static final int TEXTS = 20_000;
    private static final int MOST = 4_096;
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    /** Whole graphemes, and pieces that become some beside others. */
    private static final List<String> PIECES = List.of(
            "a",
            "word ",
            " ",
            "\"",
            "\\",
            "/",
            "\n",
            "\r",
            "\r\n",
            "\t",
            "\b",
            "\f",
            "\u0000",
            "\u001f",
            "\u007f",
            "\u0085",
            "é",
            "e\u0301",
            "\u0301",
            "\u0323",
            "中",
            "文字",
            "한",
            "\u1112",
            "\u1161",
            "\u11ab",
            "नि",
            "क्ष",
            "ไทย",
            "שׁלום",
            "\u202eعربى\u202c",
            "\u200d",
            "\u200b",
            "\u2028",
            "\ufe0f",
            "\ufeff",
            "…",
            "😀",
            "👍🏽",
            "🏽",
            "👨‍👩‍👧‍👦",
            "🏳️‍🌈",
            "🇩",
            "🇪",
            "🇩🇪",
            "❤️",
            "1️⃣",
            "𝒳",
            "\ud83d",
            "\ude00",
            "\uffff");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anyText_atAnyLimit_isTheLongestThatFits_andReadsBackAsItWas(int depth) {
        Random random = new Random(20_000 + depth);
        int least = least(depth);
        int cut = 0;
        for (int i = 0; i < TEXTS; i++) {
            int limit = least + i % (MOST - least + 1);
            List<Row> rows = rows(random, limit);
            Fitted fitted = fitter(depth, limit).fit(frame(depth), rows);
            try {
                check(rows, fitted, limit, depth);
            } catch (AssertionError e) {
                throw new AssertionError("text " + i + " at a limit of " + limit, e);
            }
            cut += fitted.truncated() ? 1 : 0;
        }
        assertThat(cut).as("texts that were cut").isBetween(TEXTS / 4, TEXTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aTextOf20_000Characters_isFittedInWellUnderAMillisecond(int depth) {
        Random random = new Random(1);
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("English", "The quick brown fox. ".repeat(1_000));
        texts.put("Chinese", "你好世界".repeat(5_000));
        texts.put("Hindi", "क्षत्रिय".repeat(2_500));
        texts.put("Arabic", "السلام".repeat(3_400));
        texts.put("families", "👨‍👩‍👧‍👦".repeat(1_900));
        texts.put("anything", Stream.generate(() -> piece(random)).limit(15_000).collect(Collectors.joining()));
        PayloadFitter fitter = fitter(depth, MOST);
        int frame = frame(depth);
        List<Long> medians = new ArrayList<>();
        texts.forEach((kind, text) -> {
            List<Row> rows = List.of(row(1, text.substring(0, 20_000)));
            long median = median(() -> fitter.fit(frame, rows));
            System.out.printf(
                    "20,000 characters (%s) into %,d bytes at depth %d: %d µs%n", kind, MOST, depth, median / 1_000);
            assertThat(Duration.ofNanos(median)).as(kind).isLessThan(Duration.ofMillis(1));
            medians.add(median);
        });
        System.out.printf(
                "Figure: longest text fitted = 20,000 characters into %,d bytes at depth %d in %d µs%n",
                MOST, depth, Collections.max(medians) / 1_000);
    }

    private static long median(Runnable work) {
        long[] nanos = new long[401];
        for (int i = -400; i < nanos.length; i++) {
            long start = System.nanoTime();
            work.run();
            nanos[Math.max(i, 0)] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[nanos.length / 2];
    }

    private static void check(List<Row> rows, Fitted fitted, int limit, int depth) {
        String payload = payload(fitted, depth);
        assertThat(size(payload)).isEqualTo(fitted.size()).isLessThanOrEqualTo(limit);
        assertThat(read(payload, depth)).isEqualTo(content(fitted));
        assertThat(fitted.entries().size() + fitted.omitted()).isEqualTo(rows.size());
        List<Row> shown = rows.subList(fitted.omitted(), rows.size());
        if (fitted.truncated()) {
            assertThat(fitted.entries()).hasSize(1);
            String text = shown.get(0).event().text();
            String kept = fitted.entries().get(0).text();
            int end = kept.length() - PayloadFitter.ELLIPSIS.length();
            assertThat(kept).isEqualTo(text.substring(0, end) + PayloadFitter.ELLIPSIS);
            int next = graphemeAfter(text, end);
            assertThat(exceeds(limit, cut(rows, next), depth))
                    .as("with one grapheme more")
                    .isTrue();
            assertThat(exceeds(limit, whole(rows, rows.size() - 1), depth))
                    .as("with the newest row alone, whole")
                    .isTrue();
        } else {
            assertThat(fitted.entries()).isEqualTo(whole(rows, fitted.omitted()).entries());
            for (int omitted = 0; omitted < fitted.omitted(); omitted++) {
                assertThat(exceeds(limit, whole(rows, omitted), depth))
                        .as("with older rows, %s left out", omitted)
                        .isTrue();
            }
            if (fitted.entries().isEmpty()) {
                assertThat(exceeds(limit, cut(rows, 0), depth)).isTrue();
            }
        }
    }

    /** Returns where the grapheme ends that begins there; fails if none does. */
    private static int graphemeAfter(String text, int begin) {
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            if (graphemes.start() == begin) {
                return graphemes.end();
            }
        }
        throw new AssertionError("No grapheme begins at " + begin + ", where the text was cut");
    }

    private static boolean exceeds(int limit, Fitted fitted, int depth) {
        return size(payload(fitted, depth)) > limit;
    }

    private static Fitted cut(List<Row> rows, int end) {
        ChatEvent newest = rows.get(rows.size() - 1).event();
        Entry entry = new Entry(newest.type(), newest.text().substring(0, end) + PayloadFitter.ELLIPSIS);
        return new Fitted(List.of(entry), rows.size() - 1, true, 0);
    }

    private static Fitted whole(List<Row> rows, int omitted) {
        List<Entry> entries = rows.subList(omitted, rows.size()).stream()
                .map(row -> new Entry(row.event().type(), row.event().text()))
                .toList();
        return new Fitted(entries, omitted, false, 0);
    }

    // Texts

    /** One to three rows; the newest is up to about twice as long as the limit. */
    private static List<Row> rows(Random random, int limit) {
        List<Row> rows = new ArrayList<>();
        for (int older = random.nextInt(3); older > 0; older--) {
            rows.add(row(rows.size() + 1, text(random, 60)));
        }
        rows.add(row(rows.size() + 1, text(random, random.nextInt(2 * limit))));
        return rows;
    }

    private static Row row(long position, String text) {
        return new Row(position, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", text));
    }

    private static String text(Random random, int bytes) {
        StringBuilder text = new StringBuilder();
        // Some texts are of one kind: a run of it has its own boundaries.
        String only = random.nextInt(4) == 0 ? piece(random) : "";
        for (int left = bytes; left > 0; ) {
            String piece = only.isEmpty() ? piece(random) : only;
            text.append(piece);
            left -= size(piece);
        }
        return text.toString();
    }

    private static String piece(Random random) {
        return random.nextInt(8) == 0
                ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
                : PIECES.get(random.nextInt(PIECES.size()));
    }

    // JSON, written and read

    private static PayloadFitter fitter(int depth, int limit) {
        return depth == 1 ? PayloadFitter.json(limit) : PayloadFitter.jsonInString(limit);
    }

    private static int frame(int depth) {
        return size(payload(new Fitted(List.of(), 0, false, 0), depth));
    }

    private static int least(int depth) {
        return size(payload(new Fitted(List.of(), Integer.MAX_VALUE, false, 0), depth));
    }

    private static int size(String text) {
        return text.getBytes(UTF_8).length;
    }

    private static String payload(Fitted fitted, int depth) {
        String rows = fitted.entries().stream()
                .map(entry -> "{" + quoted(entry.type()) + ":" + quoted(entry.text()) + "}")
                .collect(Collectors.joining(","));
        String json = "{\"message\":\"New\",\"lastTranscript\":[" + rows + "]"
                + (fitted.omitted() > 0 ? ",\"omitted\":" + fitted.omitted() : "")
                + (fitted.truncated() ? ",\"truncated\":true}" : "}");
        return depth == 1 ? json : "{\"data\":" + quoted(json) + "}";
    }

    private static Map<String, Object> content(Fitted fitted) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("message", "New");
        content.put(
                "lastTranscript",
                fitted.entries().stream()
                        .map(entry -> Map.of(entry.type(), entry.text()))
                        .toList());
        if (fitted.omitted() > 0) {
            content.put("omitted", fitted.omitted());
        }
        if (fitted.truncated()) {
            content.put("truncated", true);
        }
        return content;
    }

    private static Object read(String payload, int depth) {
        // Over the wire and back, where half a character would be lost.
        Object json = new Reader(new String(payload.getBytes(UTF_8), UTF_8)).document();
        if (depth == 1) {
            return json;
        }
        assertThat(json).isInstanceOf(Map.class);
        return new Reader(String.valueOf(((Map<?, ?>) json).get("data"))).document();
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int escape = "\"\\\b\t\n\f\r".indexOf(c);
            if (escape >= 0) {
                json.append('\\').append("\"\\btnfr".charAt(escape));
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** Reads as much of JSON as a payload has, strictly. */
    private static final class Reader {
        private final String json;
        private int at;

        Reader(String json) {
            this.json = json;
        }

        Object document() {
            Object value = value();
            assertThat(at).as("the end of the document").isEqualTo(json.length());
            return value;
        }

        private Object value() {
            return switch (json.charAt(at)) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> {
                    take("true");
                    yield true;
                }
                default -> number();
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> object = new LinkedHashMap<>();
            for (take("{"); !taken("}"); ) {
                if (!object.isEmpty()) {
                    take(",");
                }
                String name = string();
                take(":");
                assertThat(object.put(name, value())).isNull();
            }
            return object;
        }

        private List<Object> array() {
            List<Object> array = new ArrayList<>();
            for (take("["); !taken("]"); ) {
                if (!array.isEmpty()) {
                    take(",");
                }
                array.add(value());
            }
            return array;
        }

        private int number() {
            int begin = at;
            while (Character.isDigit(json.charAt(at))) {
                at++;
            }
            return Integer.parseInt(json.substring(begin, at));
        }

        private String string() {
            StringBuilder text = new StringBuilder();
            for (take("\""); !taken("\""); ) {
                char c = json.charAt(at++);
                if (c < 0x20) {
                    throw new AssertionError("A control character that is not escaped, at " + at);
                }
                text.append(c == '\\' ? escaped() : c);
            }
            return text.toString();
        }

        private char escaped() {
            char c = json.charAt(at++);
            if (c == 'u') {
                at += 4;
                return (char) Integer.parseInt(json.substring(at - 4, at), 16);
            }
            int escape = "\"\\/btnfr".indexOf(c);
            assertThat(escape).as("the escape \\%s", c).isNotNegative();
            return "\"\\/\b\t\n\f\r".charAt(escape);
        }

        private void take(String token) {
            if (!taken(token)) {
                throw new AssertionError("No " + token + " at " + at);
            }
        }

        private boolean taken(String token) {
            boolean is = json.startsWith(token, at);
            at += is ? token.length() : 0;
            return is;
        }
    }
}

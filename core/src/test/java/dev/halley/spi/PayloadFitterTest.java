package dev.halley.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halley.ChatEvent;
import dev.halley.Notification;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.PayloadFitter.Entry;
import dev.halley.spi.PayloadFitter.Fitted;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what the fitter counts against JSON that is really written, by the few lines at the end of this file. */
class PayloadFitterTest {

    private static final int PLENTY = 1_000_000;

    private static final Notification NOTIFICATION = new Notification(
            "key",
            Notification.NEW_AGENT_MESSAGE,
            "New \\ message",
            "180-1",
            "",
            List.of(),
            0,
            Instant.EPOCH,
            Instant.EPOCH,
            Map.of());

    /** Each of them is one grapheme, whatever stands beside it. */
    private static final List<String> GRAPHEMES = List.of(
            "a",
            "Z",
            " ",
            "\"",
            "\\",
            "/",
            "\n",
            "\r\n",
            "\t",
            "\u0001",
            "\u007f",
            "é",
            "e\u0301",
            "Å",
            "o\u0308\u0323",
            "ß",
            "中",
            "文",
            "\u2028",
            "한",
            "\u1112\u1161\u11ab",
            "नि",
            "שׁ",
            "ع",
            "…",
            "😀",
            "👍🏽",
            "👨‍👩‍👧‍👦",
            "🏳️‍🌈",
            "🇩🇪",
            "🇧🇷",
            "❤️",
            "1️⃣",
            "🧑🏿‍🚀",
            "𝒳",
            "\uFFFD");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatFits_isShownWhole_andCountedExactly(int depth) {
        List<Row> rows = rows("Hello", "", "\"quoted\"\n\u0001\\ and 👨‍👩‍👧‍👦");
        Fitted fitted = fit(depth, PLENTY, rows);
        assertThat(fitted.entries()).extracting(Entry::text).isEqualTo(texts(rows));
        assertThat(fitted.omitted()).isZero();
        assertThat(fitted.truncated()).isFalse();
        assertThat(fitted.size()).isEqualTo(sizeOf(fitted, depth));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aLimitThatIsJustMet_leavesNothingOut(int depth) {
        List<Row> rows = rows("one", "two", "three");
        int size = fit(depth, PLENTY, rows).size();
        assertThat(fit(depth, size, rows).entries()).hasSize(3);
        assertThat(fit(depth, size - 1, rows).entries()).hasSize(2);
    }

    @Test
    void overTheLimit_theOldestRowsGoFirst_andAreCounted() {
        List<Row> rows = rows("oldest ".repeat(20), "older", "newest");
        Fitted fitted = fit(1, 130, rows);
        assertThat(fitted.entries()).extracting(Entry::text).containsExactly("older", "newest");
        assertThat(fitted.omitted()).isEqualTo(1);
        assertThat(fitted.truncated()).isFalse();
        assertThat(json(fitted)).contains(",\"omitted\":1").doesNotContain("truncated");
    }

    @Test
    void theNewestAloneTooLong_isCutAndSaysSo() {
        Fitted fitted = fit(1, 130, rows("older", "newest ".repeat(20)));
        assertThat(fitted.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.text()).startsWith("newest newest").endsWith("…");
            assertThat(entry.type()).isEqualTo(ChatEvent.MESSAGE_TEXT);
        });
        assertThat(fitted.omitted()).isEqualTo(1);
        assertThat(fitted.truncated()).isTrue();
        assertThat(fitted.size()).isEqualTo(sizeOf(fitted, 1)).isEqualTo(130);
    }

    @Test
    void noRows_areNothing() {
        Fitted fitted = fit(1, PLENTY, List.of());
        assertThat(fitted).isEqualTo(new Fitted(List.of(), 0, false, frame(1)));
    }

    @Test
    void aTypeThatDoesNotFit_isOmittedWithItsRow() {
        Row row = new Row(1, true, Instant.EPOCH, ChatEvent.of("x".repeat(64), Party.AGENT, "", "text"));
        Fitted fitted = fit(1, frame(1) + 30, List.of(row));
        assertThat(fitted).isEqualTo(new Fitted(List.of(), 1, false, frame(1) + ",\"omitted\":1".length()));
    }

    @Test
    void aLimitWithoutRoomForAnyRow_isRefused() {
        int least = frame(1) + ",\"omitted\":2147483647".length();
        PayloadFitter.json(least).fit(frame(1), List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.json(least - 1).fit(frame(1), List.of()))
                .withMessage(
                        "A limit of " + (least - 1) + " bytes is too small: without any row the payload has " + least);
    }

    @Test
    void whatFits_isWrittenOnce_andWhatDoesNotIsNeverTooLong() {
        List<Fitted> asked = new ArrayList<>();
        Function<Fitted, String> payload = fitted -> {
            asked.add(fitted);
            return payload(fitted, 1);
        };
        assertThat(PayloadFitter.json(PLENTY).fit(rows("Hello", "you"), payload))
                .contains("Hello", "you");
        assertThat(asked).hasSize(1);
        assertThat(PayloadFitter.json(PLENTY).fit(List.of(), payload))
                .isEqualTo(payload(new Fitted(List.of(), 0, false, 0), 1));
        assertThat(asked).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.json(frame(1) - 1).fit(rows("Hello"), payload))
                .withMessageContaining("A limit of " + (frame(1) - 1) + " bytes is too small");
        assertThat(PayloadFitter.json(frame(1)).fit(List.of(), payload)).hasSize(frame(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everyGrapheme_isKeptWholeOrNotAtAll(int depth) {
        for (String grapheme : GRAPHEMES) {
            List<String> text = Collections.nCopies(30, grapheme);
            isCutRightAtEveryLimit(text, depth);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void graphemesOfAllKinds_areCutAtTheLastBoundaryThatFits(int depth) {
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            isCutRightAtEveryLimit(anyText(random, 40), depth);
        }
    }

    /** Whatever the limit: the cut is at a boundary, nothing exceeds, and one grapheme more would. */
    private static void isCutRightAtEveryLimit(List<String> graphemes, int depth) {
        List<Row> rows = rows(String.join("", graphemes));
        int whole = fit(depth, PLENTY, rows).size();
        for (int limit = least(depth); limit < whole; limit++) {
            isCutRight(graphemes, rows, limit, depth);
        }
    }

    private static void isCutRight(List<String> graphemes, List<Row> rows, int limit, int depth) {
        Fitted fitted = fit(depth, limit, rows);
        assertThat(sizeOf(fitted, depth)).isEqualTo(fitted.size()).isLessThanOrEqualTo(limit);
        if (fitted.entries().isEmpty()) {
            assertThat(sizeOf(cutAfter(0, graphemes, rows, depth), depth)).isGreaterThan(limit);
            return;
        }
        assertThat(fitted.truncated()).isTrue();
        String kept = fitted.entries().get(0).text();
        int count = 0;
        while (!cutText(count, graphemes).equals(kept)) {
            count++;
            assertThat(count).as("graphemes before the cut: %s", kept).isLessThanOrEqualTo(graphemes.size());
        }
        assertThat(sizeOf(cutAfter(count + 1, graphemes, rows, depth), depth))
                .as("with one grapheme more")
                .isGreaterThan(limit);
    }

    private static Fitted cutAfter(int count, List<String> graphemes, List<Row> rows, int depth) {
        Entry entry = new Entry(ChatEvent.MESSAGE_TEXT, cutText(count, graphemes));
        return new Fitted(List.of(entry), rows.size() - 1, true, depth);
    }

    private static String cutText(int count, List<String> graphemes) {
        return String.join("", graphemes.subList(0, count)) + PayloadFitter.ELLIPSIS;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anyRowsAndAnyLimit_neverExceedAndLeaveOutAsFewAsPossible(int depth) {
        Random random = new Random(42);
        for (int i = 0; i < 2_000; i++) {
            List<Row> rows = rows(IntStream.range(0, 1 + random.nextInt(5))
                    .mapToObj(n -> String.join("", anyText(random, 30)))
                    .toArray(String[]::new));
            int limit = least(depth) + random.nextInt(600);
            Fitted fitted = fit(depth, limit, rows);

            assertThat(sizeOf(fitted, depth)).isEqualTo(fitted.size()).isLessThanOrEqualTo(limit);
            assertThat(written(depth, limit, rows)).isEqualTo(payload(fitted, depth));
            assertThat(fitted.entries().size() + fitted.omitted()).isEqualTo(rows.size());
            List<String> newest = texts(rows).subList(fitted.omitted(), rows.size());
            if (fitted.truncated()) {
                isCutRight(graphemes(newest.get(0)), rows, limit, depth);
            } else {
                assertThat(fitted.entries()).extracting(Entry::text).isEqualTo(newest);
                for (int fewer = 0; fewer < fitted.omitted(); fewer++) {
                    assertThat(sizeOf(whole(rows, fewer), depth)).isGreaterThan(limit);
                }
            }
        }
    }

    @Test
    void aLongText_fillsTheLimit() {
        for (String unit : List.of("x", "語", "👨‍👩‍👧‍👦", "e\u0301", "\"", "\u0001")) {
            String text = unit.repeat(20_000 / unit.length());
            Fitted fitted = fit(2, 4_096, rows(text));
            assertThat(fitted.size())
                    .isEqualTo(sizeOf(fitted, 2))
                    .isBetween(4_096 - escape(escape(unit)).getBytes(StandardCharsets.UTF_8).length + 1, 4_096);
        }
    }

    @Test
    void oneGraphemeLongerThanTheLimit_isLeftOut() {
        Fitted fitted = fit(1, 150, rows("e" + "\u0301".repeat(20_000)));
        assertThat(fitted.entries()).extracting(Entry::text).containsExactly("…");
        assertThat(fitted.truncated()).isTrue();
    }

    @Test
    void escapedLength_isThatOfTheJsonInUtf8() {
        String all = String.join("", GRAPHEMES);
        assertThat(PayloadFitter.escapedLength(all)).isEqualTo(escape(all).getBytes(StandardCharsets.UTF_8).length);
        assertThat(PayloadFitter.escapedLength("")).isZero();
    }

    @Test
    void rowsAreWritten_asTheyAreCounted() {
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            List<Row> rows = rows(String.join("", anyText(random, 60)), "older", String.join("", anyText(random, 60)));
            Fitted fitted = fit(1, least(1) + random.nextInt(600), rows);
            assertThat("{\"message\":\"New\",\"lastTranscript\":" + fitted.toJson() + "}")
                    .isEqualTo(json(fitted));
        }
    }

    @Test
    void aQuotedText_isAJsonString() {
        assertThat(PayloadFitter.quoted("\"\\/\b\t\n\f\r\u0000\u001f\u007fé👋"))
                .isEqualTo("\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001F\u007fé👋\"");
        assertThat(PayloadFitter.quoted("")).isEqualTo("\"\"");
    }

    @Test
    void theChatPart_isThatOfEveryPlatform() {
        Fitted fitted = new Fitted(List.of(new Entry("Message.Text", "Hi \"you\"…")), 2, true, 0);
        String rows = "\"lastTranscript\":[{\"Message.Text\":\"Hi \\\"you\\\"…\"}],\"omitted\":2,\"truncated\":true";
        assertThat(fitted.chatPart(NOTIFICATION))
                .isEqualTo("{\"message\":\"New \\\\ message\",\"serviceId\":\"180-1\"," + rows + "}");
        assertThat(fitted.chatMembers(NOTIFICATION))
                .isEqualTo("\"message\":\"New \\\\ message\",\"serviceId\":\"180-1\",\"tag\":\"chat.newagentmessage\","
                        + rows);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEscapeOfItsOwn_isWrittenAndCounted(int depth) {
        Map<Character, String> escapes = Map.of('<', "&lt;", '"', "\"\n<é>");
        String text = "<1 2\" é 👋🏽>".repeat(20);
        for (int limit = least(depth); limit < 2_000; limit++) {
            List<Fitted> asked = new ArrayList<>();
            String written = fitter(depth, limit).escaping(escapes).fit(rows("older <", text), fitted -> {
                asked.add(fitted);
                return payload(fitted, depth);
            });
            assertThat(size(written)).isLessThanOrEqualTo(limit);
            Fitted last = asked.get(asked.size() - 1);
            if (last.size() > 0) { // counted
                assertThat(size(written)).isEqualTo(last.size());
            }
            for (Entry entry : last.entries()) {
                String kept = entry.text()
                        .replace("\"\n<é>", "\"")
                        .replace("&lt;", "<")
                        .replace("…", "");
                assertThat(List.of("older <", text)).anyMatch(whole -> whole.startsWith(kept));
            }
        }
    }

    @Test
    void anEscapeThatIsNotTold_isRefusedWhereThePayloadGetsTooLong() {
        Function<Fitted, String> payload = fitted -> payload(fitted, 1).replace("<", "&lt;");
        assertThat(PayloadFitter.json(PLENTY).fit(rows("<".repeat(100)), payload))
                .contains("&lt;");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.json(200).fit(rows("<".repeat(1_000)), payload))
                .withMessageContaining("bytes instead of at most 200");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.json(200).escaping(Map.of('é', "&eacute;")))
                .withMessage("Only ASCII characters can have an escape, not é");
    }

    // Texts

    private static List<String> anyText(Random random, int most) {
        return random.ints(random.nextInt(most + 1), 0, GRAPHEMES.size())
                .mapToObj(GRAPHEMES::get)
                .toList();
    }

    private static List<String> graphemes(String text) {
        return Pattern.compile("\\X")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static List<Row> rows(String... texts) {
        List<Row> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(new Row(rows.size() + 1, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", text)));
        }
        return rows;
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(row -> row.event().text()).toList();
    }

    private static Fitted whole(List<Row> rows, int omitted) {
        List<Entry> entries = rows.subList(omitted, rows.size()).stream()
                .map(row -> new Entry(row.event().type(), row.event().text()))
                .toList();
        return new Fitted(entries, omitted, false, 0);
    }

    // JSON, written

    private static Fitted fit(int depth, int limit, List<Row> rows) {
        return fitter(depth, limit).fit(frame(depth), rows);
    }

    private static PayloadFitter fitter(int depth, int limit) {
        return depth == 1 ? PayloadFitter.json(limit) : PayloadFitter.jsonInString(limit);
    }

    private static int frame(int depth) {
        return sizeOf(new Fitted(List.of(), 0, false, 0), depth);
    }

    private static int least(int depth) {
        return sizeOf(new Fitted(List.of(), Integer.MAX_VALUE, false, 0), depth);
    }

    private static int sizeOf(Fitted fitted, int depth) {
        return size(payload(fitted, depth));
    }

    private static int size(String payload) {
        return payload.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String payload(Fitted fitted, int depth) {
        String json = json(fitted);
        return depth == 1 ? json : "{\"data\":\"" + escape(json) + "\"}";
    }

    private static String written(int depth, int limit, List<Row> rows) {
        return depth == 1
                ? PayloadFitter.json(limit).fit(rows, fitted -> payload(fitted, 1))
                : PayloadFitter.jsonInString(limit).fit(rows, fitted -> payload(fitted, 2));
    }

    private static String json(Fitted fitted) {
        return "{\"message\":\"New\",\"lastTranscript\":["
                + fitted.entries().stream()
                        .map(entry -> "{\"" + escape(entry.type()) + "\":\"" + escape(entry.text()) + "\"}")
                        .collect(Collectors.joining(","))
                + "]"
                + (fitted.omitted() > 0 ? ",\"omitted\":" + fitted.omitted() : "")
                + (fitted.truncated() ? ",\"truncated\":true" : "")
                + "}";
    }

    private static String escape(String text) {
        return text.chars()
                .mapToObj(c -> switch (c) {
                    case '"' -> "\\\"";
                    case '\\' -> "\\\\";
                    case '\b' -> "\\b";
                    case '\t' -> "\\t";
                    case '\n' -> "\\n";
                    case '\f' -> "\\f";
                    case '\r' -> "\\r";
                    default -> c < 0x20 ? String.format("\\u%04X", c) : String.valueOf((char) c);
                })
                .collect(Collectors.joining());
    }
}

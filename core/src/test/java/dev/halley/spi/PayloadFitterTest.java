package dev.halley.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.PayloadFitter.Entry;
import dev.halley.spi.PayloadFitter.Fitted;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        Fitted fitted = fitter(depth, PLENTY).fit(rows);
        assertThat(fitted.entries()).extracting(Entry::text).isEqualTo(texts(rows));
        assertThat(fitted.omitted()).isZero();
        assertThat(fitted.truncated()).isFalse();
        assertThat(fitted.size()).isEqualTo(sizeOf(fitted, depth));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aLimitThatIsJustMet_leavesNothingOut(int depth) {
        List<Row> rows = rows("one", "two", "three");
        int size = fitter(depth, PLENTY).fit(rows).size();
        assertThat(fitter(depth, size).fit(rows).entries()).hasSize(3);
        assertThat(fitter(depth, size - 1).fit(rows).entries()).hasSize(2);
    }

    @Test
    void overTheLimit_theOldestRowsGoFirst_andAreCounted() {
        List<Row> rows = rows("oldest ".repeat(20), "older", "newest");
        Fitted fitted = fitter(1, 130).fit(rows);
        assertThat(fitted.entries()).extracting(Entry::text).containsExactly("older", "newest");
        assertThat(fitted.omitted()).isEqualTo(1);
        assertThat(fitted.truncated()).isFalse();
        assertThat(json(fitted)).contains(",\"omitted\":1").doesNotContain("truncated");
    }

    @Test
    void theNewestAloneTooLong_isCutAndSaysSo() {
        Fitted fitted = fitter(1, 130).fit(rows("older", "newest ".repeat(20)));
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
        Fitted fitted = fitter(1, PLENTY).fit(List.of());
        assertThat(fitted).isEqualTo(new Fitted(List.of(), 0, false, frame(1)));
    }

    @Test
    void aTypeThatDoesNotFit_isOmittedWithItsRow() {
        Row row = new Row(1, true, Instant.EPOCH, ChatEvent.of("x".repeat(64), Party.AGENT, "", "text"));
        Fitted fitted = fitter(1, frame(1) + 30).fit(List.of(row));
        assertThat(fitted).isEqualTo(new Fitted(List.of(), 1, false, frame(1) + ",\"omitted\":1".length()));
    }

    @Test
    void aLimitWithoutRoomForAnyRow_isRefused() {
        int least = frame(1) + ",\"omitted\":2147483647".length();
        PayloadFitter.json(least, frame(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.json(least - 1, frame(1)))
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
        assertThat(PayloadFitter.fitJson(PLENTY, rows("Hello", "you"), payload)).contains("Hello", "you");
        assertThat(asked).hasSize(1);
        assertThat(PayloadFitter.fitJson(PLENTY, List.of(), payload))
                .isEqualTo(payload(new Fitted(List.of(), 0, false, 0), 1));
        assertThat(asked).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadFitter.fitJson(frame(1) - 1, rows("Hello"), payload))
                .withMessageContaining("A limit of " + (frame(1) - 1) + " bytes is too small");
        assertThat(PayloadFitter.fitJson(frame(1), List.of(), payload)).hasSize(frame(1));
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
        int whole = fitter(depth, PLENTY).fit(rows).size();
        for (int limit = least(depth); limit < whole; limit++) {
            isCutRight(graphemes, rows, limit, depth);
        }
    }

    private static void isCutRight(List<String> graphemes, List<Row> rows, int limit, int depth) {
        Fitted fitted = fitter(depth, limit).fit(rows);
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
            Fitted fitted = fitter(depth, limit).fit(rows);

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
            Fitted fitted = fitter(2, 4_096).fit(rows(text));
            assertThat(fitted.size())
                    .isEqualTo(sizeOf(fitted, 2))
                    .isBetween(4_096 - escape(escape(unit)).getBytes(StandardCharsets.UTF_8).length + 1, 4_096);
        }
    }

    @Test
    void oneGraphemeLongerThanTheLimit_isLeftOut() {
        Fitted fitted = fitter(1, 150).fit(rows("e" + "\u0301".repeat(20_000)));
        assertThat(fitted.entries()).extracting(Entry::text).containsExactly("…");
        assertThat(fitted.truncated()).isTrue();
    }

    @Test
    void escapedLength_isThatOfTheJsonInUtf8() {
        String all = String.join("", GRAPHEMES);
        assertThat(PayloadFitter.escapedLength(all)).isEqualTo(escape(all).getBytes(StandardCharsets.UTF_8).length);
        assertThat(PayloadFitter.escapedLength("")).isZero();
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

    private static PayloadFitter fitter(int depth, int limit) {
        return depth == 1 ? PayloadFitter.json(limit, frame(1)) : PayloadFitter.jsonInString(limit, frame(2));
    }

    private static int frame(int depth) {
        return sizeOf(new Fitted(List.of(), 0, false, 0), depth);
    }

    private static int least(int depth) {
        return sizeOf(new Fitted(List.of(), Integer.MAX_VALUE, false, 0), depth);
    }

    private static int sizeOf(Fitted fitted, int depth) {
        return payload(fitted, depth).getBytes(StandardCharsets.UTF_8).length;
    }

    private static String payload(Fitted fitted, int depth) {
        String json = json(fitted);
        return depth == 1 ? json : "{\"data\":\"" + escape(json) + "\"}";
    }

    private static String written(int depth, int limit, List<Row> rows) {
        return depth == 1
                ? PayloadFitter.fitJson(limit, rows, fitted -> payload(fitted, 1))
                : PayloadFitter.fitJsonInString(limit, rows, fitted -> payload(fitted, 2));
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
                    default -> c < 0x20 ? String.format("\\u%04x", c) : String.valueOf((char) c);
                })
                .collect(Collectors.joining());
    }
}

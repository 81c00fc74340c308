package dev.halley.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.PayloadFitter.Entry;
import dev.halley.spi.PayloadFitter.Fitted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Texts of a chat on their way into a push: a line each, at a limit that the first character says. */
public final class FitterEntry {

    private static final int FRAME = 40;

    private FitterEntry() {}

    public static void fit(String data) {
        int limit = FRAME + 30 + (data.isEmpty() ? 0 : data.charAt(0) * 7 % 4_000);
        List<Row> rows = new ArrayList<>();
        for (String line : data.split("\n", -1)) {
            rows.add(new Row(rows.size() + 1, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", line)));
        }
        Fitted fitted = PayloadFitter.json(limit).fit(FRAME, rows);
        int size = FRAME;
        for (Entry entry : fitted.entries()) {
            size += "{\"\":\"\"}".length()
                    + PayloadFitter.escapedLength(entry.type())
                    + PayloadFitter.escapedLength(entry.text());
        }
        size += Math.max(0, fitted.entries().size() - 1);
        size += fitted.omitted() == 0 ? 0 : (",\"omitted\":" + fitted.omitted()).length();
        size += fitted.truncated() ? ",\"truncated\":true".length() : 0;
        assertThat(fitted.size()).isEqualTo(size).isLessThanOrEqualTo(limit);
        assertThat(fitted.entries().size() + fitted.omitted()).isEqualTo(rows.size());
        assertThat(PayloadFitter.jsonInString(limit).fit(FRAME, rows).size()).isLessThanOrEqualTo(limit);
        if (!fitted.truncated() && !fitted.entries().isEmpty()) {
            assertThat(fitted.entries().get(fitted.entries().size() - 1).text())
                    .isEqualTo(rows.get(rows.size() - 1).event().text());
        }
    }
}

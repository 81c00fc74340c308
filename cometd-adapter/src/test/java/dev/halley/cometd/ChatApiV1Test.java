package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.Row;
import dev.halley.UserId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatApiV1Test {

    @ParameterizedTest
    @CsvSource({
        "2015-03-03T20:36:12Z, 2015-03-03T20:36:12Z",
        "2015-03-03T20:36:12.987654321Z, 2015-03-03T20:36:12Z",
        "2015-03-03T20:36:00Z, 2015-03-03T20:36:00Z",
        "2015-03-03T20:36:00.5Z, 2015-03-03T20:36:00Z",
        "2015-03-03T00:00:00Z, 2015-03-03T00:00:00Z",
        "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59Z"
    })
    void theStart_hasSecondsAndNoMore(Instant startedAt, String shown) {
        assertThat(ChatApiV1.state(chat(startedAt), List.of())).containsEntry("startedAt", shown);
    }

    @Test
    void rows_countWholeSecondsFromTheStartThatIsShown() {
        ChatView chat = chat(Instant.parse("2015-03-03T20:36:12.900Z"));
        List<Row> rows = Stream.of("12.900", "12.999", "13.100", "59.999", "11.000")
                .map(second -> new Row(
                        1,
                        true,
                        Instant.parse("2015-03-03T20:36:" + second + "Z"),
                        ChatEvent.text(Party.AGENT, "Ann", "hello")))
                .toList();
        assertThat(ChatApiV1.state(chat, rows))
                .extractingByKey("transcriptToShow")
                .asInstanceOf(InstanceOfAssertFactories.list(List.class))
                .extracting(row -> row.get(3))
                .containsExactly("0", "0", "1", "47", "0");
    }

    private static ChatView chat(Instant startedAt) {
        return new ChatView(
                new ChatId("0001BaAFC4J8000N"),
                "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7",
                "request-chat",
                new UserId("mia"),
                "Mia",
                startedAt,
                Presence.ONLINE,
                1,
                1,
                0,
                0);
    }
}

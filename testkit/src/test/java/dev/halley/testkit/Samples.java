package dev.halley.testkit;

import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Party;
import dev.halley.Presence;
import dev.halley.Row;
import dev.halley.UserId;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

final class Samples {

    static final ChatId CHAT = new ChatId("0001BaAFC4J8000N");
    static final UserId OWNER = new UserId("ann");

    private Samples() {}

    static ChatView chat(long position, long omitted) {
        return new ChatView(
                CHAT, "180-x", "request-chat", OWNER, "Ann", Instant.EPOCH, Presence.ONLINE, position, 0, 0, omitted);
    }

    static List<Row> rows(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(i -> new Row(i, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Bob", "Text " + i)))
                .toList();
    }
}

package dev.halley.testkit;

import dev.halley.ChatId;
import dev.halley.UserId;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The smallest state of a session: a counter. */
record CounterState(
        ChatId id,
        UserId owner,
        long count,
        long head,
        long omitted,
        Optional<Instant> wakeAt,
        Optional<NodeId> node,
        Optional<ConnectionId> connection)
        implements SessionState {

    static final SessionStore.Codec CODEC = new SessionStore.Codec() {
        @Override
        public String encode(SessionState state) {
            return ((CounterState) state).text();
        }

        @Override
        public SessionState decode(String text) {
            return CounterState.of(text);
        }
    };

    static CounterState of(ChatId id, UserId owner) {
        return new CounterState(id, owner, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    CounterState counting() {
        return new CounterState(id, owner, count + 1, head, omitted, wakeAt, node, connection);
    }

    CounterState head(long newHead) {
        return new CounterState(id, owner, count, newHead, omitted, wakeAt, node, connection);
    }

    CounterState omitting(long upTo) {
        return new CounterState(id, owner, count, head, upTo, wakeAt, node, connection);
    }

    CounterState waking(Instant at) {
        return new CounterState(id, owner, count, head, omitted, Optional.of(at), node, connection);
    }

    CounterState asleep() {
        return new CounterState(id, owner, count, head, omitted, Optional.empty(), node, connection);
    }

    CounterState connected(NodeId at, ConnectionId by) {
        return new CounterState(id, owner, count, head, omitted, wakeAt, Optional.of(at), Optional.of(by));
    }

    CounterState disconnected() {
        return new CounterState(id, owner, count, head, omitted, wakeAt, Optional.empty(), Optional.empty());
    }

    private String text() {
        return Fields.join(
                id.value(),
                owner.value(),
                count,
                head,
                omitted,
                wakeAt.map(Instant::toString).orElse(""),
                node.map(NodeId::value).orElse(""),
                connection.map(ConnectionId::value).orElse(""));
    }

    private static CounterState of(String text) {
        List<String> fields = Fields.split(text);
        return new CounterState(
                new ChatId(fields.get(0)),
                new UserId(fields.get(1)),
                Long.parseLong(fields.get(2)),
                Long.parseLong(fields.get(3)),
                Long.parseLong(fields.get(4)),
                optional(fields.get(5)).map(Instant::parse),
                optional(fields.get(6)).map(NodeId::new),
                optional(fields.get(7)).map(ConnectionId::new));
    }

    private static Optional<String> optional(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }
}

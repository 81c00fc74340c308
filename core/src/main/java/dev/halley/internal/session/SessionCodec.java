package dev.halley.internal.session;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.UserId;
import dev.halley.internal.Nearest;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Session.Notice;
import dev.halley.internal.session.Volume.Mark;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes sessions as text: the fields in their order, each as its length, a colon and its characters, or {@code -} for
 * null. The first field is the version of the format.
 */
public final class SessionCodec implements SessionStore.Codec {

    private static final String VERSION = "2";

    @Override
    public String encode(SessionState state) {
        Session session = (Session) state;
        Writer out = new Writer();
        out.put(VERSION);
        Identity identity = session.identity();
        out.put(identity.id().value());
        out.put(identity.owner().value());
        out.put(identity.serviceId());
        out.put(identity.serviceName());
        out.put(identity.nickname());
        out.put(identity.startedAt());
        out.put(identity.polled());
        out.put(identity.keyHash());
        Device device = session.device();
        out.put(device == null ? null : device.type());
        if (device != null) {
            out.put(device.token());
            out.put(device.provider());
            out.put(device.language());
            out.put(device.debug());
            out.put(session.deviceSince());
        }
        out.put(session.attachBy());
        out.put(session.recent().size());
        session.recent().forEach(out::put);
        out.put(session.epoch());
        ConnectionId connection = session.lastConnection();
        out.put(connection == null ? null : connection.value());
        NodeId node = session.lastNode();
        out.put(node == null ? null : node.value());
        out.put(session.head());
        out.put(session.lastPushable());
        out.put(session.seen());
        out.put(session.pushed());
        out.put(session.omitted());
        Volume volume = session.volume();
        out.put(volume.total());
        put(out, volume.dropped());
        out.put(volume.marks().size());
        volume.marks().forEach(mark -> put(out, mark));
        put(out, session.phase());
        Notice notice = session.notice();
        out.put(notice == null ? null : notice.due());
        if (notice != null) {
            out.put(notice.absence());
        }
        out.put(session.endedBy());
        out.put(session.expires());
        return out.toString();
    }

    @Override
    public Session decode(String text) {
        Reader in = new Reader(text);
        try {
            String version = in.text();
            if (!version.equals(VERSION)) {
                throw new IllegalArgumentException("A session of format '" + Nearest.printable(version)
                        + "' was stored; this version reads format " + VERSION);
            }
            Session session = session(in);
            in.end();
            return session;
        } catch (IndexOutOfBoundsException | NumberFormatException | DateTimeException e) {
            // Without the cause, whose message quotes the text.
            throw new IllegalArgumentException("A stored session is damaged");
        }
    }

    private static Session session(Reader in) {
        Identity identity = new Identity(
                new ChatId(in.text()),
                new UserId(in.text()),
                in.text(),
                in.text(),
                in.text(),
                in.instant(),
                in.flag(),
                in.optional(Function.identity()));
        String type = in.optional(Function.identity());
        Device device = type == null ? null : new Device(type, in.text(), in.text(), in.text(), in.flag());
        Instant deviceSince = type == null ? null : in.instant();
        Instant attachBy = in.optional(Instant::parse);
        List<String> recent = new ArrayList<>();
        for (long i = in.number(); i > 0; i--) {
            recent.add(in.text());
        }
        long epoch = in.number();
        ConnectionId connection = in.optional(ConnectionId::new);
        NodeId node = in.optional(NodeId::new);
        long head = in.number();
        long lastPushable = in.number();
        long seen = in.number();
        long pushed = in.number();
        long omitted = in.number();
        long total = in.number();
        Mark dropped = mark(in);
        List<Mark> marks = new ArrayList<>();
        for (long i = in.number(); i > 0; i--) {
            marks.add(mark(in));
        }
        Phase phase = phase(in);
        Instant noticeDue = in.optional(Instant::parse);
        Notice notice = noticeDue == null ? null : new Notice(in.number(), noticeDue);
        return new Session(
                identity,
                device,
                deviceSince,
                attachBy,
                List.copyOf(recent),
                epoch,
                connection,
                node,
                head,
                lastPushable,
                seen,
                pushed,
                omitted,
                new Volume(total, dropped, List.copyOf(marks)),
                phase,
                notice,
                in.optional(Party::valueOf),
                in.optional(Instant::parse));
    }

    private static void put(Writer out, Mark mark) {
        out.put(mark.position());
        out.put(mark.total());
    }

    private static Mark mark(Reader in) {
        return new Mark(in.number(), in.number());
    }

    private static void put(Writer out, Phase phase) {
        out.put(phase.getClass().getSimpleName());
        if (phase instanceof Phase.Grace grace) {
            out.put(grace.until());
        } else if (phase instanceof Phase.Sending sending) {
            put(out, sending.push());
            out.put(sending.attempt());
            out.put(sending.lease());
            out.put(sending.then().size());
            sending.then().forEach(out::put);
        } else if (phase instanceof Phase.Retrying retrying) {
            put(out, retrying.push());
            out.put(retrying.attempt());
            out.put(retrying.at());
        }
    }

    private static void put(Writer out, Push push) {
        out.put(push.to());
        out.put(push.failures());
        out.put(push.until());
        out.put(push.newestAlone());
    }

    private static Phase phase(Reader in) {
        String name = in.text();
        return switch (name) {
            case "Online" -> new Phase.Online();
            case "Quiet" -> new Phase.Quiet();
            case "Grace" -> new Phase.Grace(in.instant());
            case "Sending" -> {
                Push push = push(in);
                int attempt = (int) in.number();
                Instant lease = in.instant();
                List<Long> then = new ArrayList<>();
                for (long i = in.number(); i > 0; i--) {
                    then.add(in.number());
                }
                yield new Phase.Sending(push, attempt, lease, then);
            }
            case "Retrying" -> new Phase.Retrying(push(in), (int) in.number(), in.optional(Instant::parse));
            case "Alerted" -> new Phase.Alerted();
            default ->
                throw new IllegalArgumentException(
                        "A session in an unknown phase was stored: " + Nearest.printable(name));
        };
    }

    private static Push push(Reader in) {
        return new Push(in.number(), (int) in.number(), in.instant(), in.flag());
    }

    private static final class Writer {
        private final StringBuilder out = new StringBuilder(256);

        void put(@Nullable Object value) {
            if (value == null) {
                out.append('-');
            } else {
                String text = value.toString();
                out.append(text.length()).append(':').append(text);
            }
        }

        @Override
        public String toString() {
            return out.toString();
        }
    }

    private static final class Reader {
        private final String in;
        private int at;

        Reader(String in) {
            this.in = in;
        }

        <T> @Nullable T optional(Function<String, T> parse) {
            if (in.startsWith("-", at)) {
                at++;
                return null;
            }
            return parse.apply(text());
        }

        String text() {
            int colon = in.indexOf(':', at);
            int end = colon + 1 + Integer.parseInt(in, at, colon, 10);
            String value = in.substring(colon + 1, end);
            at = end;
            return value;
        }

        void end() {
            if (at < in.length()) {
                throw new IndexOutOfBoundsException();
            }
        }

        long number() {
            return Long.parseLong(text());
        }

        boolean flag() {
            return Boolean.parseBoolean(text());
        }

        Instant instant() {
            return Instant.parse(text());
        }
    }
}

package dev.halley.cometd;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.server.ServerMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a client of CometD's acknowledgement extension has: it names the last batch that arrived, and each batch has carried
 * everything up to a position. Not thread-safe.
 */
final class Acknowledgements {

    private record Batch(long number, long position, int size) {}

    /** What has gone with the answer to a connect, or before it, at the least; by the connect's id. */
    private final Map<String, Long> answering = new HashMap<>();

    private final Deque<Batch> batches = new ArrayDeque<>();

    /** The bytes taken since the last answer, and those that have arrived and were not told of. */
    private int takenSize;

    private int arrivedSize;

    /** Returns the number of the batch that a connect acknowledges; null if its client does not use the extension. */
    static @Nullable Number in(Message message) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext && ext.get("ack") instanceof Number number
                ? number
                : null;
    }

    /** A connect is being answered, when everything up to this position was handed to CometD. */
    void answering(ServerMessage reply, long delivered) {
        if (reply.getId() != null) {
            answering.put(reply.getId(), delivered);
        }
    }

    /** A connect's answer has got its number. */
    void answered(ServerMessage reply) {
        Long position = reply.getId() == null ? null : answering.remove(reply.getId());
        Number number = in(reply);
        if (position != null && number != null) {
            batches.add(new Batch(number.longValue(), position, takenSize));
            takenSize = 0;
        }
    }

    /** So many bytes are on their way with the next answer. */
    void took(int size) {
        takenSize += size;
    }

    /** Returns the position up to which everything has arrived with this batch; empty if it brought nothing new. */
    OptionalLong arrived(Number number) {
        OptionalLong position = OptionalLong.empty();
        while (!batches.isEmpty() && batches.element().number() <= number.longValue()) {
            Batch batch = batches.remove();
            position = OptionalLong.of(batch.position());
            arrivedSize += batch.size();
        }
        return position;
    }

    /** Returns how many bytes have arrived since this was asked for. */
    int takeArrivedSize() {
        int size = arrivedSize;
        arrivedSize = 0;
        return size;
    }

    /** Another chat is served: what is on its way says nothing about it. */
    void beginAnew() {
        answering.replaceAll((connect, position) -> 0L);
        List<Batch> sent = List.copyOf(batches);
        batches.clear();
        for (Batch batch : sent) {
            batches.add(new Batch(batch.number(), 0, batch.size()));
        }
    }
}

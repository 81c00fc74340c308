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
 * What has arrived at a client of CometD's acknowledgement extension. The client names the last batch it received, and
 * each batch carried everything up to a position. Not thread-safe.
 */
final class Acknowledgements {

    private record Batch(long number, long position, int size) {}

    /** How many answers are remembered by their connects: clients have one connect on its way, or two. */
    private static final int MOST_ANSWERING = 16;

    /** The position up to which everything goes with the answer to a connect or went before it; by the connect's id. */
    private final Map<String, Long> answering = new HashMap<>();

    private final Deque<Batch> batches = new ArrayDeque<>();

    /** The bytes that left the queue since the last answer. */
    private int dequeuedSize;

    /** The bytes that arrived since {@link #takeArrivedSize} was last called. */
    private int arrivedSize;

    /** Returns the number of the batch that a connect acknowledges; null if the client does not use the extension. */
    static @Nullable Number in(Message message) {
        return message.get(Message.EXT_FIELD) instanceof Map<?, ?> ext && ext.get("ack") instanceof Number number
                ? number
                : null;
    }

    /** A connect is being answered; everything up to this position has been handed to CometD. */
    void answering(ServerMessage reply, long delivered) {
        if (reply.getId() != null) {
            if (answering.size() >= MOST_ANSWERING) {
                answering.clear(); // of connects that were never answered; what they carried stays unconfirmed
            }
            answering.put(reply.getId(), delivered);
        }
    }

    /** The answer to a connect has been given its batch number. */
    void answered(ServerMessage reply) {
        Long position = reply.getId() == null ? null : answering.remove(reply.getId());
        Number number = in(reply);
        if (position == null || number == null) {
            return;
        }
        Batch last = batches.peekLast();
        if (last != null && last.position() == position && dequeuedSize == 0) {
            return; // nothing new: what confirms the batch before confirms the same
        }
        batches.add(new Batch(number.longValue(), position, dequeuedSize));
        dequeuedSize = 0;
    }

    /** This many bytes left the queue, to go with the next answer. */
    void dequeued(int size) {
        dequeuedSize += size;
    }

    /** Returns the position up to which everything has arrived with this batch; empty if that is nothing new. */
    OptionalLong arrived(Number number) {
        OptionalLong position = OptionalLong.empty();
        while (!batches.isEmpty() && batches.element().number() <= number.longValue()) {
            Batch batch = batches.remove();
            position = OptionalLong.of(batch.position());
            arrivedSize += batch.size();
        }
        return position;
    }

    /** Returns how many bytes have arrived since the last call. */
    int takeArrivedSize() {
        int size = arrivedSize;
        arrivedSize = 0;
        return size;
    }

    /** Returns how many connects and batches are remembered. */
    int kept() {
        return answering.size() + batches.size();
    }

    /** Another chat is served from now on: what is still on its way says nothing about it. */
    void beginAnew() {
        answering.replaceAll((connect, position) -> 0L);
        List<Batch> sent = List.copyOf(batches);
        batches.clear();
        for (Batch batch : sent) {
            batches.add(new Batch(batch.number(), 0, batch.size()));
        }
    }
}

package dev.halley.cometd;

import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.cometd.Proof.Connect;
import dev.halley.cometd.Proof.Verdict;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import dev.halley.spi.PayloadFitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * One customer's CometD session. Cuts rows into messages, holds back what would be too much for one answer, and tells
 * {@link Proof} what comes and goes.
 *
 * <p>This class is thread-safe. CometD calls {@link #deQueue} with the session's lock held. No foreign code is called
 * with the link's own lock held.
 */
final class CometdLink implements ClientLink, ServerSession.DeQueueListener, ServerSession.HeartBeatListener {

    /** Keeps a message with its frame below 32 KiB; the smallest buffer of a client is 64 KiB. */
    private static final int MOST_IN_MESSAGE = 31 * 1024;

    /** More rows are asked for while at most this is queued, so that an answer stays below 256 KiB. */
    private static final int ENOUGH_QUEUED = 120 * 1024;

    /** The length of the JSON around the five texts of a row. */
    private static final int ROW_FRAME = 20;

    /** The greatest length of a row's seconds and party. */
    private static final int SECONDS_AND_PARTY = 30;

    /** The initial size of a queue: there are as many queues as customers, and most are nearly empty. */
    private static final int NEXT_TO_NOTHING = 1;

    private static final String WEBSOCKET = "websocket";

    /** Set in a connect that was not refused: its number, by which its reply is recognized. */
    private static final String NUMBER = CometdLink.class.getName() + ".number";

    /** A repeat at once would run under CometD's lock, within the very answer that must carry no rows. */
    private static final Duration SOON = Duration.ofMillis(1);

    /** Stands for the position of a queued message of the chat before, which says nothing about this one. */
    private static final long OTHER_CHAT = 0;

    /** Stands for the position of a queued message that is to be dropped, as its rows are delivered again. */
    private static final long DROPPED = -1;

    /** The rows of one message, and about how many bytes they take in it. */
    private record Part(List<Row> rows, int size) {}

    /** A message on its way through CometD's queue. */
    private record Queued(long position, int size) {}

    private final BayeuxServer bayeux;
    private final ServerSession session;
    private final ConnectionId id;
    private final Connections connections;
    private final MessageForm form;
    private final StaleSessions stale;
    private final LongSupplier nanos;
    private final UserId user;
    private final boolean namedOutsideExt;

    /**
     * The WebSocket whose messages are known to be the customer's; CometD has one context for all messages of a
     * WebSocket.
     */
    private @Nullable BayeuxContext trusted;

    /** Whether the client has changed to another WebSocket; the old one may have lost rows. */
    private boolean onAnother;

    /** What came with the handshake; null after the first connect. */
    private @Nullable Arrival arrival;

    private CompletionStage<Void> attached = CompletableFuture.completedFuture(null);
    private CompletionStage<Void> departed = CompletableFuture.completedFuture(null);
    private boolean gone;
    private OptionalLong leftAt = OptionalLong.empty();
    private @Nullable Cause closed;

    /** The connect that waits for an answer; null for none. */
    private @Nullable ServerMessage held;

    /** Whether the client was told to wait and has not yet been told that the wait is over. */
    private boolean slowed;

    private final Deque<Queued> queued = new ArrayDeque<>(NEXT_TO_NOTHING);
    private int queuedSize;
    private @Nullable CompletableFuture<Void> room;

    /** Whether a repeat was asked for and has not begun: rows that come before it would leave a gap. */
    private boolean awaitsRepeat;

    /** The chat to which all positions belong. */
    private @Nullable ChatId current;

    /** The last position of the current chat. */
    private long head;

    /** The last position that was handed to CometD. */
    private long delivered;

    /** Whether another chat was served before: the client may still name a position of that one. */
    private boolean moved;

    private final Proof proof;

    /** Messages of the application that would have gone to a connect that must carry nothing. */
    private List<ServerMessage> withheld = List.of();

    /** Null unless the client uses CometD's acknowledgement extension. */
    private @Nullable Acknowledgements acknowledgements;

    CometdLink(
            BayeuxServer bayeux,
            ServerSession session,
            Connections connections,
            Settings settings,
            MessageForm form,
            StaleSessions stale,
            LongSupplier nanos,
            Arrival arrival,
            boolean namedOutsideExt) {
        this.bayeux = bayeux;
        this.session = session;
        this.id = new ConnectionId(session.getId());
        this.connections = connections;
        this.form = form;
        this.stale = stale;
        this.nanos = nanos;
        this.proof = new Proof(settings.confirmByConnect());
        this.arrival = arrival;
        this.user = arrival.user();
        this.namedOutsideExt = namedOutsideExt;
    }

    /**
     * Whether a message of this sender is the session's. The sender may be empty if only the handshake's ext named one.
     */
    boolean isFrom(Optional<UserId> sender) {
        return sender.map(user::equals).orElse(!namedOutsideExt);
    }

    /** Whether a message comes on another WebSocket, so that only the session's id says that it is the customer's. */
    synchronized boolean isUntrusted(ServerMessage message) {
        return isByWebSocket(message) && message.getBayeuxContext() != trusted;
    }

    /** This message is the customer's, and so are the others on its WebSocket. */
    synchronized void trust(ServerMessage message) {
        onAnother = trusted != null;
        trusted = isByWebSocket(message) ? message.getBayeuxContext() : null;
    }

    private static boolean isByWebSocket(ServerMessage message) {
        return WEBSOCKET.equals(message.getServerTransport().getName());
    }

    @Override
    public ConnectionId id() {
        return id;
    }

    UserId user() {
        return user;
    }

    synchronized void slowed() {
        slowed = true;
    }

    // Coming and going

    /** The first connect has come: the customer is online from now on. */
    private CompletionStage<Void> attach(Arrival first, OptionalLong named) {
        CompletionStage<Void> serving = connections.attach(first.at(named), this);
        synchronized (this) {
            attached = serving;
            if (!gone) {
                return serving;
            }
        }
        return connections.left(id, leftAt); // the session ended meanwhile, when there was nothing to leave yet
    }

    /** The session has ended. */
    void leave(OptionalLong position) {
        OptionalLong named;
        synchronized (this) {
            gone = true;
            named = isOfAnotherChat(position) ? OptionalLong.empty() : position;
            leftAt = named;
        }
        CompletionStage<Void> leaving = connections.left(id, named);
        synchronized (this) {
            departed = leaving;
        }
    }

    synchronized CompletionStage<Void> departed() {
        return departed;
    }

    @Override
    public void close(Cause cause) {
        synchronized (this) {
            closed = cause;
        }
        if (cause == Cause.TAKEN_OVER) {
            stale.supersede(session.getId(), user, namedOutsideExt);
        }
        session.disconnect();
    }

    /** Ends the session, because its user has too many. */
    void end() {
        session.disconnect();
    }

    @Override
    public void onSuspended(ServerSession suspended, ServerMessage message, long timeout) {
        HeldConnect.shrink(message);
        synchronized (this) {
            held = message;
        }
    }

    @Override
    public synchronized void onResumed(ServerSession resumed, ServerMessage message, boolean timeout) {
        held = held == message ? null : held;
    }

    synchronized boolean isHeld() {
        return held != null;
    }

    /** Whether the client should come back, which CometD never tells a client whose session it ends. */
    synchronized boolean hasFailed() {
        return closed == Cause.FAILED;
    }

    // Rows on their way out

    @Override
    public void begin() {
        List<ServerMessage> others;
        synchronized (this) {
            awaitsRepeat = false;
            others = takeWithheld();
        }
        giveBack(others);
    }

    @Override
    public CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
        List<Part> parts = parts(rows);
        synchronized (this) {
            if (awaitsRepeat) {
                return CompletableFuture.completedFuture(null); // these rows are read again
            }
            if (!chat.id().equals(current)) {
                beginAnew(chat.id(), rows.get(0).position() - 1);
            }
            for (Part part : parts) {
                queued.add(new Queued(lastOf(part.rows()), part.size()));
                queuedSize += part.size();
            }
            head = chat.position();
        }
        if (parts.size() == 1) {
            deliverOne(chat, rows);
        } else {
            session.batch(() -> parts.forEach(part -> deliverOne(chat, part.rows())));
        }
        synchronized (this) {
            if (chat.id().equals(current)) {
                delivered = lastOf(rows);
            }
            if (queuedSize <= ENOUGH_QUEUED) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> later = new CompletableFuture<>();
            room = later;
            return later;
        }
    }

    /** Cuts rows into as many messages as they need. */
    private static List<Part> parts(List<Row> rows) {
        List<Part> parts = new ArrayList<>(1);
        int from = 0;
        int size = 0;
        for (int i = 0; i < rows.size(); i++) {
            int rowSize = sizeOf(rows.get(i));
            if (size > 0 && size + rowSize > MOST_IN_MESSAGE) {
                parts.add(new Part(rows.subList(from, i), size));
                from = i;
                size = 0;
            }
            size += rowSize;
        }
        parts.add(new Part(from == 0 ? rows : rows.subList(from, rows.size()), size));
        return parts;
    }

    /** Another chat has positions of its own; what is still on its way from the one before says nothing about them. */
    private void beginAnew(ChatId next, long position) {
        moved = current != null;
        current = next;
        delivered = 0;
        proof.begin(position);
        if (acknowledgements != null) {
            acknowledgements.beginAnew();
        }
        queued.addAll(takeQueued()
                .map(message -> message.position() == DROPPED ? message : new Queued(OTHER_CHAT, message.size()))
                .toList());
    }

    /** Drops what is queued; it is delivered again. */
    private void drop() {
        awaitsRepeat = true;
        queuedSize = 0;
        queued.addAll(takeQueued().map(message -> new Queued(DROPPED, 0)).toList());
    }

    private Stream<Queued> takeQueued() {
        List<Queued> waiting = List.copyOf(queued);
        queued.clear();
        return waiting.stream();
    }

    private void deliverOne(ChatView chat, List<Row> rows) {
        ServerMessage.Mutable message = bayeux.newMessage();
        message.setChannel(CometdAdapter.CHANNEL);
        message.setData(form.data(chat, rows));
        session.deliver(null, message, Promise.noop());
    }

    /** CometD empties its queue into an answer, with the session's lock held. */
    @Override
    public void deQueue(ServerSession taking, Queue<ServerMessage> queue, List<ServerMessage.Mutable> replies) {
        CompletableFuture<Void> made = null;
        ChatId repeated = null;
        long after = 0;
        synchronized (this) {
            if (closed == Cause.FAILED) {
                queue.removeIf(message -> Channel.META_DISCONNECT.equals(message.getChannel()));
            }
            if (mayDequeue(replies)) {
                dequeue(queue, replies);
                made = takeRoom();
            } else if (withhold(queue) && acknowledgements == null && !awaitsRepeat) {
                drop();
                made = takeRoom();
                repeated = current;
                after = proof.dequeued();
            }
        }
        if (made != null) {
            made.complete(null);
        }
        if (repeated != null) {
            connections.repeat(id, repeated, after, SOON);
        }
    }

    @Override
    public void deQueue(ServerSession taking, Queue<ServerMessage> queue) {
        // CometD calls the other form, which is told of the replies.
    }

    /** Returns what to complete if there is room for more rows and somebody waits for it. */
    private @Nullable CompletableFuture<Void> takeRoom() {
        CompletableFuture<Void> waiting = null;
        if (queuedSize <= ENOUGH_QUEUED) {
            waiting = room;
            room = null;
        }
        return waiting;
    }

    /**
     * CometD gives the queue to every connect with the session's id and cookie, also to one that is refused or late.
     */
    private boolean mayDequeue(List<ServerMessage.Mutable> replies) {
        for (ServerMessage reply : replies) {
            Object error = reply.get(Message.ERROR_FIELD);
            boolean foreign = CometdAdapter.UNKNOWN_SESSION.equals(error) || CometdAdapter.FOREIGN_ORIGIN.equals(error);
            boolean overtaken = Channel.META_CONNECT.equals(reply.getChannel())
                    && acknowledgements == null
                    && !isByWebSocket(reply)
                    && !isNewest(reply);
            if (foreign || overtaken) {
                return false;
            }
        }
        return true;
    }

    private boolean isNewest(ServerMessage reply) {
        ServerMessage connect = reply.getAssociated();
        return connect != null && connect.get(NUMBER) instanceof Integer number && number == proof.newest();
    }

    private void dequeue(Queue<ServerMessage> queue, List<ServerMessage.Mutable> replies) {
        Iterator<ServerMessage> messages = queue.iterator();
        while (messages.hasNext()) {
            Queued next = CometdAdapter.CHANNEL.equals(messages.next().getChannel()) ? queued.poll() : null;
            if (next != null) {
                if (acknowledgements == null) {
                    queuedSize -= next.size();
                } else {
                    acknowledgements.dequeued(next.size()); // CometD may send it again, with all that comes after it
                }
                if (next.position() == DROPPED) {
                    messages.remove();
                } else if (next.position() != OTHER_CHAT) {
                    proof.dequeue(next.position());
                }
            }
        }
        for (ServerMessage reply : replies) {
            if (Channel.META_CONNECT.equals(reply.getChannel())) {
                if (acknowledgements != null) {
                    acknowledgements.answered(reply);
                } else if (isNewest(reply)) {
                    proof.answer();
                }
            }
        }
    }

    /** Empties the queue and keeps the application's messages; returns whether there was anything. */
    private boolean withhold(Queue<ServerMessage> queue) {
        if (queue.isEmpty()) {
            return false;
        }
        List<ServerMessage> kept = new ArrayList<>(withheld);
        for (ServerMessage message : queue) {
            if (CometdAdapter.CHANNEL.equals(message.getChannel())) {
                Queued next = queued.poll();
                queuedSize -= next == null ? 0 : next.size();
            } else {
                kept.add(message);
            }
        }
        withheld = List.copyOf(kept);
        queue.clear();
        return true;
    }

    private List<ServerMessage> takeWithheld() {
        List<ServerMessage> others = withheld;
        withheld = List.of();
        return others;
    }

    private void giveBack(List<ServerMessage> messages) {
        for (ServerMessage message : messages) {
            ServerMessage.Mutable copy = bayeux.newMessage();
            copy.putAll(message);
            session.deliver(null, copy, Promise.noop());
        }
    }

    // What the client's connects prove

    /**
     * A connect has come, and CometD has not yet processed it. Goes on when the rows that it asks for are queued.
     *
     * @return false if it is late and must not be processed
     */
    boolean connecting(ServerMessage.Mutable message, Promise<Boolean> promise) {
        OptionalLong named = Positions.in(message);
        Arrival first;
        ChatId chat;
        Verdict verdict;
        OptionalLong confirmed;
        List<ServerMessage> others;
        CompletableFuture<Void> made;
        synchronized (this) {
            long before = proof.confirmed();
            verdict = listen(message, named);
            if (verdict.refused()) {
                return false;
            }
            message.put(NUMBER, proof.newest());
            bound(message);
            first = arrival;
            arrival = null;
            chat = current;
            confirmed = proof.confirmed() > before ? OptionalLong.of(proof.confirmed()) : OptionalLong.empty();
            if (verdict.repeatAfter().isPresent()) {
                drop();
            }
            others = takeWithheld();
            made = takeRoom();
        }
        if (chat != null && confirmed.isPresent()) {
            connections.confirmed(id, chat, confirmed.getAsLong());
        }
        giveBack(others);
        if (made != null) {
            made.complete(null);
        }
        CometdAdapter.succeedAfter(queueRows(first, named, chat, verdict), promise);
        return true;
    }

    private CompletionStage<Void> queueRows(
            @Nullable Arrival first, OptionalLong named, @Nullable ChatId chat, Verdict verdict) {
        if (first != null) {
            return attach(first, named);
        }
        if (chat != null && verdict.repeatAfter().isPresent()) {
            return connections.repeat(id, chat, verdict.repeatAfter().getAsLong(), verdict.delay());
        }
        synchronized (this) {
            return attached;
        }
    }

    private Verdict listen(ServerMessage message, OptionalLong named) {
        boolean ofAnotherChat = isOfAnotherChat(named);
        OptionalLong ofThisChat = ofAnotherChat || named.orElse(0) > head ? OptionalLong.empty() : named;
        Number acknowledged = Acknowledgements.in(message);
        if (acknowledged != null) {
            if (acknowledgements == null) {
                acknowledgements = new Acknowledgements();
            }
            acknowledgements.arrived(acknowledged).ifPresent(proof::acknowledge);
            queuedSize -= acknowledgements.takeArrivedSize();
            ofThisChat.ifPresent(position -> proof.acknowledge(Math.min(position, proof.most())));
            return Verdict.NOTHING;
        }
        boolean marked = isMarked(message) || onAnother;
        onAnother = false;
        return proof.connect(new Connect(
                Positions.of(message.get(Message.ID_FIELD)),
                marked,
                ofThisChat,
                ofAnotherChat,
                isByWebSocket(message),
                nanos.getAsLong()));
    }

    /** A client may shorten a poll, but not decide when its silence is noticed. */
    private static void bound(ServerMessage.Mutable connect) {
        if (connect.get(Message.ADVICE_FIELD) instanceof Map<?, ?> advice) {
            advice.remove(Message.INTERVAL_FIELD);
            long most = connect.getServerTransport().getTimeout();
            Object timeout = advice.get(Message.TIMEOUT_FIELD);
            if (!(timeout instanceof Number number) || number.doubleValue() < 0 || number.doubleValue() > most) {
                advice.remove(Message.TIMEOUT_FIELD);
            }
        }
    }

    /** Whether the client says that this connect is its first, or that the one before failed. */
    private static boolean isMarked(ServerMessage connect) {
        return connect.get(Message.ADVICE_FIELD) instanceof Map<?, ?> advice
                && advice.get(Message.TIMEOUT_FIELD) instanceof Number timeout
                && timeout.doubleValue() == 0;
    }

    /** Whether a named position is beyond what the client can have of this chat, and so is one of the chat before. */
    private boolean isOfAnotherChat(OptionalLong named) {
        return moved && named.isPresent() && named.getAsLong() > proof.most();
    }

    /** A connect is being answered; what has been delivered goes with the answer or went before it. */
    synchronized void answering(ServerMessage.Mutable reply) {
        if (slowed) {
            slowed = false;
            reply.getAdvice(true).putIfAbsent(Message.RECONNECT_FIELD, Message.RECONNECT_RETRY_VALUE);
            reply.getAdvice(true).putIfAbsent(Message.INTERVAL_FIELD, 0L);
        }
        if (acknowledgements != null) {
            acknowledgements.answering(reply, delivered);
        }
    }

    private static long lastOf(List<Row> rows) {
        return rows.get(rows.size() - 1).position();
    }

    private static int sizeOf(Row row) {
        return ROW_FRAME
                + row.event().type().length()
                + PayloadFitter.escapedLength(row.event().nickname())
                + PayloadFitter.escapedLength(row.event().text())
                + SECONDS_AND_PARTY;
    }
}

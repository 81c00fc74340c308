package dev.halley.cometd;

import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import dev.halley.spi.PayloadFitter;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxContext;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * One customer's CometD session: cuts rows into messages, holds back what would be too much for one answer, and notes what
 * the client's next connect proves to have arrived.
 *
 * <p>What is proved: an answer was read if the next connect comes on the same direct connection, for it can't be sent
 * before. On another one it proves nothing, and from then on nothing is taken as proved until the client names a position.
 *
 * <p>This class is thread-safe. Its own lock is held for field access alone; CometD calls {@link #deQueue} with the session's
 * lock held.
 */
final class CometdLink implements ClientLink, ServerSession.DeQueueListener {

    /** A message has less than 32 KiB, for the smallest client buffer is 64 KiB; its frame takes some. */
    private static final int MOST_IN_MESSAGE = 31 * 1024;

    /** More rows are asked for while less than this is queued, so that an answer has less than 256 KiB. */
    private static final int ENOUGH_QUEUED = 120 * 1024;

    /** JSON around the five texts of a row. */
    private static final int ROW_FRAME = 20;

    /** The longest text of the seconds and the party. */
    private static final int SECONDS_AND_PARTY = 30;

    /** As a rule there is next to nothing in a queue, and there are as many queues as customers. */
    private static final int NEXT_TO_NOTHING = 1;

    private static final String WEBSOCKET = "websocket";

    private static final List<String> PROXY_HEADERS = List.of(
            "Via",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            "X-Forwarded-Server");

    /** The rows of one message, and about how many bytes they have there. */
    private record Part(List<Row> rows, int size) {}

    /** A message on its way through CometD's queue. */
    private record Queued(long position, int size, int generation) {}

    private final BayeuxServer bayeux;
    private final ServerSession session;
    private final ConnectionId id;
    private final Connections connections;
    private final Settings settings;
    private final MessageForm form;
    private final UserId user;
    private final boolean namedOutsideExt;

    /** The WebSocket of the handshake, or of what has proved itself since; CometD has one context for all its messages. */
    private @Nullable BayeuxContext proven;

    private CompletionStage<Void> attached = CompletableFuture.completedFuture(null);
    private CompletionStage<Void> departed = CompletableFuture.completedFuture(null);

    private final Deque<Queued> queued = new ArrayDeque<>(NEXT_TO_NOTHING);
    private int queuedSize;
    private @Nullable CompletableFuture<Void> room;

    /** Raised with each repeat; what was queued before is dropped, for it would leave a gap. */
    private int generation;

    /** Whether a repeat was asked for and has not begun: what comes until then would leave a gap as well. */
    private boolean awaitsRepeat;

    private boolean caughtUp = true;

    /** The chat that positions are of. */
    private @Nullable ChatId current;

    /** Whether it was another one before: what the client names may be a position of that. */
    private boolean moved;

    /** The last position handed to CometD, taken from its queue, answered with a connect's reply, and proved. */
    private long delivered;

    private long taken;
    private long answered;
    private long proved;

    /** The last position that may have been lost with an answer. */
    private long doubtful;

    /** What a stranger's connect would have taken: rows are read again, others' messages wait here for the next connect. */
    private boolean withheld;

    private List<ServerMessage> withheldOthers = List.of();

    private int connects;
    private @Nullable SocketAddress connectedFrom;

    /** Null unless the client uses that extension. */
    private @Nullable Acknowledgements acknowledgements;

    CometdLink(
            BayeuxServer bayeux,
            ServerSession session,
            Connections connections,
            Settings settings,
            MessageForm form,
            UserId user,
            boolean namedOutsideExt) {
        this.bayeux = bayeux;
        this.session = session;
        this.id = new ConnectionId(session.getId());
        this.connections = connections;
        this.settings = settings;
        this.form = form;
        this.user = user;
        this.namedOutsideExt = namedOutsideExt;
    }

    /** Whether a message with this user is the session's: the same one, or none where only the handshake's ext named one. */
    boolean isFrom(Optional<UserId> sender) {
        return sender.map(user::equals).orElse(!namedOutsideExt);
    }

    /** Whether nothing but its id says that a message is the session's: it comes on a WebSocket that was not proved yet. */
    synchronized boolean isIdAlone(ServerMessage message) {
        return isByWebSocket(message) && message.getBayeuxContext() != proven;
    }

    /** A message has proved to be its owner's; so are the others on its WebSocket. */
    synchronized void proven(ServerMessage message) {
        proven = isByWebSocket(message) ? message.getBayeuxContext() : null;
    }

    /** What is new waits for a connect, for CometD now sends it to the WebSocket that has asked last, whoever that is. */
    void waitForOwner() {
        session.setMetaConnectDeliveryOnly(true);
    }

    private static boolean isByWebSocket(ServerMessage message) {
        return WEBSOCKET.equals(message.getServerTransport().getName());
    }

    @Override
    public ConnectionId id() {
        return id;
    }

    synchronized CompletionStage<Void> attached() {
        return attached;
    }

    synchronized void attached(CompletionStage<Void> stage) {
        attached = stage;
    }

    synchronized CompletionStage<Void> departed() {
        return departed;
    }

    synchronized void departed(CompletionStage<Void> stage) {
        departed = stage;
    }

    // Rows on their way out

    @Override
    public synchronized void begin() {
        awaitsRepeat = false;
    }

    @Override
    public CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
        List<Part> parts = parts(rows);
        synchronized (this) {
            if (awaitsRepeat) {
                return CompletableFuture.completedFuture(null); // it is read again
            }
            if (!chat.id().equals(current)) {
                beginAnew(chat.id());
            }
            for (Part part : parts) {
                queued.add(new Queued(lastOf(part.rows()), part.size(), generation));
                queuedSize += part.size();
            }
            caughtUp = lastOf(rows) == chat.position();
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

    /** Another chat counts from its own start; what is still on its way of the one before says nothing about this one. */
    private void beginAnew(ChatId next) {
        moved = current != null;
        current = next;
        delivered = 0;
        taken = 0;
        answered = 0;
        proved = 0;
        doubtful = 0;
        if (acknowledgements != null) {
            acknowledgements.beginAnew();
        }
        List<Queued> waiting = List.copyOf(queued);
        queued.clear();
        waiting.forEach(message -> queued.add(new Queued(0, message.size(), message.generation())));
    }

    private void deliverOne(ChatView chat, List<Row> rows) {
        ServerMessage.Mutable message = bayeux.newMessage();
        message.setChannel(CometdAdapter.CHANNEL);
        message.setData(form.data(chat, rows));
        session.deliver(null, message, Promise.noop());
    }

    @Override
    public void close() {
        session.disconnect();
    }

    /** CometD takes its queue, with the session's lock held. */
    @Override
    public void deQueue(ServerSession taking, Queue<ServerMessage> queue, List<ServerMessage.Mutable> replies) {
        CompletableFuture<Void> made = null;
        synchronized (this) {
            if (isForeign(replies)) {
                withhold(queue);
            } else {
                take(queue, replies);
                made = room();
            }
        }
        if (made != null) {
            made.complete(null);
        }
    }

    /** Returns what to complete if there is room for more rows, and is waited for. */
    private @Nullable CompletableFuture<Void> room() {
        CompletableFuture<Void> waiting = null;
        if (queuedSize <= ENOUGH_QUEUED) {
            waiting = room;
            room = null;
        }
        return waiting;
    }

    private void take(Queue<ServerMessage> queue, List<ServerMessage.Mutable> replies) {
        Iterator<ServerMessage> messages = queue.iterator();
        while (messages.hasNext()) {
            if (CometdAdapter.CHANNEL.equals(messages.next().getChannel())) {
                Queued next = queued.poll();
                if (next != null) {
                    queuedSize -= next.size();
                    if (next.generation() == generation) {
                        taken = next.position();
                    } else {
                        messages.remove();
                    }
                }
            }
        }
        for (ServerMessage reply : replies) {
            if (Channel.META_CONNECT.equals(reply.getChannel())) {
                answered = taken;
                if (acknowledgements != null) {
                    acknowledgements.answered(reply);
                }
            }
        }
    }

    private static boolean isForeign(List<ServerMessage.Mutable> replies) {
        for (ServerMessage reply : replies) {
            if (CometdAdapter.UNKNOWN_SESSION.equals(reply.get(Message.ERROR_FIELD))) {
                return true;
            }
        }
        return false;
    }

    /** CometD gives the queue to every connect with the session's id and cookie, also to one that was refused. */
    private void withhold(Queue<ServerMessage> queue) {
        List<ServerMessage> kept = new ArrayList<>(withheldOthers);
        for (ServerMessage message : queue) {
            if (CometdAdapter.CHANNEL.equals(message.getChannel())) {
                Queued next = queued.poll();
                queuedSize -= next == null ? 0 : next.size();
                withheld = true;
            } else {
                kept.add(message);
            }
        }
        withheldOthers = List.copyOf(kept);
        queue.clear();
    }

    private void giveBack(List<ServerMessage> messages) {
        for (ServerMessage message : messages) {
            ServerMessage.Mutable copy = bayeux.newMessage();
            copy.putAll(message);
            session.deliver(null, copy, Promise.noop());
        }
    }

    @Override
    public void deQueue(ServerSession taking, Queue<ServerMessage> queue) {
        // The other form, which is told of the replies, is the one that CometD calls.
    }

    // What the client's connects prove

    /** A connect has come and was not looked at yet. */
    void connecting(ServerMessage message) {
        OptionalLong named = Positions.in(message);
        OptionalLong confirmed;
        boolean repeat;
        boolean live;
        @Nullable ChatId chat;
        List<ServerMessage> others;
        CompletableFuture<Void> made;
        synchronized (this) {
            BayeuxContext context = message.getBayeuxContext();
            SocketAddress from = context == null ? null : context.getRemoteAddress();
            boolean same = from != null && from.equals(connectedFrom);
            boolean first = connects++ == 0;
            connectedFrom = from;
            OptionalLong acknowledged = acknowledged(message);
            OptionalLong arrived = ofCurrent(named);
            // What was not delivered can't have arrived.
            confirmed = arrived.isPresent() && arrived.getAsLong() <= delivered ? arrived : acknowledged;
            repeat = false;
            chat = current;
            if (confirmed.isPresent()) {
                proved = Math.max(proved, Math.min(confirmed.getAsLong(), delivered));
            } else if (!first && acknowledgements == null && taken > proved && isDirect(context)) {
                if (!same) {
                    // A WebSocket takes rows between the answers, too.
                    doubtful = taken;
                    repeat = settings.repeatUnread();
                } else if (settings.confirmByConnect() && answered > proved && doubtful <= proved) {
                    proved = answered;
                    confirmed = OptionalLong.of(answered);
                }
            }
            repeat |= withheld;
            withheld = false;
            others = withheldOthers;
            withheldOthers = List.of();
            if (repeat) {
                generation++;
                awaitsRepeat = true;
                doubtful = proved;
                taken = proved;
                answered = proved;
            }
            made = room();
            live = !first && acknowledgements == null && caughtUp && queued.isEmpty();
        }
        if (chat != null && confirmed.isPresent()) {
            connections.confirmed(id, chat, confirmed.getAsLong());
        }
        giveBack(others);
        if (repeat) {
            connections.repeat(id);
        }
        if (made != null) {
            made.complete(null);
        }
        if (live && isByWebSocket(message)) {
            session.setMetaConnectDeliveryOnly(false);
        }
    }

    /** Returns a position that the client names, unless it is beyond what it has of this chat, and so of the one before. */
    synchronized OptionalLong ofCurrent(OptionalLong named) {
        return moved && named.isPresent() && named.getAsLong() > taken ? OptionalLong.empty() : named;
    }

    /** A connect is being answered; what is delivered by now goes with it or has gone before. */
    synchronized void answering(ServerMessage reply) {
        if (acknowledgements != null) {
            acknowledgements.answering(reply, delivered);
        }
    }

    /** Returns what the client acknowledges by the extension, and notes that it does so. */
    private OptionalLong acknowledged(ServerMessage message) {
        Number number = Acknowledgements.in(message);
        if (number == null) {
            return OptionalLong.empty();
        }
        if (acknowledgements == null) {
            acknowledgements = new Acknowledgements();
        }
        return acknowledgements.arrived(number);
    }

    /** Whether the client itself is at the other end of the connection, as far as the request tells. */
    private static boolean isDirect(@Nullable BayeuxContext context) {
        return context != null
                && !"HTTP/2.0".equals(context.getProtocol())
                && PROXY_HEADERS.stream().allMatch(header -> context.getHeader(header) == null);
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

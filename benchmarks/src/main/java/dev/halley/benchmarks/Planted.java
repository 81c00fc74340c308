package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Receipt;
import dev.halley.Row;
import dev.halley.Settings;
import dev.halley.Transcript;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.Connections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Slowdowns as they slip into a code base, put around the engine to see whether the table shows them. */
enum Planted {
    /** None. */
    NOTHING,
    /** One lock for all connections, held during deliveries, some of which wait for their socket. */
    LOCK,
    /** Each event looks at every chat there is. */
    SCAN,
    /** Each row is kept a second time, in a map. */
    OBJECTS;

    /** The system property that tells the other processes. */
    static final String PROPERTY = "halley.planted";

    static Planted of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Returns the engine with the slowdown that this process is told to put around it. */
    static ChatEngine around(ChatEngine engine) {
        Planted planted = of(System.getProperty(PROPERTY, NOTHING.name()));
        return planted == NOTHING ? engine : new Slow(engine, planted);
    }

    /** How often a socket is slow, and for how long. */
    private static final int SLOW_EVERY = 1_000;

    private static final long SLOW_NANOS = 10_000_000;

    private static final class Slow implements ChatEngine {
        private final ChatEngine engine;
        private final Planted planted;
        private final ReentrantLock lock = new ReentrantLock();
        private final ConcurrentHashMap<ChatId, Map<Long, List<Object>>> copies = new ConcurrentHashMap<>();
        private int deliveries;
        private long looked;

        Slow(ChatEngine engine, Planted planted) {
            this.engine = engine;
            this.planted = planted;
        }

        @Override
        public CompletionStage<ChatView> open(NewChat chat) {
            return engine.open(chat).thenApply(view -> {
                copies.put(view.id(), new HashMap<>());
                return view;
            });
        }

        @Override
        public CompletionStage<Optional<Receipt>> said(ChatId chat, ChatEvent event) {
            if (planted == SCAN) {
                copies.keySet().forEach(other -> looked += other.value().length());
            }
            return engine.said(chat, event).thenApply(receipt -> {
                if (planted == OBJECTS) {
                    long position = receipt.orElseThrow().position().orElse(0);
                    copies.computeIfPresent(chat, (id, rows) -> {
                        rows.put(position, new ArrayList<>(List.of(position, event)));
                        return rows;
                    });
                }
                return receipt;
            });
        }

        @Override
        public Connections connections() {
            Connections connections = engine.connections();
            return planted != LOCK
                    ? connections
                    : new Connections() {
                        @Override
                        public void refused(String bound) {
                            connections.refused(bound);
                        }

                        @Override
                        public CompletionStage<Boolean> admits(Arrival arrival) {
                            return connections.admits(arrival);
                        }

                        @Override
                        public CompletionStage<Void> attach(Arrival arrival, ClientLink link) {
                            return connections.attach(arrival, locked(link));
                        }

                        @Override
                        public CompletionStage<Void> left(ConnectionId connection, OptionalLong position) {
                            return connections.left(connection, position);
                        }

                        @Override
                        public CompletionStage<Void> leftLate(Arrival arrival, ConnectionId connection) {
                            return connections.leftLate(arrival, connection);
                        }

                        @Override
                        public void confirmed(ConnectionId connection, ChatId chat, long position) {
                            connections.confirmed(connection, chat, position);
                        }

                        @Override
                        public CompletionStage<Void> repeat(
                                ConnectionId connection, ChatId chat, long after, Duration delay) {
                            return connections.repeat(connection, chat, after, delay);
                        }
                    };
        }

        private ClientLink locked(ClientLink link) {
            return new ClientLink() {
                @Override
                public ConnectionId id() {
                    return link.id();
                }

                @Override
                public CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
                    lock.lock();
                    try {
                        if (++deliveries % SLOW_EVERY == 0) {
                            LockSupport.parkNanos(SLOW_NANOS);
                        }
                        return link.deliver(chat, rows);
                    } finally {
                        lock.unlock();
                    }
                }

                @Override
                public void begin() {
                    link.begin();
                }

                @Override
                public void close(Cause cause) {
                    link.close(cause);
                }
            };
        }

        @Override
        public CompletionStage<Optional<Receipt>> end(ChatId chat, ChatEvent last) {
            return engine.end(chat, last);
        }

        @Override
        public CompletionStage<Optional<ChatView>> device(ChatId chat, @Nullable Device device) {
            return engine.device(chat, device);
        }

        @Override
        public CompletionStage<Optional<ChatView>> refreshed(ChatId chat, long position) {
            return engine.refreshed(chat, position);
        }

        @Override
        public CompletionStage<Optional<Transcript>> transcript(ChatId chat, long after, int max) {
            return engine.transcript(chat, after, max);
        }

        @Override
        public CompletionStage<Optional<ChatView>> find(UserId owner, String serviceId, @Nullable String secureKey) {
            return engine.find(owner, serviceId, secureKey);
        }

        @Override
        public CompletionStage<List<ChatView>> chats(@Nullable ChatId after, int limit) {
            return engine.chats(after, limit);
        }

        @Override
        public Settings settings() {
            return engine.settings();
        }

        @Override
        public void close() {
            engine.close();
        }

        @Override
        public String toString() {
            return "Slow[" + planted + ", looked at " + looked + "]";
        }
    }
}

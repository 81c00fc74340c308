package dev.halley.benchmarks;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.ClientLink;
import dev.halley.spi.ConnectionId;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Any number of customers without a network. */
final class Crowd {

    /** As long as FCM's tokens are. */
    private static final String TOKEN = "d0:APA91b" + "x".repeat(140);

    private Crowd() {}

    static UserId user(int number) {
        return new UserId("customer-" + number);
    }

    /** Returns a device token in the form of its push service. */
    static String token(String type, int device) {
        return type.equals("ios") ? String.format(Locale.ROOT, "%064x", device) : TOKEN + device;
    }

    /** Opens a chat for a customer who can be pushed to. */
    static ChatId open(ChatEngine engine, int number, String type) {
        return engine.open(new NewChat("request-chat", user(number), Device.of(type, token(type, number)))
                        .withNickname("Mia"))
                .toCompletableFuture()
                .join()
                .id();
    }

    /** Connects a customer to nothing; what is delivered is lost. */
    static ConnectionId connect(ChatEngine engine, int number) {
        // As long as CometD's are.
        ConnectionId id = new ConnectionId(String.format(Locale.ROOT, "%026d", number));
        engine.connections()
                .attach(new Arrival(user(number), null, null, OptionalLong.empty()), new Nowhere(id))
                .toCompletableFuture()
                .join();
        return id;
    }

    /** Sends a customer who has seen everything into the background. */
    static void leave(ChatEngine engine, ConnectionId connection, long position) {
        engine.connections()
                .left(connection, OptionalLong.of(position))
                .toCompletableFuture()
                .join();
    }

    static void say(ChatEngine engine, ChatId chat, String text) {
        engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", text))
                .toCompletableFuture()
                .join();
    }

    private record Nowhere(ConnectionId id) implements ClientLink {
        @Override
        public CompletionStage<Void> deliver(ChatView chat, List<Row> rows) {
            return completedFuture(null);
        }

        @Override
        public void close(Cause cause) {}
    }
}

package dev.halley.internal;

import dev.halley.ChatId;
import dev.halley.RefusedException;
import dev.halley.RefusedException.Reason;
import dev.halley.Settings;
import dev.halley.UserId;
import dev.halley.internal.session.Session;
import dev.halley.spi.Observer;
import dev.halley.spi.SessionStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Decides whether there is room for a new chat, so that neither one customer nor all together take all memory.
 *
 * <p>This class is thread-safe.
 */
final class Admission {

    /** How many chats of a customer are kept for each that may be open: those that have ended take room, too. */
    private static final int KEPT = 10;

    private final SessionStore store;
    private final Sessions sessions;
    private final Settings settings;
    private final Observer observer;

    /** How many chats are being opened for each customer: they are not in the store yet. */
    private final ConcurrentHashMap<UserId, Integer> opening = new ConcurrentHashMap<>();

    Admission(SessionStore store, Sessions sessions, Settings settings, Observer observer) {
        this.store = store;
        this.sessions = sessions;
        this.settings = settings;
        this.observer = observer;
    }

    /**
     * Opens a chat if there is room for it.
     *
     * @param find called instead if the chat is there already
     */
    <T> CompletionStage<T> admit(
            UserId owner, ChatId chat, Supplier<CompletionStage<T>> open, Supplier<CompletionStage<T>> find) {
        if (settings.maxChatsPerUser() == 0 && store.hasRoomForChats()) {
            return open.get();
        }
        int now = opening.merge(owner, 1, Integer::sum);
        return sessions.idsOfOwner(owner)
                .thenCompose(known -> known.contains(chat) ? find.get() : admit(known, now, open))
                .whenComplete((opened, failure) ->
                        opening.computeIfPresent(owner, (user, count) -> count == 1 ? null : count - 1));
    }

    private <T> CompletionStage<T> admit(List<ChatId> known, int opening, Supplier<CompletionStage<T>> open) {
        long most = settings.maxChatsPerUser();
        if (!store.hasRoomForChats()) {
            return CompletableFuture.failedFuture(refusal(Reason.NO_ROOM_FOR_CHATS));
        }
        if (most == 0 || known.size() + opening <= most) {
            return open.get(); // the usual case, in which it does not matter how many have ended
        }
        if (known.size() + opening > most * KEPT) {
            return CompletableFuture.failedFuture(refusal(Reason.TOO_MANY_CHATS_OF_USER));
        }
        return sessions.readAll(known)
                .thenCompose(all -> living(all) + opening > most
                        ? CompletableFuture.failedFuture(refusal(Reason.TOO_MANY_CHATS_OF_USER))
                        : open.get());
    }

    private static long living(List<Session> sessions) {
        return sessions.stream().filter(session -> session.endedBy() == null).count();
    }

    /** Counts a refusal, and returns it in words. */
    RefusedException refusal(Reason reason) {
        boolean lacksBytes = !store.hasRoomForRows();
        String bound = switch (reason) {
            case TOO_MANY_CHATS_OF_USER -> "max_chats_per_user";
            case NO_ROOM_FOR_CHATS -> lacksBytes ? "max_bytes" : "max_chats";
            case NO_ROOM_FOR_EVENTS -> "max_bytes";
        };
        observer.refused(bound);
        return new RefusedException(
                reason,
                switch (reason) {
                    case TOO_MANY_CHATS_OF_USER ->
                        "A customer has at most " + settings.maxChatsPerUser() + " open chats, and " + KEPT
                                + " times as many with those that have ended (" + bound + ")";
                    case NO_ROOM_FOR_CHATS -> "There is no room for another chat now (" + bound + ")";
                    case NO_ROOM_FOR_EVENTS -> "There is no room for another event now (" + bound + ")";
                });
    }
}

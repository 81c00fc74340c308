package dev.halley.cometd;

import dev.halley.UserId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The sessions of each user in the order of their handshakes, to keep their number within a bound.
 *
 * <p>This class is thread-safe.
 */
final class SessionsByUser {

    private final int most;
    private final ConcurrentHashMap<UserId, List<CometdLink>> byUser = new ConcurrentHashMap<>();

    /** @param most how many sessions a user may have; 0 for no bound */
    SessionsByUser(int most) {
        this.most = most;
    }

    /** Returns whether a user may have another session. */
    boolean hasRoom(UserId user) {
        return most == 0 || byUser.getOrDefault(user, List.of()).size() < most;
    }

    /** Ends a user's oldest session that does not hold a poll; returns false if there is none. */
    boolean endOldest(UserId user) {
        Optional<CometdLink> oldest = byUser.getOrDefault(user, List.of()).stream()
                .filter(link -> !link.isHeld())
                .findFirst();
        oldest.ifPresent(CometdLink::end);
        return oldest.isPresent();
    }

    void add(CometdLink link) {
        if (most > 0) {
            byUser.merge(
                    link.user(),
                    List.of(link),
                    (all, one) -> Stream.concat(all.stream(), one.stream()).toList());
        }
    }

    void remove(CometdLink link) {
        byUser.computeIfPresent(link.user(), (user, all) -> {
            List<CometdLink> rest = all.stream().filter(other -> other != link).toList();
            return rest.isEmpty() ? null : rest;
        });
    }
}

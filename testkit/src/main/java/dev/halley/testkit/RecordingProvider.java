package dev.halley.testkit;

import static java.util.Objects.requireNonNullElseGet;
import static java.util.stream.Collectors.joining;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Row;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A push provider that sends nothing: it records what it was given and answers what the test has scripted, in that order,
 * and {@link Outcome.Accepted} after that.
 *
 * <p>This class is thread-safe.
 */
public final class RecordingProvider implements PushProvider {

    private final Map<Payload, Notification> formatted = new ConcurrentHashMap<>();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<Outcome>> answers = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /**
     * A push that was sent.
     *
     * @param notification what was to be told
     * @param payload as it travelled
     * @param device to whom
     */
    public record Sent(Notification notification, Payload payload, Device device) {

        /** Returns the push's identity. */
        public String key() {
            return payload.key();
        }

        /** Returns the positions of its rows. */
        public List<Long> positions() {
            return notification.rows().stream().map(Row::position).toList();
        }

        /** Returns the texts of its rows. */
        public List<String> texts() {
            return notification.rows().stream().map(row -> row.event().text()).toList();
        }
    }

    /** Answers the next pushes with these outcomes, one each, after those that were scripted before. */
    public void answerWith(Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            answers.add(CompletableFuture.completedFuture(outcome));
        }
    }

    /**
     * Leaves a push without an answer, the next one that nothing was scripted for.
     *
     * @return its answer, for the test to complete, late, with a failure, or never
     */
    public CompletableFuture<Outcome> hold() {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    /** Returns what was sent so far, each attempt, in order. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Returns whether the provider was closed. */
    public boolean closed() {
        return closed;
    }

    /** One line for the message, one for each row. */
    @Override
    public Payload format(Notification notification, Device device) {
        String rows = notification.rows().stream()
                .map(row -> "\n" + row.position() + " " + row.event().type() + ": "
                        + row.event().text())
                .collect(joining());
        Payload payload = new Payload(notification.key(), notification.message() + rows, Map.of());
        formatted.put(payload, notification);
        return payload;
    }

    @Override
    public CompletionStage<Outcome> send(Payload payload, Device device) {
        Notification notification = formatted.get(payload);
        if (notification == null) {
            throw new IllegalArgumentException("A payload that this provider did not format: " + payload);
        }
        sent.add(new Sent(notification, payload, device));
        return requireNonNullElseGet(answers.poll(), () -> CompletableFuture.completedFuture(new Outcome.Accepted()));
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "RecordingProvider[" + sent.size() + " sent]";
    }
}

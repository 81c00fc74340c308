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
 * A push provider that sends nothing: it records what it was given and answers what the test has scripted, in that
 * order, and {@link Outcome.Accepted} after that.
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
     * @param notification what the push is about
     * @param payload what was sent
     * @param device the device to which it was sent
     */
    public record Sent(Notification notification, Payload payload, Device device) {

        /** {@return the push's identity} */
        public String key() {
            return payload.key();
        }

        /** {@return the positions of its rows} */
        public List<Long> positions() {
            return notification.rows().stream().map(Row::position).toList();
        }

        /** {@return the texts of its rows} */
        public List<String> texts() {
            return notification.rows().stream().map(row -> row.event().text()).toList();
        }
    }

    /**
     * Answers the next pushes for which nothing was scripted yet.
     *
     * @param outcomes one for each push, in order
     */
    public void answerWith(Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            answers.add(CompletableFuture.completedFuture(outcome));
        }
    }

    /**
     * Leaves the next push for which nothing was scripted yet without an answer.
     *
     * @return the answer, which the test may complete late, with a failure, or never
     */
    public CompletableFuture<Outcome> hold() {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    /** {@return what was sent so far, each attempt, in order} */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** {@return whether the provider was closed} */
    public boolean closed() {
        return closed;
    }

    /** Writes one line for the message and one for each row. */
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
            throw new IllegalArgumentException("This provider did not format the payload " + payload);
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

package dev.halley.testkit;

import static java.util.Objects.requireNonNullElseGet;

import dev.halley.ChatId;
import dev.halley.spi.AgentLink;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An agent's desk that records what it was told, and succeeds unless the test has scripted something else.
 *
 * <p>This class is thread-safe.
 */
public final class RecordingAgentLink implements AgentLink {

    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();

    /**
     * A call, whether it succeeded or not.
     *
     * @param chat the chat
     * @param absence the number of the absence
     * @param text what to show to the agent
     */
    public record Told(ChatId chat, long absence, String text) {

        @Override
        public String toString() {
            return "Told[" + chat + ", absence=" + absence + "]";
        }
    }

    /**
     * Fails the next call for which nothing was scripted yet.
     *
     * @param failure how the call fails
     */
    public void fail(Throwable failure) {
        hold().completeExceptionally(failure);
    }

    /**
     * Leaves the next call for which nothing was scripted yet without an answer.
     *
     * @return the answer, which the test may complete late, with a failure, or never
     */
    public CompletableFuture<Void> hold() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    /** {@return every call so far, in order, including those that failed} */
    public List<Told> told() {
        return List.copyOf(told);
    }

    /**
     * Returns the absences of a chat that were told, in order. One that was told twice is listed twice.
     *
     * @param chat the chat
     * @return the numbers of the absences
     */
    public List<Long> absences(ChatId chat) {
        return told.stream()
                .filter(call -> call.chat().equals(chat))
                .map(Told::absence)
                .toList();
    }

    @Override
    public CompletionStage<Void> customerAway(ChatId chat, long absence, String text) {
        told.add(new Told(chat, absence, text));
        return requireNonNullElseGet(answers.poll(), () -> CompletableFuture.completedFuture(null));
    }
}

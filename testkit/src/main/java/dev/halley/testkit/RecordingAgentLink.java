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
 * An agent's desk that records what it was told, and takes it unless the test has scripted something else.
 *
 * <p>This class is thread-safe.
 */
public final class RecordingAgentLink implements AgentLink {

    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();

    /**
     * A call, whatever became of it.
     *
     * @param chat the chat
     * @param absence the number of the absence
     * @param text what was to be shown
     */
    public record Told(ChatId chat, long absence, String text) {

        @Override
        public String toString() {
            return "Told[" + chat + ", absence=" + absence + "]";
        }
    }

    /** Fails the next call that nothing was scripted for. */
    public void fail(Throwable failure) {
        hold().completeExceptionally(failure);
    }

    /**
     * Leaves a call without an answer, the next one that nothing was scripted for.
     *
     * @return its answer, for the test to complete, late, with a failure, or never
     */
    public CompletableFuture<Void> hold() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    /** Returns every call so far, in order, failed ones too. */
    public List<Told> told() {
        return List.copyOf(told);
    }

    /** Returns the absences of a chat that were told, in order; one that was told twice is there twice. */
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

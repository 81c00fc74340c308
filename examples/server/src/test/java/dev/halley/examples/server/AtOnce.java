package dev.halley.examples.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Plays many cases of a test at once, since they mostly wait; each is reported as a test of its own. */
final class AtOnce {

    /** One case. */
    interface Play<C> {
        void of(C played) throws Exception;
    }

    private static final int PLAYERS = 32;

    private AtOnce() {}

    static <C> Stream<DynamicTest> play(Stream<C> cases, Play<C> play) {
        ExecutorService players = Executors.newFixedThreadPool(PLAYERS);
        List<DynamicTest> tests =
                cases.map(played -> test(played, play, players)).toList();
        players.shutdown();
        return tests.stream();
    }

    private static <C> DynamicTest test(C played, Play<C> play, ExecutorService players) {
        CompletableFuture<Void> end = CompletableFuture.runAsync(
                () -> {
                    try {
                        play.of(played);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                players);
        return DynamicTest.dynamicTest(String.valueOf(played), () -> end.get(2, TimeUnit.MINUTES));
    }
}

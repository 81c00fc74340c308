package dev.halley.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.UserId;
import dev.halley.canaries.Canaries;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadSchedulerTest {

    private final ThreadScheduler scheduler = new ThreadScheduler();
    private final CountDownLatch ran = new CountDownLatch(1);

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void aTaskThatFails_isNotTheNextOnesLoss_andWhatItSaysStaysUnsaid() throws InterruptedException {
        UserId user = new UserId("canary-of-a-task@example.org");
        for (int i = 0; i < 100; i++) {
            scheduler.execute(() -> {
                throw new IllegalStateException("No place for " + user.value());
            });
        }
        scheduler.schedule(Duration.ofMillis(1), ran::countDown);

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        Canaries.check();
    }

    @Test
    void afterTheEnd_tasksAreDropped() {
        scheduler.close();

        scheduler.execute(ran::countDown);
        scheduler.schedule(Duration.ZERO, ran::countDown);

        assertThat(ran.getCount()).isEqualTo(1);
    }
}

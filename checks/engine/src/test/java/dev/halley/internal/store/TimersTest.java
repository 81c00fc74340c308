package dev.halley.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatId;
import dev.halley.spi.Scheduler;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimersTest {

    private record Wake(ChatId chat, Instant meant, Instant at) {}

    private final VirtualTime time = new VirtualTime();
    private final List<Wake> wakes = new ArrayList<>();
    private final Timers timers =
            new Timers(time, time, (chat, meant) -> wakes.add(new Wake(chat, meant, time.instant())));

    @Test
    void wakes_inTheOrderOfTheTimes_noneEarlyNoneLate() {
        List<Integer> seconds =
                new ArrayList<>(IntStream.rangeClosed(1, 500).boxed().toList());
        Collections.shuffle(seconds, new Random(42));
        seconds.forEach(this::add);

        time.advance(Duration.ofSeconds(500));

        assertThat(wakes).hasSize(500).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
        assertThat(wakes).allSatisfy(wake -> assertThat(wake.at()).isEqualTo(wake.meant()));
    }

    @Test
    void aTimeThatIsOver_wakesAtOnce() {
        add(-5);
        time.settle();
        assertThat(wakes).hasSize(1);
    }

    @Test
    void anEarlierTime_isNotKeptWaitingByALaterOne() {
        add(100);
        add(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(wakes).extracting(Wake::chat).containsExactly(new ChatId("chat1"));
        time.advance(Duration.ofSeconds(99));
        assertThat(wakes).hasSize(2);
    }

    @Test
    void moreThanOneBatch_allWake() {
        for (int i = 0; i < 2_500; i++) {
            add(1);
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(wakes).hasSize(2_500);
    }

    @Test
    void aHastyScheduler_wakesNobodyEarly() {
        AtomicInteger hasty = new AtomicInteger(1);
        Timers hurried = new Timers(
                time,
                new Scheduler() {
                    @Override
                    public void execute(Runnable task) {
                        time.execute(task);
                    }

                    @Override
                    public void schedule(Duration delay, Runnable task) {
                        time.schedule(hasty.getAndDecrement() > 0 ? Duration.ZERO : delay, task);
                    }
                },
                (chat, meant) -> wakes.add(new Wake(chat, meant, time.instant())));
        hurried.add(new ChatId("chat"), time.instant().plusSeconds(10));
        time.settle();
        assertThat(wakes).isEmpty();
        time.advance(Duration.ofSeconds(10));
        assertThat(wakes).hasSize(1);
        assertThat(hasty).hasNonPositiveValue();
    }

    @Test
    void whoIsWoken_mayAddAnother() {
        Timers[] self = new Timers[1];
        self[0] = new Timers(time, time, (chat, meant) -> {
            wakes.add(new Wake(chat, meant, time.instant()));
            if (wakes.size() < 3) {
                self[0].add(chat, time.instant().plusSeconds(1));
            }
        });
        self[0].add(new ChatId("chat"), time.instant().plusSeconds(1));
        time.advance(Duration.ofMinutes(1));
        assertThat(wakes).hasSize(3);
    }

    @Test
    void whomABusySchedulerHasRefused_isWokenLater_andSoAreTheOthers() {
        AtomicInteger refusals = new AtomicInteger(1);
        Timers busy = new Timers(
                time,
                new Scheduler() {
                    @Override
                    public void execute(Runnable task) {
                        if (refusals.getAndDecrement() > 0) {
                            throw new RejectedExecutionException();
                        }
                        time.execute(task);
                    }

                    @Override
                    public void schedule(Duration delay, Runnable task) {
                        time.schedule(delay, task);
                    }
                },
                (chat, meant) -> wakes.add(new Wake(chat, meant, time.instant())));
        Instant at = time.instant().plusSeconds(1);
        busy.add(new ChatId("chat1"), at);
        busy.add(new ChatId("chat2"), at);
        busy.add(new ChatId("chat3"), at.plusSeconds(60));

        time.advance(Duration.ofSeconds(5));
        assertThat(wakes).extracting(Wake::chat).containsExactlyInAnyOrder(new ChatId("chat1"), new ChatId("chat2"));
        assertThat(wakes).extracting(Wake::meant).containsOnly(at);
        time.advance(Duration.ofSeconds(60));
        assertThat(wakes).hasSize(3);
    }

    @Test
    void nothingToWake_schedulesNothing() {
        add(1);
        time.advance(Duration.ofSeconds(2));
        assertThat(time.nextDue()).isEmpty();
    }

    private void add(int seconds) {
        timers.add(new ChatId("chat" + Math.abs(seconds)), time.instant().plusSeconds(seconds));
    }
}

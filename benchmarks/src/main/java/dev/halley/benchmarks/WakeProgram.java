package dev.halley.benchmarks;

import dev.halley.ChatEngine;
import dev.halley.ChatId;
import dev.halley.Notification;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Timers that all run out, a given number each second. */
final class WakeProgram {

    /** A customer who never connects counts as away at once. */
    private static final Duration ATTACH_WITHIN = Duration.ofMillis(1);

    private final Duration grace;
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private final AtomicInteger early = new AtomicInteger();
    private final AtomicInteger twice = new AtomicInteger();
    private final Marked late = new Marked();
    private final ChatEngine engine;

    private static final long TICK_NANOS = 1_000_000;

    private WakeProgram(Duration grace) {
        this.grace = grace;
        this.engine = Planted.around(ChatEngine.builder()
                .settings(Settings.builder()
                        .maxChats(0)
                        .maxBytes(0)
                        .maxChatsPerUser(0)
                        .attachWithin(ATTACH_WITHIN)
                        .service(Settings.REQUEST_CHAT, ServiceSettings.DEFAULT.withGracePeriod(grace))
                        .build())
                .providers(NoPush.providers(this::woken))
                .build());
    }

    private void woken(Notification notification) {
        Instant due = notification.rows().get(0).at().plus(grace);
        long nanos = Duration.between(due, Instant.now()).toNanos();
        if (nanos < 0) {
            early.incrementAndGet();
        }
        if (!keys.add(notification.key())) {
            twice.incrementAndGet();
        }
        synchronized (late) {
            late.note(nanos);
        }
    }

    public static void main(String[] args) throws Exception {
        int perSecond = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        // All are said before the first is due.
        WakeProgram program = new WakeProgram(Duration.ofSeconds(seconds + 5));
        Commands.serve(words -> program.measure(perSecond, perSecond * seconds));
    }

    private Map<String, Number> measure(int perSecond, int timers) throws InterruptedException {
        ChatId[] chats = new ChatId[timers];
        for (int i = 0; i < timers; i++) {
            chats[i] = Crowd.open(engine, i, NoPush.TYPE);
        }
        Pace.rest(2);
        Pace.each(2, timers, perSecond, TICK_NANOS, (i, due) -> Crowd.say(engine, chats[i], Marked.text(due)));
        Pace.rest(grace.toSeconds() + 3);
        synchronized (late) {
            return Map.of(
                    "missing",
                    timers - keys.size(),
                    "early",
                    early,
                    "twice",
                    twice,
                    "p50",
                    late.micros(500) / 1e3,
                    "p99",
                    late.micros(990) / 1e3);
        }
    }
}

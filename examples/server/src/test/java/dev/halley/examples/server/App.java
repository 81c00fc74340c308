package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A customer's app, whatever it is made of. */
interface App extends AutoCloseable {

    /** A row as it arrived. */
    record Shown(long position, String text) {}

    /** What has arrived, in the order of its coming. */
    List<Shown> rows();

    /** Sends the app to the background, where it names its position, and awaits that the server has answered. */
    void background() throws Exception;

    /** Kills the app without a word. */
    @Override
    void close();

    /** Awaits that the app shows everything up to a position. */
    default void awaitShown(long from, long to) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    List<Shown> shown = shown(rows(), from);
                    return !shown.isEmpty() && shown.get(shown.size() - 1).position() >= to;
                });
    }

    /** What an app shows of what arrived: it drops what it has; a gap is a failure. */
    static List<Shown> shown(List<Shown> rows, long from) {
        List<Shown> shown = new ArrayList<>();
        long next = from;
        for (Shown row : rows) {
            assertThat(row.position()).as("a gap in %s", rows).isLessThanOrEqualTo(next);
            if (row.position() == next) {
                shown.add(row);
                next++;
            }
        }
        return shown;
    }

    /** The positions that an app shows which had everything before the first. */
    default List<Long> positionsFrom(long from) {
        return shown(rows(), from).stream().map(Shown::position).toList();
    }
}

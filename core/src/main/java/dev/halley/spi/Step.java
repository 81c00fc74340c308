package dev.halley.spi;

import dev.halley.Row;
import java.util.List;
import java.util.Optional;

/**
 * What a rule decides: the next state and what is written with it.
 *
 * @param next the state to keep; the very same object for no change; empty to remove the session and its rows
 * @param append rows that follow the head, in order
 */
public record Step(Optional<SessionState> next, List<Row> append) {

    /** Copies the rows. */
    public Step {
        append = List.copyOf(append);
    }
}

package dev.halley.spi;

import dev.halley.Row;
import java.util.List;
import java.util.Optional;

/**
 * What a rule decides: the next state, and the rows to write with it.
 *
 * @param next the state to keep; the same object for no change; empty to remove the session and its rows
 * @param append the rows to write after the head, in order
 */
public record Step(Optional<SessionState> next, List<Row> append) {

    /**
     * Copies the rows.
     *
     * @param next {@link #next()}
     * @param append {@link #append()}
     */
    public Step {
        append = List.copyOf(append);
    }
}

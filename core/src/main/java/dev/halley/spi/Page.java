package dev.halley.spi;

import dev.halley.Row;
import java.util.List;

/**
 * A session and rows of it, as of the same instant.
 *
 * @param state the session
 * @param rows contiguous, in order
 */
public record Page(SessionState state, List<Row> rows) {}

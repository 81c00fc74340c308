package dev.halley.spi;

import dev.halley.Row;
import java.util.List;
import java.util.Optional;

/**
 * What a store has committed. If nothing changed, before and after are the same object.
 *
 * @param before the state to which the rule was applied
 * @param after the state now; empty if the session was removed
 * @param appended the rows that were written
 */
public record Change(SessionState before, Optional<SessionState> after, List<Row> appended) {}

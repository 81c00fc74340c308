package dev.halley.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.internal.session.SessionCodec;
import dev.halley.spi.SessionState;

/** Sessions as a store has kept them. */
public final class CodecEntry {

    private static final SessionCodec CODEC = new SessionCodec();

    private CodecEntry() {}

    public static void session(String data) {
        SessionState state;
        try {
            state = CODEC.decode(data);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(CODEC.decode(CODEC.encode(state))).isEqualTo(state);
    }
}

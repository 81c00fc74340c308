package dev.halley.examples.server;

import dev.halley.fixtures.Cases;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link UnderAttack} in short, with more time for a machine that has other work. */
@Tag(Cases.THOROUGH)
class AttackTest {

    @Test
    void halfAMinuteOfEverything_holdsNobodyUp(@TempDir Path folder) throws Exception {
        UnderAttack.check(UnderAttack.play(folder, Duration.ofSeconds(30)), Duration.ofSeconds(2));
    }
}

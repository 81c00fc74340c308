package dev.halley.checks;

import dev.halley.spi.SessionStore;
import dev.halley.testkit.SerializingSessionStore;

/** Every state passes through text, commits conflict, and signals are doubled or lost. */
class EngineOnSerializingStoreTest extends EngineTest {
    @Override
    SessionStore store() {
        return new SerializingSessionStore.Cluster(time)
                .conflicts(0.3)
                .lostSignals(0.2)
                .doubledSignals(0.2)
                .node();
    }
}

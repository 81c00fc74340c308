package dev.halley.checks;

import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.spi.SessionStore;

class EngineOnInMemoryStoreTest extends EngineTest {
    @Override
    SessionStore store() {
        return new InMemorySessionStore(time, time);
    }
}

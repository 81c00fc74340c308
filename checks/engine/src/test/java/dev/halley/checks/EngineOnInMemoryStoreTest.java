package dev.halley.testkit;

import dev.halley.internal.InMemorySessionStore;
import dev.halley.spi.SessionStore;

class EngineOnInMemoryStoreTest extends EngineTest {
    @Override
    SessionStore store() {
        return new InMemorySessionStore(time, time);
    }
}

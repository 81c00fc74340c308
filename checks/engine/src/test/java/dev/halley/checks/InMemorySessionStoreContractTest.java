package dev.halley.checks;

import dev.halley.internal.store.InMemorySessionStore;
import dev.halley.spi.SessionStore;
import dev.halley.testkit.SessionStoreContract;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;

// readme: shown
class InMemorySessionStoreContractTest extends SessionStoreContract {

    private final VirtualTime time = new VirtualTime();

    @Override
    protected SessionStore open() {
        return new InMemorySessionStore(time, time);
    }

    @Override
    protected void pass(Duration duration) {
        time.advance(duration);
    }
}
// readme: end

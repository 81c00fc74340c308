package dev.halley.testkit.outside;

import dev.halley.spi.SessionStore;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.SessionStoreContract;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

class SerializingSessionStoreContractTest {

    @Nested
    class Faultless extends Contract {
        Faultless() {
            super(new VirtualTime());
        }
    }

    @Nested
    class WithConflictsAndLostSignals extends Contract {
        WithConflictsAndLostSignals() {
            super(new VirtualTime());
            cluster.conflicts(0.3).lostSignals(0.3).doubledSignals(0.3);
        }
    }

    @Nested
    class FarAway extends Contract {
        FarAway() {
            super(VirtualTime.shuffled(1));
            cluster.delay(Duration.ofMillis(5)).conflicts(0.1);
        }
    }

    abstract static class Contract extends SessionStoreContract {

        private final VirtualTime time;
        final SerializingSessionStore.Cluster cluster;

        Contract(VirtualTime time) {
            this.time = time;
            this.cluster = new SerializingSessionStore.Cluster(time, time, 1);
        }

        @Override
        protected SessionStore open() {
            return cluster.node();
        }

        @Override
        protected void pass(Duration duration) {
            time.advance(duration);
        }

        @Override
        protected boolean shared() {
            return true;
        }

        @Override
        protected void kill(SessionStore store) {
            cluster.kill(store.node());
        }

        @Override
        protected void loseNextReply() {
            cluster.loseNextReply();
        }
    }
}

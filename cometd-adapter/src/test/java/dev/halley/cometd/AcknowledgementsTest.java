package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.cometd.bayeux.Message;
import org.cometd.server.ServerMessageImpl;
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {

    private final Acknowledgements acknowledgements = new Acknowledgements();

    @Test
    void batchesOfNothingNew_areNotKept_howeverManyConnectsThereAre() {
        for (int i = 1; i <= 10_000; i++) {
            answer(i, 5, 0);
        }
        assertThat(acknowledgements.kept()).isEqualTo(1);
        assertThat(acknowledgements.arrived(10_000)).hasValue(5);
        assertThat(acknowledgements.kept()).isZero();
    }

    @Test
    void connectsThatAreNeverAnswered_areNotKept() {
        for (int i = 1; i <= 10_000; i++) {
            acknowledgements.answering(reply(i), 5);
        }
        assertThat(acknowledgements.kept()).isLessThan(20);
    }

    @Test
    void eachBatchWithSomethingNew_confirmsItsOwnPosition() {
        answer(1, 3, 100);
        answer(2, 3, 0);
        answer(3, 4, 50);
        answer(4, 4, 20); // the application's own, which takes room too
        assertThat(acknowledgements.arrived(2)).hasValue(3);
        assertThat(acknowledgements.takeArrivedSize()).isEqualTo(100);
        assertThat(acknowledgements.arrived(2)).isEmpty();
        assertThat(acknowledgements.arrived(4)).hasValue(4);
        assertThat(acknowledgements.takeArrivedSize()).isEqualTo(70);
    }

    private void answer(int number, long delivered, int dequeued) {
        ServerMessageImpl reply = reply(number);
        acknowledgements.answering(reply, delivered);
        acknowledgements.dequeued(dequeued);
        acknowledgements.answered(reply);
    }

    private static ServerMessageImpl reply(int number) {
        ServerMessageImpl reply = new ServerMessageImpl();
        reply.setId(String.valueOf(number));
        Map<String, Object> ext = new HashMap<>();
        ext.put("ack", number);
        reply.put(Message.EXT_FIELD, ext);
        return reply;
    }
}

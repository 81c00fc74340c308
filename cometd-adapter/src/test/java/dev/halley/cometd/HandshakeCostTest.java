package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What somebody may cost who only shakes hands. */
class HandshakeCostTest {

    private static final int HANDSHAKES = 20_000;

    /** CometD's own session has 0.76 KB, and as much again for its cookie and its place in two maps. */
    private static final long COMETDS_BYTES = 1_500;

    private static final long OURS_BYTES = 1_024;

    @Test
    void handshakeAlone_keepsLessThanAKilobyte_howeverMuchCameWithIt() {
        try (Wire wire = new Wire(0, Settings.builder().maxSessionsPerUser(0))) {
            Map<String, Object> ext = Map.of(
                    "serviceId", "x".repeat(256),
                    "secureKey", "y".repeat(256),
                    "transcriptPosition", "1",
                    "more", "z".repeat(100_000));
            wire.handshake("mia", ext);
            long before = used();
            for (int i = 0; i < HANDSHAKES; i++) {
                // A text of its own each time, as a parser makes them.
                wire.handshake(
                        "mia",
                        Map.of(
                                "serviceId", i + "x".repeat(250),
                                "secureKey", i + "y".repeat(250),
                                "more", i + "z".repeat(10_000)));
            }
            long each = (used() - before) / HANDSHAKES;
            System.out.println("A handshake alone keeps " + each + " bytes of CometD's and ours");
            assertThat(each).isLessThan(COMETDS_BYTES + OURS_BYTES);
        }
    }

    @Test
    void serviceOrKey_thatIsTooLong_isRefused() {
        try (Wire wire = new Wire(0)) {
            for (String name : new String[] {"serviceId", "secureKey"}) {
                assertThat(wire.handshakeReply("mia", Map.of(name, "x".repeat(257)))
                                .get("error"))
                        .isEqualTo("400::ext_too_long");
            }
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

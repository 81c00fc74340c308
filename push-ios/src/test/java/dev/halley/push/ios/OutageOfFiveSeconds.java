package dev.halley.push.ios;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Takes a minute, so it is run by its name. */
class OutageOfFiveSeconds {

    @Test
    void amidTwentyThousandPushes_costsNone() throws Exception {
        System.out.println(Outage.play(20_000, 500, Duration.ofSeconds(5), Duration.ofMinutes(5)));
    }
}

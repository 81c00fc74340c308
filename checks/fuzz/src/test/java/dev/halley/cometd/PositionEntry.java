package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Positions, as texts and as what a JSON parser makes of numbers. */
public final class PositionEntry {

    private PositionEntry() {}

    public static void position(String data) {
        Positions.of(data).ifPresent(position -> assertThat(position).isBetween(0L, 999_999_999_999_999_999L));
        for (Object other :
                List.of(data.hashCode(), (long) data.hashCode() << 31, (double) data.length(), List.of(data))) {
            Positions.of(other)
                    .ifPresent(
                            position -> assertThat(position).isNotNegative().isEqualTo(((Number) other).longValue()));
        }
        assertThat(Positions.of(Map.of("transcriptPosition", data))).isEmpty();
        assertThat(Positions.of(new BigDecimal("1.5"))).isEmpty();
        assertThat(Positions.of(BigInteger.TEN.pow(26))).isEmpty();
    }
}

package dev.halley.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.Party;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 15, 1_000, 100_000, 4_194_304})
    void whatIsKept_isWithinTheBound_andNotMuchLess(long most) {
        Random random = new Random(most);
        for (int history = 0; history < 50; history++) {
            int longest = 1 + random.nextInt(24_000);
            int[] sizes = random.ints(1_000, 0, longest).toArray();
            Volume volume = Volume.NONE;
            long sum = 0;
            for (int i = 0; i < sizes.length; i++) {
                volume = volume.with(i + 1, sizes[i], most);
                sum += sizes[i];
                long omitted = volume.dropped().position();
                long kept = 0;
                for (int j = (int) omitted; j <= i; j++) {
                    kept += sizes[j];
                }
                assertThat(omitted).as("the new row stays").isLessThanOrEqualTo(i);
                if (kept > most) {
                    assertThat(kept - sizes[i]).as("beside the new row").isLessThan(Math.max(1, most / 16));
                }
                if (omitted > 0) {
                    assertThat(kept).isGreaterThanOrEqualTo(most - most / 16 - longest);
                }
            }
            assertThat(volume.total()).isEqualTo(sum);
            assertThat(volume.marks()).hasSizeLessThanOrEqualTo(17);
        }
    }

    @Test
    void withoutABound_nothingIsDropped() {
        Volume volume = Volume.NONE;
        for (int i = 1; i <= 1_000; i++) {
            volume = volume.with(i, 1_000_000, 0);
        }
        assertThat(volume).isEqualTo(new Volume(1_000_000_000, Volume.NONE.dropped(), Volume.NONE.marks()));
    }

    @Test
    void boundThatIsSetLater_dropsWhatIsThere_withTheNextPortion() {
        Volume volume = Volume.NONE.with(1, 5_000, 0).with(2, 5_000, 0).with(3, 100, 1_000);
        assertThat(volume.with(4, 1, 1_000).dropped().position()).isEqualTo(3);
    }

    @Test
    void bytes_areThoseOfNicknameAndTextAsUtf8() {
        assertThat(Volume.bytesOf(ChatEvent.text(Party.AGENT, "Zoë", "€ \uD800")))
                .isEqualTo(4 + 3 + 1 + 3);
    }
}

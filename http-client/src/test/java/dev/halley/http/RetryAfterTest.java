package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00.5Z");

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "2, PT2S",
        " 120 , PT2M",
        "86400, PT24H",
        "86401, PT24H",
        "99999999999999999999999, PT24H",
        "'Tue, 24 Nov 2026 08:00:30 GMT', PT29.5S",
        "'Tuesday, 24-Nov-26 08:00:30 GMT', PT29.5S",
        "'Tue Nov 24 08:00:30 2026', PT29.5S",
        "'Tue, 24 Nov 2026 07:00:00 GMT', PT0S",
        "'Thu, 24 Nov 2039 08:00:30 GMT', PT24H",
    })
    void parse_readsSecondsOrADate(String value, Duration wait) {
        assertThat(RetryAfter.parse(value, null, NOW)).contains(wait);
    }

    @ParameterizedTest
    @CsvSource({
        "'Tue, 24 Nov 2026 09:00:30 GMT', 'Tue, 24 Nov 2026 09:00:00 GMT', PT30S",
        "'Tue, 24 Nov 2026 07:00:30 GMT', 'Tue, 24 Nov 2026 07:00:00 GMT', PT30S",
        "'Tue, 24 Nov 2026 07:00:30 GMT', 'Tue, 24 Nov 2026 08:00:00 GMT', PT0S",
        "'Tue, 24 Nov 2026 08:00:30 GMT', yesterday, PT29.5S",
        "'Tue, 24 Nov 2026 08:00:30 GMT', '', PT29.5S",
        "120, 'Tue, 24 Nov 2026 09:00:00 GMT', PT2M",
    })
    void parse_reckonsFromTheDateOfTheAnswer_whoseClockMayBeAnotherThanOurs(String value, String date, Duration wait) {
        assertThat(RetryAfter.parse(value, date, NOW)).contains(wait);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "-1", "1.5", "soon", "2 s", "Tue, 99 Nov 2026 08:00:30 GMT", "٣"})
    void parse_ignoresWhatIsNeither(String value) {
        assertThat(RetryAfter.parse(value, null, NOW)).isEmpty();
    }
}

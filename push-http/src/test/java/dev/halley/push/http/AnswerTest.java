package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00.5Z");

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void status2xx_isAccepted(int status) {
        assertThat(Answer.of(status, "5", NOW)).isEqualTo(new Outcome.Accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 413, 415, 422, 451, 499})
    void status3xxAndMost4xx_areRejected(int status) {
        assertThat(Answer.of(status, "5", NOW)).isEqualTo(new Outcome.Rejected(Integer.toString(status)));
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 408, 425, 429, 500, 501, 502, 503, 504, 507, 599})
    void status5xxAndAFew4xx_areUnavailable(int status) {
        assertThat(Answer.of(status, null, NOW)).isEqualTo(new Outcome.Unavailable(Integer.toString(status)));
    }

    @Test
    void status410_isUnregistered() {
        assertThat(Answer.of(410, null, NOW)).isEqualTo(new Outcome.Unregistered("410"));
    }

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
    void retryAfter_isSecondsOrADate(String value, Duration wait) {
        assertThat(Answer.of(503, value, NOW)).isEqualTo(new Outcome.Unavailable("503", Optional.of(wait)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "2 s", "Tue, 99 Nov 2026 08:00:30 GMT", "٣"})
    void retryAfter_thatIsNeitherIsIgnored(String value) {
        assertThat(Answer.of(503, value, NOW)).isEqualTo(new Outcome.Unavailable("503"));
    }
}

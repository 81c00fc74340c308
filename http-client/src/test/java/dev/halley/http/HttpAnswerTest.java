package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Outcome;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.http.BadMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {

    private static final Optional<Duration> FIVE = Optional.of(Duration.ofSeconds(5));

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void status2xx_isAccepted(int status) {
        assertThat(outcome(status, FIVE)).isEqualTo(new Outcome.Accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 304, 307, 308, 400, 405, 409, 415, 422, 451, 499})
    void status3xxAndMost4xx_areRejected(int status) {
        assertThat(outcome(status, FIVE)).isEqualTo(new Outcome.Rejected(Integer.toString(status)));
    }

    @Test
    void status413_isTooLarge() {
        assertThat(outcome(413, FIVE)).isEqualTo(new Outcome.TooLarge("413"));
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 408, 425, 429, 500, 501, 502, 503, 504, 507, 599})
    void status5xxAndAFew4xx_areUnavailable(int status) {
        assertThat(outcome(status, Optional.empty())).isEqualTo(new Outcome.Unavailable(Integer.toString(status)));
        assertThat(outcome(status, FIVE)).isEqualTo(new Outcome.Unavailable(Integer.toString(status), FIVE));
    }

    /** A deploy, a firewall, a secret that is being replaced, a proxy. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 407})
    void statusThatIsNotThePushsFault_isUnavailable(int status) {
        assertThat(outcome(status, Optional.empty())).isEqualTo(new Outcome.Unavailable(Integer.toString(status)));
        assertThat(outcome(status, FIVE)).isEqualTo(new Outcome.Unavailable(Integer.toString(status), FIVE));
    }

    @Test
    void status410_isUnregistered() {
        assertThat(outcome(410, Optional.empty())).isEqualTo(new Outcome.Unregistered("410"));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new TimeoutException("secret"), "timeout"),
                Arguments.of(new SocketTimeoutException("secret"), "timeout"),
                Arguments.of(new LookUpTimeoutException(), "look-up timeout"),
                Arguments.of(new UnknownHostException("secret"), "unknown host"),
                Arguments.of(new UnresolvedAddressException(), "unknown host"),
                Arguments.of(new ConnectException("secret"), "no connection"),
                Arguments.of(new NoRouteToHostException("secret"), "no connection"),
                Arguments.of(new SSLHandshakeException("secret"), "TLS failed"),
                Arguments.of(new BadMessageException("secret"), "malformed answer"),
                Arguments.of(new EOFException("secret"), "connection lost"),
                Arguments.of(new IOException("secret"), "connection lost"),
                Arguments.of(new RejectedExecutionException("secret"), "too much to do"),
                Arguments.of(new IllegalStateException("secret"), "IllegalStateException"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void noAnswer_isUnavailable_forAReasonInAWord(Throwable failure, String reason) {
        HttpAnswer answer = HttpAnswer.failed(failure);
        assertThat(answer.status()).isZero();
        assertThat(answer.toOutcome()).isEqualTo(new Outcome.Unavailable(reason));
        assertThat(answer).hasToString("HttpAnswer[" + reason + "]");
        // So that the log tells them apart.
        assertThat(HttpAnswer.reasons().contains(reason)).isEqualTo(!reason.endsWith("Exception"));
    }

    @Test
    void forbiddenAddress_isRejected() {
        HttpAnswer answer = HttpAnswer.failed(new ForbiddenAddressException());
        assertThat(answer.isTemporary()).isFalse();
        assertThat(answer.toOutcome()).isEqualTo(new Outcome.Rejected("forbidden address"));
    }

    @Test
    void toString_hasNothingOfTheBody() {
        assertThat(HttpAnswer.of(400, Optional.empty(), "secret")).hasToString("HttpAnswer[400]");
    }

    private static Outcome outcome(int status, Optional<Duration> retryAfter) {
        return HttpAnswer.of(status, retryAfter, "").toOutcome();
    }
}

package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.junit.jupiter.api.Test;

class GuardedResolverTest {

    private static final InetSocketAddress INSIDE = new InetSocketAddress(InetAddresses.forString("10.0.0.1"), 443);
    private static final InetSocketAddress OUTSIDE = new InetSocketAddress(InetAddresses.forString("8.8.8.8"), 443);

    @Test
    void resolve_leavesOutWhatIsNotAdmitted() {
        assertThat(resolve((host, port, promise) -> promise.succeeded(List.of(INSIDE, OUTSIDE, INSIDE))))
                .isCompletedWithValue(List.of(OUTSIDE));
    }

    @Test
    void resolve_failsIfNothingIsAdmitted() {
        assertThat(resolve((host, port, promise) -> promise.succeeded(List.of(INSIDE))))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(ForbiddenAddressException.class);
    }

    @Test
    void resolve_passesFailuresOn() {
        assertThat(resolve((host, port, promise) -> promise.failed(new UnknownHostException())))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(UnknownHostException.class);
    }

    private static CompletableFuture<List<InetSocketAddress>> resolve(SocketAddressResolver resolver) {
        CompletableFuture<List<InetSocketAddress>> result = new CompletableFuture<>();
        new GuardedResolver(resolver, (host, port, address) -> PublicAddresses.contain(address))
                .resolve("hooks.example", 443, Promise.from(result::complete, result::completeExceptionally));
        return result;
    }
}

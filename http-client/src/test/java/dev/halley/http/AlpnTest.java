package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.standins.AlpnRelay;
import dev.halley.standins.FcmStandIn;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways that refuse clients which do not say what they speak. */
class AlpnTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void post_throughARelayThatInsistsOnAlpn_isAnswered(boolean http2) throws Exception {
        WebClient.Builder settings = WebClient.builder("halley-test").tls(Tls.trust());
        try (FcmStandIn server = FcmStandIn.builder(Tls.CERTIFICATES).start();
                AlpnRelay relay = new AlpnRelay(URI.create(server.url()).getPort());
                WebClient client = http2 ? settings.http2().build() : settings.build()) {
            Post post = new Post(
                    URI.create("https://localhost:" + relay.port() + "/nowhere"),
                    "application/json",
                    "{}",
                    Map.of(),
                    Duration.ofSeconds(5));
            assertThat(client.post(post)
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .status())
                    .isEqualTo(401);
            assertThat(relay.offered()).containsExactly(http2 ? List.of("h2", "http/1.1") : List.of("http/1.1"));
        }
    }
}

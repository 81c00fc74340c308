package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Outcome;
import dev.halley.standins.ProxyStandIn;
import dev.halley.testkit.Pushes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A computer whose only way out is an HTTP proxy. */
@Isolated
class ProxyTest {

    private static final String URL = "http://hooks.halley-test.com/push";

    private Receiver receiver;
    private ProxyStandIn proxy;

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
        proxy = ProxyStandIn.start().route("hooks.halley-test.com:80", receiver.port());
    }

    @AfterEach
    void stop() {
        proxy.close();
        receiver.close();
    }

    private String proxyUrl() {
        return "http://127.0.0.1:" + proxy.port();
    }

    @ParameterizedTest
    @CsvSource({
        "push, proxy",
        "push.provider.customhttp, proxy",
        "push, customhttp.proxy",
        "push.provider.customhttp, customhttp.proxy",
    })
    void push_goesThroughTheProxyOfTheOptions(String section, String option) throws Exception {
        Map<String, Map<String, String>> sections = new HashMap<>(Map.of("push", Map.of("customhttp.url", URL)));
        sections.merge(section, Map.of(option, proxyUrl()), (one, other) -> {
            Map<String, String> both = new HashMap<>(one);
            both.putAll(other);
            return both;
        });
        try (Pushes pushes = new Pushes(new HttpProviderFactory(), sections, Device.of("customhttp", "device-1"))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(receiver.only().target()).isEqualTo("/push");
            assertThat(proxy.requests()).containsExactly("POST " + URL + " HTTP/1.1");
        }
    }

    @Test
    void push_goesThroughTheProxyOfTheJvm_unlessAnOptionSaysOtherwise() throws Exception {
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
        try {
            try (Pushes pushes = HttpPushes.of("customhttp", Map.of("customhttp.url", URL))) {
                assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
                assertThat(receiver.only().target()).isEqualTo("/push");
            }
            try (Pushes pushes =
                    HttpPushes.of("customhttp", Map.of("customhttp.url", URL, "customhttp.proxy", "none"))) {
                assertThat(pushes.send()).isInstanceOf(Outcome.Unavailable.class);
            }
            // The proxy would look up what devices name.
            try (Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.allow", "http://*.halley-test.com"))) {
                assertThat(pushes.send(Device.of("httpcb", URL), "Hello")).isInstanceOf(Outcome.Unavailable.class);
            }
            assertThat(proxy.requests()).hasSize(1);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
    }

    @Test
    void pushToADevicesUrl_goesThroughItsOwnProxy_ifThatIsSet() throws Exception {
        Map<String, String> options =
                Map.of("httpcb.proxy", proxyUrl(), "httpcb.allow", "http://hooks.halley-test.com", "proxy", "none");
        try (Pushes pushes = HttpPushes.of("httpcb", options)) {
            assertThat(pushes.send(Device.of("httpcb", URL), "Hello")).isEqualTo(new Outcome.Accepted());
            assertThat(receiver.only().target()).isEqualTo("/push");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.0.0.1/",
                "https://[::ffff:10.0.0.1]/",
                "https://169.254.169.254/",
                "https://hooks/",
                "https://push_receiver/",
                "https://hooks.internal/",
                "https://127.0.0.1/"
            })
    void pushToADevicesUrlInside_isRejected_andTheProxyIsNotAsked(String url) throws Exception {
        try (Pushes pushes = HttpPushes.of("httpcb", Map.of("httpcb.proxy", proxyUrl()))) {
            assertThat(pushes.send(Device.of("httpcb", url), "Hello"))
                    .isEqualTo(new Outcome.Rejected("forbidden address"));
            assertThat(pushes.send(Device.of("httpcb", "https://127.0.0.1:" + proxy.port()), "Hello"))
                    .isEqualTo(new Outcome.Rejected("forbidden address"));
            assertThat(proxy.requests()).isEmpty();
        }
    }

    /** A device chooses its provider, and so must not choose a proxy or its password. */
    @ParameterizedTest
    @CsvSource({"customhttp, customhttp.proxy", "httpcb, httpcb.proxy"})
    void proxyThatADeviceCouldChoose_isRefused(String type, String option) {
        Map<String, Map<String, String>> sections = Map.of(
                "push", Map.of("customhttp.url", URL),
                "push.provider.eu", Map.of(option, "http://ann:Hunter2@127.0.0.1:9"));
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> new Pushes(new HttpProviderFactory(), sections, Device.of(type, "device-1")))
                .withMessage(option + " belongs in [push.provider." + type + "] or [push]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"customhttp.proxy", "httpcb.proxy", "proxy"})
    void wrongProxy_isRefused_andNotPrinted(String option) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> HttpPushes.of(
                        "customhttp", Map.of("customhttp.url", URL, option, "https://ann:Hunter2@127.0.0.1:9")))
                .withMessageContaining(option + " = (not shown): accepted is http://name:port")
                .withMessageNotContaining("Hunter2");
    }
}

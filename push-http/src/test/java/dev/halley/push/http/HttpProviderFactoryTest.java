package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Options;
import dev.halley.PushProviders;
import dev.halley.spi.ProviderConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProviderFactoryTest {

    @Test
    void discover_makesAProviderForEachEnabledType() {
        Options options = Options.of(Map.of(
                "push", Map.of("pushEnabled", "customhttp, httpcb", "customhttp.url", "http://127.0.0.1:9/secret")));
        try (PushProviders providers = PushProviders.discover(options)) {
            assertThat(providers.types()).containsExactlyInAnyOrder("customhttp", "httpcb");
            assertThat(providers.provider("customhttp").orElseThrow()).hasToString("HttpProvider[customhttp]");
            assertThat(providers.provider("httpcb").orElseThrow()).hasToString("HttpProvider[httpcb]");
        }
    }

    @Test
    void create_refusesToBeWithoutAnUrl() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> HttpPushes.of("customhttp", Map.of()))
                .withMessage(
                        "[push.provider.customhttp] customhttp.url = (missing): accepted is an absolute http or https"
                                + " URL with a host, without user-info and fragment");
    }

    @Test
    void create_takesAnUrlFromAnySection() {
        Options options =
                HttpPushes.options(Map.of("push.provider.other", Map.of("customhttp.url", "http://127.0.0.1:9/")));
        new HttpProviderFactory()
                .create(new ProviderConfig("customhttp", options))
                .close();
    }

    @Test
    void create_refusesAnAllowListWhereNobodyWouldReadIt() {
        Options options = HttpPushes.options(
                Map.of("push.provider.event.chat.newagentmessage", Map.of("httpcb.allow", "a.internal")));
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> new HttpProviderFactory().create(new ProviderConfig("httpcb", options)))
                .withMessage("httpcb.allow belongs in [push.provider.httpcb] or [push]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:9000/push",
                "http://localhost",
                "https://hooks.example/push?key=1",
                "http://[::1]:80/",
                "http://10.0.0.1/"
            })
    void url_mayBeAnywhere(String url) {
        assertThat(options("customhttp.url", url)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "customhttp.url, hooks.example/push, an absolute http or https URL",
        "customhttp.timeout, 0, whole seconds from 1 to 30",
        "customhttp.timeout, 31, whole seconds from 1 to 30",
        "customhttp.timeout, 1.5, whole seconds from 1 to 30",
        "httpcb.allow, https://a.internal, [http://]host[:port]",
    })
    void wrongValue_isRefusedWithWhatIsAccepted(String option, String value, String accepted) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> options(option, value))
                .withMessageContaining("[push.provider.customhttp] " + option + " = '" + value + "'")
                .withMessageContaining(accepted);
    }

    @ParameterizedTest
    @CsvSource({
        "customhttp.secret, hunter2, whsec_ followed by base64",
        "customhttp.secret, whsec_hunter2!, whsec_ followed by base64",
        "customhttp.authorization, Bearer hunter2\u00e9, printable ASCII",
        "customhttp.authorization, 'Bearer\nX-Evil: hunter2', printable ASCII",
        "customhttp.url, https://bob:hunter2@hooks.example/, without user-info",
        "customhttp.url, https://bob:x@hunter2@hooks.example/, without user-info",
    })
    void wrongSecret_isRefusedAndNotPrinted(String option, String value, String accepted) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> options(option, value))
                .withMessageContaining(accepted)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    @Test
    void circuit_isTheOriginThatTheOperatorNamedForTheDevice() {
        Options options = HttpPushes.options(Map.of(
                "push", Map.of("customhttp.url", "https://hooks.example/a"),
                "push.provider.eu", Map.of("customhttp.url", "https://EU.hooks.example/b")));
        try (var provider = new HttpProviderFactory().create(new ProviderConfig("customhttp", options))) {
            assertThat(provider.circuit(Device.of("customhttp", "1"))).isEqualTo("https://hooks.example:443");
            assertThat(provider.circuit(new Device("customhttp", "1", "eu", "", false)))
                    .isEqualTo("https://eu.hooks.example:443");
            assertThat(provider.circuit(new Device("customhttp", "1", "made-up", "", false)))
                    .isEqualTo("https://hooks.example:443");
        }
    }

    @Test
    void circuit_isTheOriginThatTheDeviceNamed() {
        try (var pushes = HttpPushes.of("httpcb", Map.of())) {
            assertThat(pushes.provider().circuit(Device.of("httpcb", "https://Ann.example/secret")))
                    .isEqualTo("https://ann.example:443");
            assertThat(pushes.provider().circuit(Device.of("httpcb", "nonsense")))
                    .isEmpty();
        }
    }

    private static Options options(String option, String value) {
        return HttpPushes.options(Map.of("push.provider.customhttp", Map.of(option, value)));
    }
}

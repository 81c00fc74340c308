package dev.halley.push.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Options;
import dev.halley.PushProviders;
import dev.halley.spi.ProviderConfig;
import java.util.HashMap;
import java.util.List;
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

    /** A device chooses its provider and debug mode: what such a choice would read must not decide these. */
    @ParameterizedTest
    @CsvSource({
        "push.provider.event.chat.newagentmessage, httpcb.allow, a.internal",
        "push.provider.eu, httpcb.allow, a.internal",
        "push.provider.customhttp, httpcb.secret, " + SignerTest.SECRET,
        "push.provider.httpcb.event.chat.newagentmessage, httpcb.secret, " + SignerTest.SECRET,
        "push, debug.httpcb.secret, " + SignerTest.SECRET,
        "push.provider.httpcb, debug.httpcb.allow, a.internal",
    })
    void create_refusesWhatADeviceCouldChoose(String section, String option, String value) {
        String name = option.replace("debug.", "");
        String own = name.equals("httpcb.secret") ? SignerTest.OTHER : "b.internal";
        for (Map<String, String> besides : List.of(Map.<String, String>of(), Map.of(name, own))) {
            Map<String, Map<String, String>> sections = new HashMap<>(Map.of("push.provider.httpcb", besides));
            Map<String, String> wrong = new HashMap<>(sections.getOrDefault(section, Map.of()));
            wrong.put(option, value);
            sections.put(section, wrong);
            refused(sections, name + " belongs in [push.provider.httpcb] or [push]");
        }
    }

    @Test
    void create_takesWhatHoldsForAllDevices_fromItsOwnSection_beforePush() {
        Options options = HttpPushes.options(Map.of(
                "push", Map.of("httpcb.allow", "a.internal", "httpcb.secret", SignerTest.SECRET),
                "push.provider.httpcb", Map.of("httpcb.secret", SignerTest.OTHER)));
        new HttpProviderFactory().create(new ProviderConfig("httpcb", options)).close();
    }

    /** It signed pushes of httpcb once: whoever counts on that must be told. */
    @ParameterizedTest
    @ValueSource(strings = {"customhttp.secret", "debug.customhttp.secret"})
    void create_refusesAnotherTypesSecretInItsOwnSection(String option) {
        refused(
                Map.of("push.provider.httpcb", Map.of(option, SignerTest.SECRET)),
                "[push.provider.httpcb] " + option + " signs nothing of httpcb; httpcb.secret does");
    }

    private static void refused(Map<String, Map<String, String>> sections, String message) {
        Options options = HttpPushes.options(sections);
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> new HttpProviderFactory()
                        .create(new ProviderConfig("httpcb", options))
                        .close())
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:9000/push",
                "http://localhost",
                "https://hooks.example/push?key=1",
                "http://[::1]:80/",
                "http://10.0.0.1/",
                "http://push_receiver:9000",
                " http://push_receiver:9000/push"
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
        "customhttp.payload_limit, 4095, a whole number from 4096 to 16777216",
        "customhttp.final, 200, statuses from 300 to 599",
        "customhttp.final, 'not found', statuses from 300 to 599",
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
        "httpcb.secret, hunter2, whsec_ followed by base64",
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

    @Test
    void server_isWhatTheOperatorNamed_andNothingThatADeviceNamed() {
        try (var custom = HttpPushes.of("customhttp", Map.of("customhttp.url", "https://Hooks.example/secret?key=1"));
                var callback = HttpPushes.of("httpcb", Map.of())) {
            assertThat(custom.provider().server(Device.of("customhttp", "1"))).isEqualTo("https://hooks.example:443");
            assertThat(callback.provider().server(Device.of("httpcb", "https://ann.example/secret")))
                    .isEmpty();
        }
    }

    private static Options options(String option, String value) {
        return HttpPushes.options(Map.of("push.provider.customhttp", Map.of(option, value)));
    }
}

package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyChoiceTest {

    @ParameterizedTest
    @CsvSource({
        "http://proxy:3128, proxy:3128",
        "http://proxy:3128/, proxy:3128",
        "' http://proxy_1.internal:80 ', proxy_1.internal:80",
        "http://ann:Hunter%202@[::1]:3128, ::1:3128",
        "none, none",
    })
    void parse_takesAProxyForAllServers(String text, String proxy) {
        ProxyChoice choice = ProxyChoice.parse(text);
        assertThat(chosen(choice, true, "fcm.googleapis.com")).isEqualTo(proxy);
        assertThat(chosen(choice, false, "hooks")).isEqualTo(proxy);
        assertThat(choice.toString()).doesNotContain("Hunter", "ann");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "proxy:3128",
                "https://proxy:3128",
                "http://proxy",
                "http://proxy:0",
                "http://proxy:65536",
                "http://proxy:3128/path",
                "http://proxy:3128?x",
                "http://proxy:3128#x",
                "socks://proxy:1080",
                "http://Hunter%ZZ2@proxy:3128",
                "http://a b:3128"
            })
    void parse_refusesAnythingElse_withoutPrintingIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProxyChoice.parse(text))
                .withMessage("Accepted is " + ProxyChoice.ACCEPTED);
    }

    @ParameterizedTest
    @CsvSource({
        "true, fcm.googleapis.com, secure:8443",
        "false, fcm.googleapis.com, plain:80",
        "true, inside.test, none",
        "true, a.inside.test, none",
        "true, notinside.test, secure:8443",
        "true, 10.1.2.3, none",
        "true, localhost, none",
        "true, 127.0.0.1, none",
        "true, [::1], none",
    })
    void propertiesOfTheJvm_goFirst(boolean isSecure, String host, String proxy) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "https.proxyHost", "secure",
                "https.proxyPort", "8443",
                "http.proxyHost", "plain",
                "http.nonProxyHosts", "inside.test|*.inside.test|10.*"));
        ProxyChoice choice = ProxyChoice.of(properties, Map.of("HTTPS_PROXY", "http://other:1", "NO_PROXY", "*"));
        assertThat(chosen(choice, isSecure, host)).isEqualTo(proxy);
    }

    @ParameterizedTest
    @CsvSource({
        "true, fcm.googleapis.com, '', proxy:3128",
        "false, fcm.googleapis.com, '', plain_1:80",
        "true, fcm.googleapis.com, 'localhost, .googleapis.com', none",
        "true, fcm.googleapis.com, googleapis.com, none",
        "true, FCM.Googleapis.com., *.googleapis.com, none",
        "true, fcm.googleapis.com, apis.com, proxy:3128",
        "true, fcm.googleapis.com, *, none",
        "true, 127.0.0.1, '', none",
        "true, a.localhost, '', none",
    })
    void variablesOfTheEnvironment_areTaken_unlessTheHostIsExempt(
            boolean isSecure, String host, String exempt, String proxy) {
        Map<String, String> upper =
                Map.of("HTTPS_PROXY", "http://proxy:3128", "HTTP_PROXY", "plain_1:80", "NO_PROXY", exempt);
        Map<String, String> lower = new HashMap<>();
        upper.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        assertThat(chosen(ProxyChoice.of(new Properties(), upper), isSecure, host))
                .isEqualTo(proxy);
        assertThat(chosen(ProxyChoice.of(new Properties(), lower), isSecure, host))
                .isEqualTo(proxy);
    }

    @Test
    void nothingSet_isNoProxy() {
        assertThat(ProxyChoice.of(new Properties(), Map.of()).all()).isEmpty();
    }

    private static String chosen(ProxyChoice choice, boolean isSecure, String host) {
        return choice.of(isSecure, host).map(Object::toString).orElse("none");
    }
}

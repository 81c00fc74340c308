package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedOriginsTest {

    private static final AllowedOrigins NONE =
            AllowedOrigins.of(Settings.builder().build());
    private static final AllowedOrigins LISTED = AllowedOrigins.of(Settings.builder()
            .allowedOrigins(Set.of("https://shop.example", "null", "file://", "capacitor://localhost"))
            .build());

    @ParameterizedTest
    @CsvSource({
        // Pages of the server itself, whatever ends TLS before it
        "http://chat.example, chat.example, , true",
        "https://chat.example, chat.example, , true",
        "https://chat.example, chat.example:443, , true",
        "http://chat.example, chat.example:80, , true",
        "http://chat.example:80, chat.example, , true",
        "http://chat.example:8080, chat.example:8080, , true",
        "https://chat.example:8443, chat.example:8443, , true",
        "wss://chat.example, chat.example, , true",
        "HTTPS://Chat.Example, cHAT.eXAMPLE, , true",
        "http://[::1]:8080, [::1]:8080, , true",
        "http://[::1], [::1], , true",
        "https://chat.example, inside:8080, chat.example, true",
        "https://chat.example, inside:8080, 'first.example, chat.example', true",
        "https://chat.example:8443, inside:8080, chat.example:8443, true",
        // Others
        "https://evil.example, chat.example, , false",
        "https://chat.example.evil.example, chat.example, , false",
        "https://evilchat.example, chat.example, , false",
        "http://chat.example:8081, chat.example:8080, , false",
        "http://chat.example:8080, chat.example, , false",
        "http://chat.example, chat.example:443, , false",
        "https://chat.example, chat.example:80, , false",
        "http://chat.example, , , false",
        "http://chat.example, '', , false",
        "http://chat.example@evil.example, chat.example, , false",
        "http://evil.example/chat.example, chat.example, , false",
        "chat.example, chat.example, , false",
        "//chat.example, chat.example, , false",
        "'', chat.example, , false",
        "'', '', , false",
        "null, null, , false",
        "http://, chat.example, , false",
        "file://, chat.example, , false",
        "file://, '', , false",
        "capacitor://localhost, localhost, , false",
        "http://chat.example:99999999999999999999, chat.example, , false",
        "*, chat.example, , false",
        "'http://chat.example, http://evil.example', chat.example, , false",
    })
    void page_isTheServersOwn_ifHostAndPortAre(
            String origin, @Nullable String host, @Nullable String forwarded, boolean allowed) {
        assertThat(NONE.allows(List.of(origin), values(host), values(forwarded)))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "https://shop.example, true",
        "HTTPS://SHOP.example, true",
        "null, true",
        "file://, true",
        "capacitor://localhost, true",
        "http://shop.example, false",
        "https://shop.example:443, false",
        "https://www.shop.example, false",
        "https://shop.example.evil.example, false",
        "https://shop.example/, false",
        "ionic://localhost, false"
    })
    void listedOrigin_isAllowed_toTheLetter(String origin, boolean allowed) {
        assertThat(LISTED.allows(List.of(origin), List.of("chat.example"), List.of()))
                .isEqualTo(allowed);
        assertThat(LISTED.isListed(origin)).isEqualTo(allowed);
    }

    @Test
    void requestWithoutOrigin_isNoPages() {
        assertThat(NONE.allows(List.of(), List.of(), List.of())).isTrue();
    }

    @Test
    void twoOrigins_areRefused_evenIfBothAreAllowed() {
        assertThat(LISTED.allows(
                        List.of("https://shop.example", "https://shop.example"), List.of("shop.example"), List.of()))
                .isFalse();
        assertThat(AllowedOrigins.refusal(List.of("a", "b"))).contains("not 2");
    }

    @Test
    void refusal_namesTheOriginAndTheOption_inOneLine() {
        assertThat(AllowedOrigins.refusal(List.of("https://evil.example")))
                .contains("https://evil.example", "allowed_origins", "halley");
        assertThat(AllowedOrigins.refusal(List.of("a\u001b[2J\u202e\r\nb" + "c".repeat(10_000))))
                .contains("a?[2J???b")
                .hasSizeLessThan(300);
    }

    private static List<String> values(@Nullable String value) {
        return value == null ? List.of() : Arrays.asList(value);
    }
}

package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.example",
                "/push",
                "//hooks.example/push",
                "ftp://hooks.example",
                "https:hooks.example",
                "https://",
                "https:///push",
                "https://user@hooks.example/",
                "https://user:secret@hooks.example/",
                "https://@hooks.example/",
                "https://hooks.example/#part",
                "https://hooks.example:0/",
                "https://hooks.example:65536/",
                "https://hooks.example:x/",
                "https://exämple.com/",
                "https://127.1/",
                "https://0x7f.1/",
                "https://256.1.1.1/",
                "https://hooks.example/a b",
                "https://hooks.example\\@evil/",
                "javascript:alert(1)",
                "https://[::1/"
            })
    void parse_refusesWhatCannotBePushedTo(String text) {
        assertThat(WebUrl.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://hooks.example, https://hooks.example:443",
        "HTTPS://Hooks.Example./push?a=b, https://hooks.example:443",
        "http://hooks.example:8080/push, http://hooks.example:8080",
        "http://127.0.0.1/, http://127.0.0.1:80",
        "https://[2001:DB8::1]:8443/, https://[2001:db8::1]:8443",
        "https://xn--exmple-cua.com/, https://xn--exmple-cua.com:443",
    })
    void origin_isTheSameForEachSpelling(String text, String origin) {
        assertThat(WebUrl.parse(text).map(WebUrl::origin)).contains(origin);
    }

    @ParameterizedTest
    @CsvSource({"https://hooks.example/grüße?q=é, https://hooks.example/gr%C3%BC%C3%9Fe?q=%C3%A9"})
    void parse_escapesWhatIsNotAscii(String text, String escaped) {
        assertThat(WebUrl.parse(text)).hasToString("Optional[" + escaped + "]");
    }
}

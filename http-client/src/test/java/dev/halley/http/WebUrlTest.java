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
                "https://[::1/",
                "https://user@push_receiver/",
                "https://push_receiver:0/",
                "https://push_receiver:65536/",
                "https://push_receiver:x/",
                "https://push_receiver:443:443/",
                "https://push_receiver/#part",
                "https://push_receiver..example/",
                "https://push_receiver%2eexample/",
                "https://127_0.0.1/",
                "https://0x7f_.1/",
                "https://[push_receiver]/",
                "https:// push_receiver/",
                " "
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
        "http://push_receiver:9000, http://push_receiver:9000",
        "http://Push_Receiver./push?a=b, http://push_receiver:80",
        "https://push_receiver//evil.example/, https://push_receiver:443",
        "https://push_receiver:/, https://push_receiver:443",
        "https://_hooks.my_app.example/, https://_hooks.my_app.example:443",
        "' https://hooks.example/ ', https://hooks.example:443",
        "' \thttp://push_receiver:9000/push\n', http://push_receiver:9000",
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

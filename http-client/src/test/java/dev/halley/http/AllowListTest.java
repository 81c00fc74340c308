package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {

    @ParameterizedTest
    @CsvSource({
        "hooks.internal, hooks.internal, 443, 10.0.0.1, true",
        "hooks.internal, HOOKS.internal., 8443, 10.0.0.1, true",
        "Hooks.Internal., hooks.internal, 443, 10.0.0.1, true",
        "hooks.internal, a.hooks.internal, 443, 10.0.0.1, false",
        "hooks.internal, evilhooks.internal, 443, 10.0.0.1, false",
        "hooks.internal:8443, hooks.internal, 8443, 10.0.0.1, true",
        "hooks.internal:8443, hooks.internal, 443, 10.0.0.1, false",
        "*.hooks.internal, a.hooks.internal, 443, 10.0.0.1, true",
        "*.hooks.internal, a.b.hooks.internal, 443, 10.0.0.1, true",
        "*.hooks.internal, hooks.internal, 443, 10.0.0.1, false",
        "*.hooks.internal, evilhooks.internal, 443, 10.0.0.1, false",
        "10.1.2.3, whatever.example, 443, 10.1.2.3, true",
        "10.1.2.3, whatever.example, 443, 10.1.2.4, false",
        "10.0.0.0/8, whatever.example, 443, 10.255.0.1, true",
        "10.0.0.0/8, whatever.example, 443, 11.0.0.1, false",
        "10.0.0.0/9, whatever.example, 443, 10.128.0.0, false",
        "10.0.0.0/8:8443, whatever.example, 8443, 10.0.0.1, true",
        "10.0.0.0/8:8443, whatever.example, 443, 10.0.0.1, false",
        "0.0.0.0/0, whatever.example, 443, 127.0.0.1, true",
        "0.0.0.0/0, whatever.example, 443, ::1, false",
        "[::1], whatever.example, 443, ::1, true",
        "[fd00::]/8:8443, whatever.example, 8443, fd12::1, true",
        "http://hooks.internal, hooks.internal, 443, 10.0.0.1, true",
        "http://push_receiver:9000, push_receiver, 9000, 10.0.0.1, true",
        "*.my_app.internal, a_b.my_app.internal, 443, 10.0.0.1, true",
    })
    void admits_whatAnEntryNames(String entry, String host, int port, String address, boolean admitted) {
        assertThat(AllowList.parse(entry).admits(host, port, InetAddresses.forString(address)))
                .isEqualTo(admitted);
    }

    @ParameterizedTest
    @CsvSource({
        "hooks.internal, hooks.internal, 80, false",
        "http://hooks.internal, hooks.internal, 80, true",
        "http://hooks.internal, hooks.internal, 8080, true",
        "http://hooks.internal:8080, hooks.internal, 8080, true",
        "http://hooks.internal:8080, hooks.internal, 80, false",
        "http://*.hooks.internal, a.hooks.internal, 80, true",
        "http://10.0.0.0/8, 10.1.1.1, 80, true",
        "http://10.0.0.0/8, named.internal, 80, false",
        "10.0.0.0/8, 10.1.1.1, 80, false",
        "http://[::1], [::1], 80, true",
    })
    void admitsPlain_onlyWhatAnEntryWithHttpNamesLiterally(String entry, String host, int port, boolean admitted) {
        assertThat(AllowList.parse(entry).admitsPlain(host, port)).isEqualTo(admitted);
    }

    @Test
    void parse_takesSeveralEntriesAndNone() {
        AllowList several = AllowList.parse(" a.internal , ,10.0.0.0/8");
        assertThat(several.admits("a.internal", 443, InetAddresses.forString("127.0.0.1")))
                .isTrue();
        assertThat(several.admits("b.internal", 443, InetAddresses.forString("10.0.0.1")))
                .isTrue();
        assertThat(AllowList.parse("").admits("a.internal", 443, InetAddresses.forString("10.0.0.1")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "*.",
                "a b",
                "https://a.internal",
                "ftp://a",
                "http://",
                "a.internal:",
                "a.internal:0",
                "a.internal:65536",
                "a.internal/8",
                "a.internal/path",
                "10.0.0.0/33",
                "[fd00::]/129",
                "10.0.0.0/",
                "10.0.0",
                "127.1",
                "*.10.0.0.1",
                "fd00::1",
                "[fd00::1",
                "a.internal;b.internal",
                "user@a.internal",
                "a..b"
            })
    void parse_refusesWhatIsNoEntry(String entry) {
        assertThatIllegalArgumentException().isThrownBy(() -> AllowList.parse(entry));
    }
}

package dev.halley.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> KNOWN = List.of("customhttp.url", "customhttp.timeout", "pushEnabled", "ttl");

    @Test
    void aTypingError_findsTheName() {
        assertThat(Nearest.to("customhttp.tiemout", KNOWN)).contains("customhttp.timeout");
        assertThat(Nearest.to("customhttp.ur", KNOWN)).contains("customhttp.url");
        assertThat(Nearest.to("tll", KNOWN)).contains("ttl");
    }

    @Test
    void upperAndLowerCase_areTheSame() {
        assertThat(Nearest.to("PUSHENABLED", KNOWN)).contains("pushEnabled");
    }

    @Test
    void aNameThatIsFarFromAll_findsNone() {
        assertThat(Nearest.to("somethingElse", KNOWN)).isEmpty();
        assertThat(Nearest.to("x", List.of())).isEmpty();
    }

    @Test
    void ofTwoAsNear_theFirstByNameIsTaken() {
        assertThat(Nearest.to("bb", List.of("bc", "ba"))).contains("ba");
    }

    @Test
    void whatIsPrintable_isOneShortLine() {
        assertThat(Nearest.printable("a\r\nb\u0000c")).isEqualTo("a??b?c");
        // Right-to-left override, zero-width space, soft hyphen.
        assertThat(Nearest.printable("a\u202Eb\u200Bc\u00ADd")).isEqualTo("a?b?c?d");
        assertThat(Nearest.printable("x".repeat(81))).isEqualTo("x".repeat(80) + "…");
        assertThat(Nearest.printable("https://joe:secret@host/path"))
                .doesNotContain("secret")
                .contains("host/path");
    }

    @Test
    void longTexts_takeNoTime() {
        String text = "x".repeat(2_000_000);

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertThat(Nearest.printable(text)).isEqualTo("x".repeat(80) + "…");
            assertThat(Nearest.printable(text + "@host")).isEqualTo("(not shown)@host");
            assertThat(Nearest.to(text, List.of("content"))).isEmpty();
        });
    }
}

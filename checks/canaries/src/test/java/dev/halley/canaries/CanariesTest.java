package dev.halley.canaries;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanariesTest {

    @ParameterizedTest
    @CsvSource({
        "the token is bird, mia, false",
        "mia is here, mia, true",
        "here is mia, mia, true",
        "user=mia&x=1, mia, true",
        "mia's phone, mia, true",
        "a familiar word, mia, false",
        "familiar mia, mia, true",
        "Mia, mia, false"
    })
    void aSecret_isFoundWhereItStandsByItself(String text, String secret, boolean found) {
        assertThat(Canaries.holds(text, secret)).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({
        "UserId.value, adam, true",
        "UserId.value, ada7, false",
        "UserId.value, ada77, true",
        "ChatEvent.text, hello, false",
        "ChatEvent.text, hello you, true",
        "ChatEvent.text, is typing, false"
    })
    void aSecret_isWhatNobodyWritesByChance(String what, String value, boolean canary) {
        assertThat(Canaries.isCanary(what, value)).isEqualTo(canary);
    }
}

package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class UserIdTest {

    @Test
    void aUser_hasAName_ofOneLine() {
        for (String name : List.of("", " ", "a\nb", "a\u0000", "x".repeat(257))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new UserId(name))
                    .withMessage("A user has 1 to 256 characters, none of them a control character");
        }
        assertThat(new UserId("x".repeat(256)).value()).hasSize(256);
    }
}

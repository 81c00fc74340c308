package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.standardwebhooks.Webhook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignerTest {

    static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    private static final String BODY = "{\"message\":\"Grüße 👩‍👩‍👧\"}";

    @Test
    void sign_signsAsTheStandardWebhooksLibraryDoes() throws Exception {
        assertThat(sign(SECRET)).isEqualTo(new Webhook(SECRET).sign("key_1_2", 1_700_000_000, BODY));
    }

    @ParameterizedTest
    @ValueSource(strings = {SECRET + " " + OTHER, SECRET + "," + OTHER, SECRET + " , " + OTHER})
    void sign_signsWithEachSecret(String secrets) {
        assertThat(sign(secrets)).isEqualTo(sign(SECRET) + " " + sign(OTHER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64", "whsec_a", SECRET + ",,x"})
    void of_refusesAnythingElse(String secrets) {
        assertThatIllegalArgumentException().isThrownBy(() -> Signer.of(secrets));
    }

    @Test
    void toString_hasNoSecret() {
        assertThat(Signer.of(SECRET)).hasToString("Signer[1 secrets]");
    }

    private static String sign(String secrets) {
        return Signer.of(secrets).sign("key_1_2", 1_700_000_000, BODY.getBytes(UTF_8));
    }
}

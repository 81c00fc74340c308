package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceTest {

    @Test
    void olderNamesOfFcm_areFcm() {
        for (String type : List.of("fcm", "FCM", "gcm", "Android")) {
            assertThat(Device.of(type, "token")).isEqualTo(new Device("fcm", "token", "fcm", "", false));
        }
        assertThat(Device.of("customhttp", "token").type()).isEqualTo("customhttp");
    }

    @Test
    void theProvidersName_isTheTypeUnlessGiven() {
        assertThat(Device.of("gcm", "token").provider()).isEqualTo("fcm");
        assertThat(new Device("ios", "token", "ios-de", "de", true).provider()).isEqualTo("ios-de");
    }

    @Test
    void languageAsAndroidPrintsIt_isWhatStandsBeforeItsScript() {
        assertThat(new Device("fcm", "token", "", "zh_CN_#Hans", false).language())
                .isEqualTo("zh_CN");
        assertThat(new Device("fcm", "token", "", "en_US_#u-fw-mon-mu-celsius-and-so-on", false).language())
                .isEqualTo("en_US");
    }

    @Test
    void partsOfAnotherForm_areRefusedWithoutShowingTheToken() {
        for (String token : List.of("", "to\nken", "t".repeat(4_097))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Device.of("fcm", token))
                    .satisfies(e -> assertThat(e).message().doesNotContain("to\n", "ttt"));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Device.of("", "token"));
        assertThatIllegalArgumentException().isThrownBy(() -> Device.of("f c m", "token"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Device("fcm", "token", "a b", "", false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Device("fcm", "token", "", "pt BR", false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Device("fcm", "token", "", "x".repeat(36), false));
    }

    @Test
    void noDevice_printsItsToken() {
        assertThat(Device.of("fcm", "secret-token")).asString().doesNotContain("secret-token");
    }
}

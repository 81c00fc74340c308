package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.spi.PushProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PushProvidersTest {

    private final FakeProviders factory = new FakeProviders(Set.of("one", "two", "fcm", "broken", "sticky"));

    @Test
    void onlyWhatIsEnabled_isMade() {
        PushProviders providers = discover("one, gcm");
        assertThat(factory.made).containsExactly("one", "fcm");
        assertThat(providers.types()).containsExactlyInAnyOrder("one", "fcm");
        assertThat(providers.provider("two")).isEmpty();
    }

    @Test
    void nothingEnabled_makesNothing() {
        assertThat(PushProviders.discover(Options.none(), List.of(factory)).types())
                .isEmpty();
        assertThat(factory.made).isEmpty();
    }

    @Test
    void anEnabledTypeWithoutFactory_namesThoseFound() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> discover("three"))
                .withMessage(
                        "[push] pushEnabled = three: accepted is any of broken, fcm, one, sticky, two, the types of the"
                                + " providers on the class path");
    }

    @Test
    void anEnabledTypeWithoutAnyFactory_saysWhatToAdd() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> PushProviders.discover(enabled("customhttp")))
                .withMessageContaining("halley-push-http");
    }

    @Test
    void closing_closesWhatItMade() {
        discover("one, two").close();
        assertThat(factory.closed).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void closing_goesOnAfterOneThatDoesNot() {
        discover("sticky, one, two").close();
        assertThat(factory.closed).containsExactlyInAnyOrder("sticky", "one", "two");
    }

    @Test
    void aFailureHalfway_closesWhatItMade() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> discover("one, broken, two"))
                .withMessage("[push.provider.broken] broken.url = (missing): accepted is an https URL");
        assertThat(factory.made).containsExactly("one");
        assertThat(factory.closed).containsExactly("one");
    }

    @Test
    void providersThatWereHandedIn_stayOpen() {
        PushProvider provider = discover("one").provider("one").orElseThrow();
        PushProviders given = PushProviders.of(Map.of("GCM", provider));
        assertThat(given.provider("fcm")).containsSame(provider);
        given.close();
        assertThat(factory.closed).isEmpty();
    }

    private PushProviders discover(String enabled) {
        return PushProviders.discover(enabled(enabled), List.of(factory));
    }

    private static Options enabled(String types) {
        return Options.of(Map.of("push", Map.of("pushEnabled", types)), List.of());
    }
}

package dev.halley.push.fcm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.auth.oauth2.GoogleCredentials;
import dev.halley.Device;
import dev.halley.OptionException;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.PushProviders;
import dev.halley.standins.FcmStandIn;
import dev.halley.standins.FcmStandIn.Push;
import dev.halley.testkit.Pushes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FcmProviderFactoryTest {

    private final ConcurrentLinkedQueue<Push> arrived = new ConcurrentLinkedQueue<>();
    private FcmStandIn fcm;

    @BeforeEach
    void start() throws Exception {
        fcm = FcmPushes.standIn().received(arrived::add).start();
    }

    @AfterEach
    void stop() {
        fcm.close();
    }

    @Test
    void discover_makesAProvider_thatSpeaksHttp2WithoutTls_onThisMachine() throws Exception {
        Options options = Options.of(Map.of(
                "push",
                Map.of(
                        "pushEnabled",
                        "gcm",
                        "fcm.credentials",
                        FcmPushes.credentials(fcm).toString(),
                        "fcm.url",
                        fcm.plainUrl() + "/")));
        try (PushProviders providers = PushProviders.discover(options)) {
            var provider = providers.provider("fcm").orElseThrow();
            assertThat(provider).hasToString("FcmProvider[" + FcmStandIn.PROJECT + "]");
            var payload = provider.format(
                    Pushes.notification(Pushes.KEY, options.forPush("fcm", "t", false), "Hello"), FcmPushes.PHONE);
            assertThat(provider.send(payload, FcmPushes.PHONE)
                            .toCompletableFuture()
                            .join())
                    .isEqualTo(new Outcome.Accepted());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://fcm.googleapis.com", "https://10.0.0.1:8443/fcm/", "http://[::1]:80", "http://localhost"
            })
    void url_isHttps_orThisMachine(String url) {
        assertThat(options("fcm.url", url)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "fcm.url, fcm.googleapis.com, an absolute https URL",
        "fcm.url, http://fcm.googleapis.com, http only to 127.0.0.1",
        "fcm.url, http://fcm_stub:9000, http only to 127.0.0.1",
        "fcm.url, http://127.0.0.1.example, http only to 127.0.0.1",
        "fcm.url, https://fcm.googleapis.com/?x, without user-info",
        "fcm.priority, urgent, high or normal",
        "fcm.ttl, 2419201, whole seconds from 0 to 2419200",
        "fcm.ttl, -1, whole seconds from 0 to 2419200",
        "fcm.project, a/b, the id of a project",
        "fcm.color, red, a colour such as #1a73e8",
        "fcm.image, http://app.example/a.png, an absolute https URL",
        "fcm.analytics_label, 'a b', at most 50 letters",
        "fcm.apns, nonsense, a JSON object",
        "fcm.apns, '{\"headers\":{\"apns-priority\":5}}', a JSON object",
        "fcm.apns, '{\"aps\":{}}', 'with some of fcm_options, headers, live_activity_token, payload'",
        "fcm.webpush, '{} {}', a JSON object",
        "fcm.webpush, '{\"data\":{}', a JSON object",
    })
    void wrongValue_isRefusedWithWhatIsAccepted(String option, String value, String accepted) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> options(option, value))
                .withMessageContaining("[push.provider.fcm] " + option + " = '" + value + "'")
                .withMessageContaining(accepted);
    }

    @Test
    void urlWithUserInfo_isRefused_andNotShown() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> options("fcm.url", "https://u:hunter2@fcm.googleapis.com"))
                .withMessageContaining("without user-info")
                .withMessageNotContaining("hunter2");
    }

    @Test
    void apiKeyOfGms_isRefused_withWhatToUse() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> options("fcm.apiKey", "hunter2"))
                .withMessage("[push.provider.fcm] fcm.apiKey = (not shown): accepted is nothing: it belongs to an"
                        + " interface that Google ended in June 2024; use fcm.credentials with a service account file");
    }

    @Test
    void create_namesTheSectionAndTheFile_ifItCantBeRead() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> open(Map.of("push.provider.eu", Map.of("debug.fcm.credentials", "/no/such.json"))))
                .withMessage("[push.provider.eu] fcm.credentials = '/no/such.json' (it can't be read): accepted is "
                        + Accounts.CREDENTIALS_ACCEPTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it is empty",
                "hunter2 | it is no JSON object",
                "[\"hunter2\"] | it is no JSON object",
                "{\"type\":\"service_account\",\"client_id\":\"hunter2 | it is cut off, or no JSON",
                "{\"project_info\":{\"project_id\":\"hunter2\"},\"client\":[]}"
                        + " | it is google-services.json, which is the app's",
                "{\"type\":\"authorized_user\",\"client_id\":\"hunter2\"}"
                        + " | its type is authorized_user, not service_account",
                "{\"private_key\":\"hunter2\"} | it has no type",
                "{\"type\":\"service_account\",\"client_email\":\"hunter2\"} | it has no client_id",
                "{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"a@b\",\"private_key_id\":\"1\","
                        + "\"private_key\":\"hunter2\"} | its private_key is damaged",
                "{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"a@b\",\"private_key_id\":\"1\","
                        + "\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nhunter2\"} | its private_key is cut off",
            })
    void create_refusesAnotherFile_withWhatIsWrongInIt_butNotItsContent(String content, String problem)
            throws Exception {
        Path file = Files.writeString(FcmPushes.newFile(), content);
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> open(Map.of("push", Map.of("fcm.credentials", file.toString()))))
                .withMessageStartingWith("[push] fcm.credentials = '" + file + "' (" + problem + ")")
                .withMessageNotContaining("hunter2")
                .withNoCause();
    }

    @Test
    void create_repairsAKeyWhoseLineBreaksWereEscapedTwice() throws Exception {
        Path file = FcmPushes.credentials(fcm);
        Files.writeString(file, "\uFEFF" + Files.readString(file).replace("\\n", "\\\\n"));
        try (Pushes pushes = FcmPushes.to(fcm, Map.of("fcm.credentials", file.toString()))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
    }

    @Test
    void create_withoutCredentials_takesTheDefaultOnes() throws Exception {
        Path file = FcmPushes.credentials(fcm);
        FcmProviderFactory factory = new FcmProviderFactory(
                InstantSource.system(),
                Duration.ofSeconds(2),
                FcmPushes.trust(),
                () -> GoogleCredentials.fromStream(Files.newInputStream(file), TokenTransport::new));
        try (Pushes pushes = FcmPushes.of(Map.of("push", Map.of("fcm.url", fcm.url())), factory)) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
        }
    }

    @Test
    void create_withoutAnyCredentials_isRefused() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> open(Map.of("push", Map.of("fcm.project", "my-app"))))
                .withMessage("[push.provider.fcm] fcm.credentials = (missing): accepted is "
                        + Accounts.CREDENTIALS_ACCEPTED + ", but here there are none that can be read");
    }

    @Test
    void project_isThatOfTheOptions_ratherThanOfTheCredentials() throws Exception {
        try (Pushes pushes = FcmPushes.to(fcm, Map.of("fcm.project", "another"))) {
            assertThat(pushes.send())
                    .isEqualTo(new Outcome.Unavailable("404 NOT_FOUND", Optional.of(Duration.ofSeconds(60)), true));
            assertThat(arrived.element().path()).isEqualTo("/v1/projects/another/messages:send");
        }
    }

    @Test
    void device_withoutCredentials_isRejected() throws Exception {
        try (Pushes pushes = FcmPushes.to(fcm)) {
            Device other = new Device("fcm", "token", "made-up", "", false);
            assertThat(pushes.send(other, "Hello")).isEqualTo(new Outcome.Rejected("no credentials"));
            assertThat(pushes.provider().circuit(other)).isEmpty();
            assertThat(arrived).isEmpty();
        }
    }

    @Test
    void circuit_isTheAccount() throws Exception {
        Map<String, String> options = FcmPushes.options(fcm, Map.of("debug.fcm.project", "debug"));
        try (Pushes pushes = open(Map.of("push.provider.fcm", options, "push.provider.same", options))) {
            String account = pushes.provider().circuit(FcmPushes.PHONE);
            assertThat(account).isNotEmpty();
            assertThat(pushes.provider().server(FcmPushes.PHONE)).matches("(127\\.0\\.0\\.1|localhost) for [a-z0-9-]+");
            assertThat(pushes.provider().circuit(new Device("fcm", "x", "same", "", false)))
                    .isEqualTo(account);
            assertThat(pushes.provider().circuit(new Device("fcm", "x", "", "", true)))
                    .isNotEmpty()
                    .isNotEqualTo(account);
        }
    }

    @Test
    void options_areThoseOfTheEvent_theProvider_andDebug_andTheLanguage() throws Exception {
        Path texts = Files.writeString(
                FcmPushes.newFile(), "title = News\ntitle.pt = Novidades\ntitle.pt-BR = Novidades, BR\n");
        Map<String, String> provider =
                FcmPushes.options(fcm, Map.of("fcm.body", "of the provider", "fcm.priority", "normal"));
        try (Pushes pushes = open(Map.of(
                "push.provider.fcm", provider,
                "push.provider.event.chat.newagentmessage", Map.of("texts", texts.toString()),
                "push.provider.fcm.event.chat.newagentmessage",
                        Map.of("fcm.body", "of the event", "debug.fcm.body", "of debug")))) {
            for (String[] device : new String[][] {
                {"", "false", "News", "of the event"},
                {"pt", "false", "Novidades", "of the event"},
                {"pt-BR", "false", "Novidades, BR", "of the event"},
                {"pt-PT", "true", "Novidades", "of debug"},
                {"de", "true", "News", "of debug"}
            }) {
                arrived.clear();
                pushes.send(new Device("fcm", "t", "", device[0], Boolean.parseBoolean(device[1])), "Hello");
                assertThat(arrived.element().at("/message/notification/title")).isEqualTo(device[2]);
                assertThat(arrived.element().at("/message/notification/body")).isEqualTo(device[3]);
                assertThat(arrived.element().at("/message/android/priority")).isEqualTo("normal");
            }
        }
    }

    private static Pushes open(Map<String, Map<String, String>> sections) {
        return FcmPushes.of(sections, FcmPushes.factory(InstantSource.system()));
    }

    private static Options options(String option, String value) {
        return Options.of(Map.of("push.provider.fcm", Map.of(option, value)), List.of(new FcmProviderFactory()));
    }
}

package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.spi.Option;
import dev.halley.spi.ProviderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {

    private static final String TAG = Notification.NEW_AGENT_MESSAGE;

    private static final FakeProviders PROVIDERS = new FakeProviders(
            Set.of("fcm", "ios", "customhttp"),
            text("fcm.title"),
            text("fcm.body"),
            text("fcm.url"),
            text("fcm.project"),
            Option.seconds("fcm.ttl", "none", "A time.", 0, 2_419_200),
            new Option("fcm.old", "–", "No longer an option.", "nothing", value -> false).asSecret(),
            text("apple.title"),
            text("apple.key"),
            text("apple.host"),
            text("apple.sound"),
            text("apple.topic"),
            Option.number("apple.port", "443", "A port.", 1, 65_535),
            text("apple.certificatePassword").asSecret(),
            text("customhttp.url"),
            text("customhttp.secret").asSecret(),
            text("customhttp.timeout"));

    @Test
    void none_isTheDefaults() {
        assertThat(Options.none().settings().services()).containsExactly(Settings.REQUEST_CHAT);
        assertThat(Options.none().settings().service(Settings.REQUEST_CHAT)).contains(ServiceSettings.DEFAULT);
        assertThat(Options.none().pushEnabled()).isEmpty();
        assertThat(Options.none().forPush("fcm", TAG, true)).isEmpty();
    }

    @Test
    void sectionWithNothingBelowIt_isAnEmptyOne() {
        Map<String, Map<String, Object>> sections = new HashMap<>();
        sections.put("push", null);
        assertThat(Options.of(sections, List.of()).pushEnabled()).isEmpty();
    }

    @Test
    void namesOfTheEngine_becomeSettings() {
        Settings settings = of(Map.of(
                        "halley",
                        Map.of(
                                "require_secure_key",
                                true,
                                "retention",
                                500_000,
                                "max_events",
                                "20000",
                                "max_text",
                                1_000,
                                "confirm_by_connect",
                                false),
                        "push",
                        Map.of("ttl", 3_600)))
                .settings();
        assertThat(settings.requireSecureKey()).isTrue();
        assertThat(settings.retention()).isEqualTo(Duration.ofSeconds(500_000));
        assertThat(settings.maxEvents()).isEqualTo(20_000);
        assertThat(settings.maxText()).isEqualTo(1_000);
        assertThat(settings.confirmByConnect()).isFalse();
        assertThat(settings.pushTimeToLive()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void namesOfAService_becomeItsSettings() {
        Options options = of(Map.of(
                "Service.sales",
                Map.of(
                        "_client_timeout_notification", 5,
                        "_client_timeout_notification_message", "News!",
                        "_agent_timeout_notification_message", "gone",
                        "_filtering_chat_events", "Notice.Joined",
                        "_chat_400_response_on_disconnected", true)));
        assertThat(options.settings().service("sales"))
                .contains(new ServiceSettings(
                        Duration.ofSeconds(5), "News!", "gone", EventFilter.parse("Notice.Joined"), true));
        assertThat(options.settings().service(Settings.REQUEST_CHAT)).contains(ServiceSettings.DEFAULT);
    }

    @Test
    void aService_beatsThePushSection() {
        Settings settings = of(Map.of(
                        "push",
                        Map.of(
                                "_client_timeout_notification", 7,
                                "_client_timeout_notification_message", "for all",
                                "filtering_chat_events", "Notice.Left"),
                        "Service.sales",
                        Map.of("_client_timeout_notification", 5, "_filtering_chat_events", "")))
                .settings();
        assertThat(settings.service("sales"))
                .contains(ServiceSettings.DEFAULT
                        .withGracePeriod(Duration.ofSeconds(5))
                        .withMessage("for all")
                        .withFilter(EventFilter.parse("")));
        assertThat(settings.service(Settings.REQUEST_CHAT))
                .contains(ServiceSettings.DEFAULT
                        .withGracePeriod(Duration.ofSeconds(7))
                        .withMessage("for all")
                        .withFilter(EventFilter.parse("Notice.Left")));
    }

    @Test
    void pushEnabled_isATextOrAList_withOneNameForEachType() {
        assertThat(enabled("gcm, customhttp ,FCM,")).containsExactly("fcm", "customhttp");
        assertThat(enabled(List.of("ios", "android"))).containsExactly("ios", "fcm");
    }

    private static Set<String> enabled(Object value) {
        return of(Map.of("push", Map.of("pushEnabled", value))).pushEnabled();
    }

    @Test
    void forPush_looksFromTheNarrowestSectionToTheWidest() {
        Options options = of(Map.of(
                "push",
                Map.of("fcm.title", "4", "fcm.body", "4", "fcm.url", "4", "fcm.project", "4"),
                "push.provider.mine",
                Map.of("fcm.title", "3", "fcm.body", "3", "fcm.url", "3"),
                "push.provider.event." + TAG,
                Map.of("fcm.title", "2", "fcm.body", "2"),
                "push.provider.mine.event." + TAG,
                Map.of("fcm.title", "1")));
        assertThat(options.forPush("mine", TAG, false))
                .containsOnly(
                        Map.entry("fcm.title", "1"),
                        Map.entry("fcm.body", "2"),
                        Map.entry("fcm.url", "3"),
                        Map.entry("fcm.project", "4"));
        assertThat(options.forPush("other", TAG, false))
                .containsEntry("fcm.title", "2")
                .containsEntry("fcm.url", "4");
        assertThat(options.forPush("mine", "another.tag", false)).containsEntry("fcm.title", "3");
    }

    @Test
    void forPush_ofADebugDevice_looksForTheTwinFirstAtEachLevel() {
        for (String section : List.of(
                "push", "push.provider.mine", "push.provider.event." + TAG, "push.provider.mine.event." + TAG)) {
            Options options = of(Map.of(section, Map.of("fcm.title", "plain", "debug.fcm.title", "twin")));
            assertThat(options.forPush("mine", TAG, true)).as(section).containsOnly(Map.entry("fcm.title", "twin"));
            assertThat(options.forPush("mine", TAG, false)).as(section).containsOnly(Map.entry("fcm.title", "plain"));
        }
    }

    @Test
    void forPush_ofADebugDevice_prefersANarrowerSectionToATwinOfAWiderOne() {
        Options options = of(Map.of(
                "push", Map.of("debug.fcm.title", "twin of the widest", "debug.fcm.body", "twin"),
                "push.provider.mine", Map.of("fcm.title", "narrower")));
        assertThat(options.forPush("mine", TAG, true))
                .containsOnly(Map.entry("fcm.title", "narrower"), Map.entry("fcm.body", "twin"));
        assertThat(options.forPush("mine", TAG, false)).containsOnly(Map.entry("fcm.title", "narrower"));
    }

    @Test
    void aWrongValue_isNamedWithItsPlaceAndWhatIsAccepted() {
        refused("Service.sales", "_client_timeout_notification", "soon")
                .withMessage(
                        "[Service.sales] _client_timeout_notification = 'soon': accepted is whole seconds from 0 to"
                                + " 43200");
        refused("halley", "require_secure_key", "yes")
                .withMessage("[halley] require_secure_key = 'yes': accepted is true or false");
        refused("push", "content", "some")
                .withMessage("[push] content = 'some': accepted is full or none or background");
        refused("push", "filtering_chat_events", "Notice.Typing")
                .withMessageStartingWith("[push] filtering_chat_events = 'Notice.Typing': accepted is event types")
                .withMessageContaining("Notice.TypingStarted");
        refused("push.provider.ios", "apple.port", "70000").withMessageContaining("from 1 to 65535");
        refused("halley", "max_events", 9).withMessageContaining("= '9'").withMessageContaining("from 10");
        refused("push", "fcm.title", "").withMessageContaining("accepted is any text");
    }

    @Test
    void everyComplaint_isOneLine() {
        refused("Service.sales", "_client_timeout_notification", "1\n2\r3").satisfies(OptionsTest::isOneLine);
        refused("push", "push\nEnabled", "x").satisfies(OptionsTest::isOneLine);
        refused("some\nsection", "x", "x").satisfies(OptionsTest::isOneLine);
        refused("push.provider.a\nb", "ttl", "x").satisfies(OptionsTest::isOneLine);
        refused("push.provider.a\nb", "nonsense", "x").satisfies(OptionsTest::isOneLine);
    }

    private static void isOneLine(Throwable complaint) {
        assertThat(complaint).message().doesNotContain("\n", "\r");
    }

    @Test
    void anUnknownOption_isNamedWithTheNearest() {
        refused("push.provider.customhttp", "customhttp.tiemout", 5)
                .withMessage("[push.provider.customhttp] customhttp.tiemout is not an option here; the nearest one is"
                        + " customhttp.timeout");
        refused("halley", "maxevents", 5).withMessageContaining("max_events");
        refused("push", "debug.customhttp.tiemout", 5).withMessageContaining("customhttp.timeout");
    }

    @Test
    void anUnknownOption_thatIsLikeNoOther_isNamedWithAll() {
        refused("halley", "completely_different", 5)
                .withMessageContaining(
                        "known are allowed_origins, body_timeout, confirm_by_connect, max_bytes, max_chat_bytes,");
    }

    @Test
    void anOptionInAnotherSection_isToldItsPlace() {
        refused("push", "max_events", 100).withMessageContaining("it belongs in [halley]");
        refused("Service.sales", "pushEnabled", "fcm").withMessageContaining("it belongs in [push]");
        refused("push.provider.fcm", "_client_timeout_notification", 5)
                .withMessageContaining("it belongs in [Service.<name>] or [push]");
        refused("halley", "fcm.title", "x").withMessageContaining("it belongs in [push.provider.<name>] or [push]");
        refused("Service.sales", "debug.fcm.title", "x").withMessageContaining("is not an option here");
        refused("push", "debug.pushEnabled", "fcm")
                .withMessage("[push] debug.pushEnabled is not an option: pushEnabled is the same for all devices");
        refused("push", "debug._client_timeout_notification", 5).withMessageContaining("the same for all devices");
    }

    @Test
    void anUnknownSection_isNamedWithThoseThereAre() {
        for (String section : List.of("Push", "services", "push.provider.", "Service.", "push.fcm")) {
            refused(section, "x", "x")
                    .withMessageStartingWith("[" + section + "] is not a section; accepted are [push],")
                    .withMessageContaining("[Service.<name>]");
        }
    }

    @Test
    void aServiceOfAnotherName_isRefused() {
        refused("Service.sales~eu", "_client_timeout_notification", 5)
                .withMessage("[Service.sales~eu]: A service has 1 to 64 of the characters A-Z a-z 0-9 . _ -");
    }

    @Test
    void secrets_areNeverPrinted() {
        Option key = Option.matching("mine.key", "none", "A key.", "32 letters", ".{32}")
                .asSecret();
        Map<String, Map<String, String>> sections = Map.of("push", Map.of("mine.key", "not-to-be-seen"));
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Options.of(sections, List.of(new FakeProviders(Set.of("mine"), key))))
                .withMessage("[push] mine.key = (not shown): accepted is 32 letters");
        assertThat(of(Map.of("push", Map.of("customhttp.secret", "not-to-be-seen"))))
                .asString()
                .doesNotContain("not-to-be-seen");
        refused("push", "debug.fcm.old", "not-to-be-seen")
                .satisfies(e -> assertThat(e).message().doesNotContain("not-to-be-seen"));
    }

    @Test
    void anOptionThatIsSetAnywhere_isFound_alsoUnderItsTwin() {
        Options options = of(Map.of(
                "push",
                Map.of("apple.sound", "ding", "debug.apple.topic", "x"),
                "push.provider.customhttp",
                Map.of("customhttp.url", "http://127.0.0.1:9000/push", "customhttp.timeout", 5)));
        assertThat(options.get("push", "apple.sound")).contains("ding");
        assertThat(options.get("push.provider.customhttp", "customhttp.timeout"))
                .contains("5");
        assertThat(options.isSetAnywhere("apple.topic")).isTrue();
        assertThat(options.isSetAnywhere("apple.key")).isFalse();
    }

    @Test
    void anOptionOfAnAbsentModule_isRefusedWithTheModule() {
        absent("fcm.url").withMessage("[push] fcm.url belongs to halley-push-fcm, which is not on the class path");
        absent("debug.fcm.url")
                .withMessage("[push] debug.fcm.url belongs to halley-push-fcm, which is not on the class path");
        absent("apple.key").withMessageContaining("belongs to halley-push-ios,");
        absent("customhttp.timeout").withMessageContaining("belongs to halley-push-http,");
        absent("httpcb.allow").withMessageContaining("belongs to halley-push-http,");
        absent("validate_only").withMessageContaining("belongs to halley-push-fcm,");
        absent("fcmurl").withMessageContaining("is not an option here");
        refused("push", "httpcb.allow", "x").withMessageContaining("belongs to halley-push-http,");
        refused("push", "fcm.nonsense", "x").withMessageContaining("is not an option here");
    }

    private static ThrowableAssertAlternative<OptionException> absent(String option) {
        return assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Options.of(Map.of("push", Map.of(option, "x")), List.of()));
    }

    @Test
    void aProvidersOwnOptions_areKnown() {
        FakeProviders factory = new FakeProviders(
                Set.of("mine"),
                Option.number("mine.number", "1", "A number.", 1, 3),
                Option.oneOf("mine.place", "`here`", "A place.", "here"));
        Options options = Options.of(
                Map.of("push.provider.mine", Map.of("mine.number", 3, "debug.mine.number", 2)), List.of(factory));
        assertThat(new ProviderConfig("mine", options).option("mine.number")).contains("3");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Options.of(Map.of("push", Map.of("mine.place", "there")), List.of(factory)))
                .withMessage("[push] mine.place = 'there': accepted is here");
    }

    @Test
    void aProvidersConfig_fallsBackToThePushSection() {
        Options options = of(Map.of(
                "push", Map.of("fcm.title", "wide", "fcm.body", "wide"),
                "push.provider.fcm", Map.of("fcm.title", "narrow")));
        ProviderConfig config = new ProviderConfig("fcm", options);
        assertThat(config.option("fcm.title")).contains("narrow");
        assertThat(config.option("fcm.body")).contains("wide");
        assertThat(config.option("fcm.url")).isEmpty();
    }

    @Test
    void theOptionThatIsGone_isRefusedWithASentence() {
        refused("halley", "repeat_unread", true)
                .withMessage(
                        "[halley] repeat_unread = 'true': accepted is nothing: what may be unread is always repeated,"
                                + " so leave it out");
    }

    @Test
    void aRetentionThatIsTooShort_isRefused() {
        refused("halley", "retention", 3_600)
                .withMessageStartingWith("[halley] retention 3600 s is too short: more than 176730 s");
    }

    @Test
    void timeToLive_isThatOfThePushSection_andTheLongestOfAllNeedsItsRetention() {
        assertThat(of(Map.of("push", Map.of("ttl", 60), "push.provider.fcm", Map.of("ttl", 120)))
                        .settings()
                        .pushTimeToLive())
                .isEqualTo(Duration.ofSeconds(60));
        assertThat(of(Map.of("push.provider.fcm", Map.of("ttl", 120)))
                        .settings()
                        .pushTimeToLive())
                .isEqualTo(Duration.ofHours(24));
        refused("push", "ttl", 40 * 3_600).withMessageContaining("retention 259200 s is too short");
        refused("push.provider.fcm", "debug.ttl", 40 * 3_600).withMessageContaining("retention 259200 s is too short");
        assertThat(of(Map.of("push", Map.of("ttl", 60), "halley", Map.of("retention", 5_000)))
                        .settings()
                        .retention())
                .isEqualTo(Duration.ofSeconds(5_000));
    }

    @Test
    void halfACharacter_isReplaced() {
        assertThat(of(Map.of("push", Map.of("fcm.title", "half \ud83d"))).get("push", "fcm.title"))
                .contains("half \ufffd");
    }

    @Test
    void timeToLiveOfAType_goesBeforeTheUsual() {
        Options options = of(Map.of("push", Map.of("ttl", 60, "fcm.ttl", 30, "debug.ttl", 45)));
        assertThat(options.timeToLive(Device.of("fcm", "token"), TAG)).contains(Duration.ofSeconds(30));
        assertThat(options.timeToLive(Device.of("ios", "token"), TAG)).contains(Duration.ofSeconds(60));
        assertThat(options.timeToLive(new Device("ios", "token", "", "", true), TAG))
                .contains(Duration.ofSeconds(45));
        assertThat(Options.none().timeToLive(Device.of("ios", "token"), TAG)).isEmpty();
        refused("push", "fcm.ttl", 40 * 3_600).withMessageContaining("retention 259200 s is too short");
    }

    @Test
    void variants_areAllThatADeviceCanChoose_eachOnce() {
        Options options = of(Map.of(
                "push",
                Map.of("apple.host", "outer"),
                "push.provider.ios",
                Map.of("debug.apple.host", "sandbox"),
                "push.provider.vip.event." + TAG,
                Map.of("apple.host", "vip"),
                "push.provider.event." + TAG,
                Map.of("apple.sound", "ding")));
        assertThat(options.variants(TAG))
                .extracting(variant -> variant.get("apple.host"))
                .containsExactlyInAnyOrder("outer", "sandbox", "vip");
        assertThat(options.variants(TAG))
                .allSatisfy(variant -> assertThat(variant).containsEntry("apple.sound", "ding"));
    }

    @Test
    void variants_haveTheTextsOfEachLanguage(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("texts.properties"), "title = News\ntitle.pt-BR = Novidades\n");
        Options options = of(Map.of("push.provider.ios", Map.of("texts", file)));
        assertThat(options.variants(TAG))
                .extracting(variant -> variant.get("title"))
                .containsExactlyInAnyOrder(null, "News", "Novidades");
    }

    @Test
    void texts_giveTitleAndBody_ofTheNearestLanguage(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("texts.properties"), """
                        title = News
                        body = Somebody wrote
                        title.pt = Novidades
                        title.pt-BR = Novidades 📬
                        body.de = Neu
                        """);
        Options options = of(Map.of("push", Map.of("texts", file, "apple.title", "Other")));
        assertThat(options.forPush(speaking("pt-BR"), TAG))
                .containsEntry("title", "Novidades 📬")
                .containsEntry("body", "Somebody wrote")
                .containsEntry("apple.title", "Other");
        assertThat(options.forPush(speaking("pt_PT"), TAG)).containsEntry("title", "Novidades");
        assertThat(options.forPush(speaking("de-CH-1901"), TAG)).containsEntry("body", "Neu");
        assertThat(options.forPush(speaking(""), TAG)).containsEntry("title", "News");
        assertThat(options.forPush(speaking("-"), TAG)).containsEntry("title", "News");
    }

    @Test
    void textsThatCantBeRead_areRefused(@TempDir Path folder) throws IOException {
        refused("push", "texts", folder.resolve("missing")).withMessageContaining("(it can't be read): accepted is a");
        Path wrong = Files.writeString(folder.resolve("wrong"), "titel.de = Neu\n");
        refused("push.provider.ios", "debug.texts", wrong).withMessageContaining("(it has the key titel.de)");
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'t', 'i', 't', 'l', 'e', '=', (byte) 0xE4});
        refused("push", "texts", latin).withMessageContaining("(it is not UTF-8)");
        Path escape = Files.writeString(folder.resolve("escape"), "title = \\u12\n");
        refused("push", "texts", escape).withMessageContaining("(it has a broken escape)");
        Path large = Files.writeString(folder.resolve("large"), "title = " + "x".repeat(1 << 20));
        refused("push", "texts", large).withMessageContaining("(it has more than 1048576 bytes)");
    }

    private static Device speaking(String language) {
        return new Device("ios", "token", "", language, false);
    }

    private static Option text(String name) {
        return Option.text(name, "none", "A text.");
    }

    private static Options of(Map<String, ? extends Map<String, ?>> sections) {
        return Options.of(sections, List.of(PROVIDERS));
    }

    private static ThrowableAssertAlternative<OptionException> refused(String section, String option, Object value) {
        return assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> of(Map.of(section, Map.of(option, value))));
    }

    @Test
    void aSecretOption_isNotEmpty_andNeverShown() {
        refused("push", "apple.certificatePassword", "").withMessageContaining("(not shown)");
    }

    @Test
    void aListWithGaps_isReadWithoutThem() {
        assertThat(Options.of(Map.of("push", Map.of("pushEnabled", Arrays.asList("fcm", null))), List.of())
                        .pushEnabled())
                .containsExactly("fcm");
    }
}

package dev.halley.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.parallel.Resources.LOCALE;
import static org.junit.jupiter.api.parallel.Resources.SYSTEM_ERR;
import static org.junit.jupiter.api.parallel.Resources.SYSTEM_OUT;
import static org.junit.jupiter.api.parallel.Resources.TIME_ZONE;

import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.Payload;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.PushService.Answer;
import dev.halley.testkit.Relay.Trouble;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What every {@link PushProvider} must do. Extend it, say what your push service answers and how to open your provider,
 * and run it:
 *
 * <pre>{@code
 * class PagerProviderTest extends PushProviderContract {
 *     @Override
 *     protected PushService service() {
 *         return new HttpPushService()
 *                 .on(Answer.REJECTED, 400)
 *                 .on(Answer.UNREGISTERED, 404)
 *                 .on(Answer.UNAVAILABLE, 503)
 *                 .on(Answer.UNAVAILABLE_FOR_A_MINUTE, 429, "Retry-After: 60");
 *     }
 *
 *     @Override
 *     protected PushProvider open(URI service) {
 *         return new PagerProvider(service, Duration.ofSeconds(2));
 *     }
 *
 *     @Override
 *     protected Device device(URI service) {
 *         return Device.of("pager", "a-token-that-nobody-may-read");
 *     }
 *     }
 *     }</pre>
 *
 * <p>Tests named {@code required_} hold for every provider. Those named {@code optional_} are about what some push
 * services and providers lack. They are skipped unless the method that they need is overridden, or the
 * {@link PushService} has the answer.
 *
 * <p>The provider is given the URL of a relay on the same host, which passes everything on to the service. The relay
 * can hang, reset connections, or send nonsense, with or without end. It does so below TLS, so a provider that uses TLS
 * keeps it. All connections are on the loopback interface.
 *
 * <p><b>Logs.</b> The contract searches {@code System.out}, {@code System.err} and {@code java.util.logging} for
 * secrets. SLF4J alone prints nothing, so put a binding such as {@code slf4j-simple} on the test class path, at the
 * level that you want to be sure of.
 */
public abstract class PushProviderContract {

    private static final Duration STEP = Duration.ofMillis(20);
    private static final int THREADS = 8;
    private static final int CYCLES = 3;

    private static final String KEY = "0001BaAFC4J8000N_1_6";
    private static final String SECRET_TEXT = "text-that-nobody-may-read-0a5b";
    private static final String SECRET_NAME = "name-that-nobody-may-read-7c3d";
    private static final String MESSAGE = "New message from Agent";
    private static final String MADE_UP = "Made-up-by-a-device-9e2f";
    private static final String ELLIPSIS = PayloadFitter.ELLIPSIS;
    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    private static final Instant AT = Instant.parse("2015-03-03T20:36:12.123456789Z");

    /** Each is repeated until it is as long as a test needs. */
    private static final List<String> SCRIPTS = List.of(
            "A line of text. ",
            "Gr\u00fc\u00dfe, \u010de\u0161tina, ti\u1ebfng Vi\u1ec7t ",
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f ",
            "\u202b\u0627\u0644\u0633\u0644\u0627\u0645\u064f \u0639\u0644\u064a\u0643\u0645\u202c ",
            "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u200f",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e48\u0e30",
            "\u65e5\u672c\u8a9e\u306f\u3099\u4e2d\u6587\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab \ud842\udfb7",
            "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349"
                    + "a\u0323\u031b\u0301lgo\u0336\u0337 ",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
            "\ud83d\udc69\ud83c\udffd\u200d\ud83d\ude80\ud83d\udc4d\ud83c\udfff",
            "\ud83c\udde9\ud83c\uddea\ud83c\uddf3\ud83c\uddf1",
            "1\ufe0f\u20e3#\ufe0f\u20e3\u2764\ufe0f\u200d\ud83d\udd25",
            "\ud83d\ude00",
            "\ud800 half \udc00 pairs \ud83d",
            "\"quotes\" \\backslashes\\ </script> {}[]%s$1&amp; ",
            "\u0000\u0001\b\t\n\f\r\u001f\u007f\u0085\u2028\u2029\ufeff",
            "\r\n");

    private final List<PushProvider> opened = new ArrayList<>();
    private @Nullable PushService service;
    private @Nullable Relay relay;

    /**
     * Starts the push service. It is closed after the test.
     *
     * @return the push service
     * @throws Exception if it does not start, which fails the test
     */
    protected abstract PushService service() throws Exception;

    /**
     * Opens a new provider.
     *
     * @param service the URL to which it sends
     * @return the provider
     * @throws Exception if it does not open, which fails the test
     */
    protected abstract PushProvider open(URI service) throws Exception;

    /**
     * Returns the device to push to. Its token must occur nowhere else: the contract looks for it in all that is
     * printed.
     *
     * @param service the URL to which the provider sends
     * @return the device
     */
    protected abstract Device device(URI service);

    /**
     * Returns the options that a notification carries. Default: none.
     *
     * @param service the URL to which the provider sends
     * @return names and values
     */
    protected Map<String, String> options(URI service) {
        return Map.of();
    }

    /** {@return what else must not be printed, such as credentials} Default: nothing. */
    protected List<String> secrets() {
        return List.of();
    }

    /** {@return how many bytes of UTF-8 a payload's body may have at most} Default: empty, for any number. */
    protected OptionalInt limit() {
        return OptionalInt.empty();
    }

    /**
     * Reads a payload as the app does. Default: skips the test.
     *
     * @param payload what the provider made
     * @return what the app shows
     */
    protected Shown shown(Payload payload) {
        return Assumptions.abort("Nothing reads what these payloads show");
    }

    /** {@return how long a push may take at most} Default: skips the test. */
    protected Duration timeLimit() {
        return Assumptions.abort("This provider's time limit is not known");
    }

    /** {@return whether a client that was handed to the provider still works} Default: skips the test. */
    protected boolean handedInIsOpen() {
        return Assumptions.abort("Nothing is handed to this provider");
    }

    /** {@return how long to wait for anything that should happen} Default: 10 seconds. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /**
     * What a payload shows of the chat.
     *
     * @param texts the texts of the rows, in order
     * @param omitted how many of the oldest rows it says are left out
     * @param truncated whether it says that a text was cut
     */
    public record Shown(List<String> texts, int omitted, boolean truncated) {
        /**
         * Copies the texts.
         *
         * @param texts the texts of the rows, in order
         * @param omitted how many of the oldest rows it says are left out
         * @param truncated whether it says that a text was cut
         */
        public Shown {
            texts = List.copyOf(texts);
        }

        @Override
        public String toString() {
            return "Shown[" + texts.size() + " texts, " + omitted + " omitted" + (truncated ? ", truncated]" : "]");
        }
    }

    /**
     * Starts the service and the relay.
     *
     * @throws Exception if the service does not start
     */
    @BeforeEach
    protected void startService() throws Exception {
        service = service();
        relay = new Relay(service.url());
    }

    /** Closes all that the test has opened. */
    @AfterEach
    protected void closeAll() {
        List<@Nullable AutoCloseable> all = new ArrayList<>();
        // First, so that nothing hangs.
        all.add(relay);
        all.addAll(opened);
        all.add(service);
        relay = null;
        opened.clear();
        service = null;
        List<Throwable> failures = new ArrayList<>();
        for (@Nullable AutoCloseable one : all) {
            try {
                if (one != null) {
                    close(one);
                }
            } catch (AssertionError e) {
                failures.add(e);
            }
        }
        assertThat(failures).isEmpty();
    }

    // The form of a push

    @Test
    void required_format_keepsTheKey() {
        PushProvider provider = open();

        assertThat(provider.format(notification(rows(3)), device()).key()).isEqualTo(KEY);
        assertThat(provider.format(later(notification(rows(3))), device()).key())
                .as("at another attempt")
                .isEqualTo(KEY);
    }

    @Test
    void required_format_isTheSameAgain() throws InterruptedException {
        PushProvider provider = open();
        Notification notification = notification(rows(100));
        Payload first = provider.format(notification, device());

        assertThat(same(provider.format(notification, device()), first))
                .as("the same again")
                .isTrue();
        assertThat(same(provider.format(notification(rows(100)), device()), first))
                .as("the same for an equal notification")
                .isTrue();
        assertThat(same(open().format(notification, device()), first))
                .as("the same from another provider, as on another node")
                .isTrue();
    }

    @Test
    @ResourceLock(LOCALE)
    @ResourceLock(TIME_ZONE)
    void required_format_isTheSameInEveryLocaleAndTimeZone() {
        PushProvider provider = open();
        List<Notification> notifications = List.of(notification(rows(3)), notification(rows(10_000)), full("none"));
        List<Payload> first = formatted(provider, notifications);
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            for (String other : List.of("tr-TR", "ar-EG-u-nu-arab", "th-TH-u-ca-buddhist-nu-thai", "de-DE")) {
                Locale.setDefault(Locale.forLanguageTag(other));
                TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
                List<Payload> there = formatted(provider, notifications);
                assertThat(IntStream.range(0, first.size()).allMatch(i -> same(there.get(i), first.get(i))))
                        .as("the same where the locale is " + other)
                        .isTrue();
            }
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void required_format_isTheSameOnManyThreads() throws Exception {
        PushProvider provider = open();
        List<Notification> notifications = IntStream.range(0, 20)
                .mapToObj(i -> notification(List.of(row(1, "Text " + i), row(2, SCRIPTS.get(i % SCRIPTS.size())))))
                .toList();
        List<Payload> first = formatted(provider, notifications);

        List<FutureTask<List<Payload>>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            all.add(start(() -> formatted(provider, notifications)));
        }
        for (FutureTask<List<Payload>> one : all) {
            List<Payload> there = result(one);
            assertThat(IntStream.range(0, first.size()).allMatch(i -> same(there.get(i), first.get(i))))
                    .isTrue();
        }
    }

    @Test
    void required_format_ofAnyNumberOfRows_isWithinTheLimit() {
        PushProvider provider = open();

        for (int rows : List.of(0, 1, 2, 10, 100, 1_000, 10_000)) {
            assertWithinLimit(rows + " rows", provider.format(notification(rows(rows)), device()));
        }
    }

    @Test
    void required_format_ofAnyScript_isWithinTheLimit() {
        PushProvider provider = open();

        for (String script : SCRIPTS) {
            for (int length : List.of(1, 40, 1_300, 4_096, 24_576)) {
                Row longest = row(2, repeated(script, length));
                assertWithinLimit(
                        length + " bytes such as " + script,
                        provider.format(notification(List.of(row(1, script), longest)), device()));
            }
            List<Row> many = IntStream.rangeClosed(1, 1_000)
                    .mapToObj(i -> row(i, script))
                    .toList();
            assertWithinLimit("1,000 times " + script, provider.format(notification(many), device()));
        }
    }

    @Test
    void required_format_ofAnyScript_isWellFormed() {
        PushProvider provider = open();

        for (String script : SCRIPTS) {
            // One more character each time, so that a cut at a fixed place meets every place of a script.
            for (int before = 0; before <= 12; before++) {
                String text = "x".repeat(before) + repeated(script, 24_576);
                Payload payload = provider.format(notification(List.of(row(1, text))), device());
                assertThat(isWellFormed(payload.body()))
                        .as("whole characters of " + script)
                        .isTrue();
                assertThat(payload.attributes().values()).allMatch(PushProviderContract::isWellFormed);
            }
        }
    }

    @Test
    void required_format_ofTooLongAMessage_isWithinTheLimitOrRefused() {
        PushProvider provider = open();

        for (String script :
                SCRIPTS.stream().filter(PushProviderContract::isWellFormed).toList()) {
            try {
                Payload payload = provider.format(
                        with(notification(rows(3)), repeated(script, 24_576), options(url())), device());
                assertWithinLimit("a message such as " + script, payload);
            } catch (IllegalArgumentException e) {
                assertNoSecret("the refusal", printed(e));
            }
        }
    }

    @Test
    void required_format_ofContentNone_hasNothingOfTheChat() {
        PushProvider provider = open();

        assertNothingOfTheChat(provider.format(full("none"), device()));
    }

    @Test
    void required_format_ofContentBackground_hasNothingOfTheChat() {
        PushProvider provider = open();

        assertNothingOfTheChat(provider.format(full("background"), device()));
    }

    @Test
    void optional_format_showsEveryText() {
        PushProvider provider = open();

        for (String script : SCRIPTS) {
            List<Row> rows = List.of(row(1, script), row(2, "\u2026"), row(3, script));
            Shown shown = shown(provider.format(notification(rows), device()));
            assertThat(shown).isEqualTo(new Shown(texts(rows), 0, false));
        }
    }

    @Test
    void optional_format_omitsTheOldestRows_andSaysSo() {
        PushProvider provider = open();

        for (int count : List.of(1, 10, 1_000, 10_000)) {
            List<Row> rows = rows(count);
            Shown shown = shown(provider.format(notification(rows), device()));
            int kept = shown.texts().size();
            assertThat(kept).as("rows shown of " + count).isPositive();
            assertThat(shown.texts()).as("the newest of " + count).isEqualTo(texts(rows.subList(count - kept, count)));
            assertThat(shown.omitted()).as("omitted of " + count).isEqualTo(count - kept);
            assertThat(shown.truncated()).isFalse();
            if (limit().isEmpty()) {
                assertThat(kept).as("without a limit").isEqualTo(count);
            }
        }
    }

    @Test
    void optional_format_cutsATextBetweenGraphemes_andSaysSo() {
        Assumptions.assumeTrue(limit().isPresent(), "This provider has no limit");
        PushProvider provider = open();

        for (String script : SCRIPTS) {
            for (int before = 0; before <= 12; before++) {
                Row row = row(2, "x".repeat(before) + repeated(script, 24_576));
                Shown shown = shown(provider.format(notification(List.of(row(1, "old"), row)), device()));
                assertThat(shown.omitted()).isEqualTo(1);
                assertThat(shown.truncated()).as("said that it was cut").isTrue();
                assertThat(shown.texts()).hasSize(1);
                assertCut(shown.texts().get(0), row.event().text());
            }
        }
    }

    @Test
    void optional_format_ofAnotherAttempt_showsTheSame() {
        PushProvider provider = open();
        Notification notification = notification(rows(10));

        assertThat(shown(provider.format(later(notification), device())))
                .isEqualTo(shown(provider.format(notification, device())));
    }

    // What the service answers

    @Test
    void required_send_ofAPushThatIsTaken_isAccepted() {
        PushProvider provider = open();

        assertAccepted(provider);
        assertThat(settled(provider, payload(provider)).outcome)
                .as("the same payload once more")
                .isEqualTo(new Outcome.Accepted());
    }

    @Test
    void required_send_ofAFullPush_isAccepted() {
        PushProvider provider = open();

        for (String script : SCRIPTS) {
            Payload payload = provider.format(notification(List.of(row(1, repeated(script, 24_576)))), device());
            assertThat(settled(provider, payload).outcome).as("for " + script).isEqualTo(new Outcome.Accepted());
        }
    }

    @Test
    void required_send_toAServiceThatIsUnavailable_isUnavailable() {
        PushProvider provider = open();
        theService().answer(Answer.UNAVAILABLE);

        assertUnavailable(settled(provider, payload(provider)));

        theService().answer(Answer.ACCEPTED);
        assertAcceptedAgain(provider);
    }

    @Test
    void optional_send_ofAPushThatIsRefused_isRejected() {
        PushProvider provider = open();
        theService().answer(Answer.REJECTED);

        assertThat(settled(provider, payload(provider)).outcome).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void optional_send_toATokenThatIsGone_isUnregistered() {
        PushProvider provider = open();
        theService().answer(Answer.UNREGISTERED);

        assertThat(settled(provider, payload(provider)).outcome).isInstanceOf(Outcome.Unregistered.class);
    }

    @Test
    void optional_send_toAServiceThatAsksToWait_saysForHowLong() {
        assertSaysForHowLong(Answer.UNAVAILABLE_FOR_A_MINUTE);
    }

    /** Whose clock is right does not matter: the service says what time it is, too. */
    @Test
    void optional_send_toAServiceThatAsksToWaitUntilADate_saysForHowLong() {
        assertSaysForHowLong(Answer.UNAVAILABLE_UNTIL_A_DATE);
    }

    private void assertSaysForHowLong(Answer answer) {
        PushProvider provider = open();
        theService().answer(answer);

        Settled settled = settled(provider, payload(provider));

        assertThat(settled.outcome)
                .isInstanceOfSatisfying(
                        Outcome.Unavailable.class,
                        unavailable -> assertThat(unavailable.retryAfter())
                                .as("the wait that the service asks for")
                                .hasValueSatisfying(wait ->
                                        assertThat(wait).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(90))));
    }

    /** The status decides. Else the same push is sent again and again, until its time to live is over. */
    @Test
    void optional_send_ofAPushThatIsTakenWithManyHeaders_isAccepted() {
        PushProvider provider = open();
        theService().answer(Answer.ACCEPTED_AT_LENGTH);

        assertAccepted(provider);
        assertAccepted(provider);
    }

    @Test
    void required_send_ofManyThreads_isAccepted() throws Exception {
        PushProvider provider = open();
        Payload payload = payload(provider);

        List<FutureTask<List<CompletableFuture<Outcome>>>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            all.add(start(() -> IntStream.range(0, 25)
                    .mapToObj(j -> send(provider, payload))
                    .toList()));
        }

        for (FutureTask<List<CompletableFuture<Outcome>>> one : all) {
            for (CompletableFuture<Outcome> sent : result(one)) {
                assertThat(settled(sent).outcome).isEqualTo(new Outcome.Accepted());
            }
        }
    }

    // Trouble

    @Test
    void required_send_toAServiceThatIsNotThere_isUnavailable() {
        PushProvider provider = open();
        theRelay().close();

        assertUnavailable(settled(provider, payload(provider)));
    }

    @Test
    void required_send_toAServiceThatResets_isUnavailable_andWorksAgain() {
        assertSurvives(Trouble.RESET);
    }

    @Test
    void required_send_toAServiceThatTalksNonsense_isUnavailable_andWorksAgain() {
        assertSurvives(Trouble.GARBAGE);
    }

    @Test
    void required_send_toAServiceThatTalksNonsenseWithoutEnd_isUnavailable_andWorksAgain() {
        assertSurvives(Trouble.ENDLESS);
    }

    @Test
    void optional_send_toAServiceWhoseAnswerHasNoEnd_doesNotReadItAll() {
        PushProvider provider = open();
        assertAccepted(provider);
        theRelay().make(Trouble.NONE);
        theService().answer(Answer.ENDLESS);

        Settled settled = settled(provider, payload(provider));

        if (!(settled.outcome instanceof Outcome.Accepted)) {
            assertUnavailable(settled);
        }
        assertNotTaken();
        theService().answer(Answer.ACCEPTED);
        theRelay().make(Trouble.NONE);
        assertAcceptedAgain(provider);
    }

    @Test
    void required_send_toAServiceThatHangs_returnsAtOnce_andWorksAgain() {
        for (boolean connected : List.of(true, false)) {
            PushProvider provider = open();
            Payload payload = payload(provider);
            if (connected) {
                assertAccepted(provider);
            }
            theRelay().make(Trouble.HANG);

            List<CompletableFuture<Outcome>> hanging = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Outcome> sent = send(provider, payload);
                assertThat(sent).as("the answer when send returns").isNotDone();
                hanging.add(sent);
            }

            theRelay().make(Trouble.NONE);
            assertAcceptedAgain(provider);
            hanging.forEach(this::settled);
        }
    }

    @Test
    void optional_send_toAServiceThatHangs_timesOut() {
        Duration limit = timeLimit();
        PushProvider provider = open();
        assertAccepted(provider);
        theRelay().make(Trouble.HANG);

        assertUnavailable(settled(send(provider, payload(provider)), limit.plus(patience())));
    }

    // What is opened is closed

    @Test
    void required_close_endsSoonWhileAPushHangs() {
        PushProvider provider = open();
        assertAccepted(provider);
        theRelay().make(Trouble.HANG);
        CompletableFuture<Outcome> sent = send(provider, payload(provider));

        close(provider);

        assertUnavailable(settled(sent));
    }

    @Test
    void required_close_leavesNoThread() {
        assertAccepted(open());
        close(opened.get(0));
        Set<Thread> before = threads();

        for (int i = 0; i < CYCLES; i++) {
            PushProvider provider = open();
            assertAccepted(provider);
            close(provider);
        }
        // Also the service, which may have a thread for each connection.
        closeAll();

        eventually(() -> left(before).isEmpty(), () -> "threads are left: " + left(before));
    }

    @Test
    void required_close_leavesNoConnection() {
        PushProvider provider = open();
        assertAccepted(provider);

        close(provider);

        eventually(() -> theRelay().connections() == 0, () -> theRelay().connections() + " connections are left");
    }

    @Test
    void required_close_leavesNoConnectionOfAPushThatHangs() {
        PushProvider provider = open();
        theRelay().make(Trouble.HANG);
        CompletableFuture<Outcome> sent = send(provider, payload(provider));
        eventually(() -> theRelay().connections() > 0, () -> "nothing connects");

        close(provider);

        eventually(() -> theRelay().connections() == 0, () -> theRelay().connections() + " connections are left");
        settled(sent);
    }

    @Test
    void required_close_ofAProviderThatHasSentNothing_isQuiet() {
        close(open());
    }

    @Test
    void required_close_again_isQuiet() {
        PushProvider provider = open();
        assertAccepted(provider);

        close(provider);
        close(provider);
    }

    @Test
    void required_close_leavesOtherProvidersAlone() {
        PushProvider other = open();
        PushProvider provider = open();
        assertAccepted(provider);

        close(provider);

        assertAccepted(other);
    }

    @Test
    void optional_close_leavesOpenWhatWasHandedIn() {
        PushProvider provider = open();
        assertAccepted(provider);
        assertThat(handedInIsOpen()).isTrue();

        close(provider);

        assertThat(handedInIsOpen()).isTrue();
    }

    // Secrets

    @Test
    void required_toString_tellsNoSecret() {
        PushProvider provider = open();
        Payload payload = payload(provider);
        assertAccepted(provider);

        assertNoSecret("toString", provider.toString());
        assertNoSecret("the circuit", provider.circuit(device()));
        assertNoSecret("the server", provider.server(device()));
        assertNoSecret("a payload", payload.toString());
        assertNoSecret("the key", payload.key());
    }

    @Test
    void required_threads_tellNoSecret() {
        PushProvider provider = open();
        assertAccepted(provider);
        theRelay().make(Trouble.HANG);
        CompletableFuture<Outcome> sent = send(provider, payload(provider));

        threads().forEach(thread -> assertNoSecret("the name of a thread", thread.getName()));

        theRelay().make(Trouble.NONE);
        settled(sent);
    }

    @Test
    void required_outcomes_tellNoSecret() {
        everyOutcome().forEach(settled -> assertNoSecret("an outcome", settled.toString()));
    }

    /** Reasons are logged and counted, and there is no end of what customers make up. */
    @Test
    void required_reasons_nameNothingThatADeviceMadeUp() {
        Device like = device();
        Device device = new Device(like.type(), like.token(), MADE_UP, MADE_UP, like.debug());
        PushProvider provider = open();
        List<String> told = new ArrayList<>(List.of(provider.server(device)));
        // With its options, and with none, which is all that a provider's name without a section has.
        for (Map<String, String> options : List.of(options(url()), Map.<String, String>of())) {
            try {
                Payload payload = provider.format(with(notification(rows(3)), MESSAGE, options), device);
                for (Answer answer : List.of(Answer.REJECTED, Answer.UNREGISTERED, Answer.UNAVAILABLE)) {
                    if (has(answer)) {
                        told.add(settled(send(provider, payload, device)).toString());
                    }
                }
            } catch (IllegalArgumentException e) {
                told.add(String.valueOf(e.getMessage()));
            }
        }
        assertThat(told).noneMatch(text -> text.contains(MADE_UP));
    }

    @Test
    @ResourceLock(SYSTEM_OUT)
    @ResourceLock(SYSTEM_ERR)
    void required_logs_tellNoSecret() {
        try (Printed printed = new Printed()) {
            everyOutcome();
            close(opened.get(0));
            assertNoSecret("what was printed", printed.toString());
        }
    }

    /** Returns what happens to a push in each trouble with the service. */
    private List<Settled> everyOutcome() {
        PushProvider provider = open();
        Payload payload = payload(provider);
        List<Settled> all = new ArrayList<>();
        for (Answer answer : Answer.values()) {
            if (answer != Answer.ENDLESS && has(answer)) {
                all.add(settled(provider, payload));
            }
        }
        theService().answer(Answer.ACCEPTED);
        for (Trouble trouble : List.of(Trouble.RESET, Trouble.GARBAGE)) {
            theRelay().make(trouble);
            all.add(settled(provider, payload));
        }
        theRelay().close();
        all.add(settled(provider, payload));
        return all;
    }

    private boolean has(Answer answer) {
        try {
            theService().answer(answer);
            return true;
        } catch (RuntimeException e) {
            // The service has no such answer, which skips only the tests that are about it.
            return false;
        }
    }

    private void assertSurvives(Trouble trouble) {
        PushProvider provider = open();
        assertAccepted(provider);

        theRelay().make(trouble);
        assertUnavailable(settled(provider, payload(provider)));
        assertNotTaken();
        assertUnavailable(settled(provider, payload(provider)));

        theRelay().make(Trouble.NONE);
        assertAcceptedAgain(provider);
    }

    private void assertAccepted(PushProvider provider) {
        assertThat(settled(provider, payload(provider)).outcome).isEqualTo(new Outcome.Accepted());
    }

    /** A client may need a while to notice that its connection is gone, or wait before it makes another. */
    private void assertAcceptedAgain(PushProvider provider) {
        eventually(
                () -> new Outcome.Accepted().equals(settled(provider, payload(provider)).outcome),
                () -> "the service is back, and no push is accepted");
    }

    private static void assertUnavailable(Settled settled) {
        if (settled.failure == null) {
            assertThat(settled.outcome).isInstanceOf(Outcome.Unavailable.class);
        }
    }

    /** Waits until nothing more is read, and checks that it was not too much. */
    private void assertNotTaken() {
        long[] last = {-1};
        eventually(
                () -> {
                    long before = last[0];
                    last[0] = theRelay().taken();
                    return before == last[0];
                },
                () -> "an answer without end is read on and on");
        assertThat(theRelay().taken()).as("bytes read of an answer without end").isLessThan(Relay.MOST_TAKEN);
    }

    private void assertWithinLimit(String what, Payload payload) {
        // Not the text itself, which would be printed.
        assertThat(payload.body().getBytes(UTF_8).length)
                .as("bytes of a payload of " + what)
                .isLessThanOrEqualTo(limit().orElse(Integer.MAX_VALUE));
    }

    private static void assertNothingOfTheChat(Payload payload) {
        List<String> travels = new ArrayList<>(List.of(payload.key(), payload.body()));
        payload.attributes().forEach((name, value) -> travels.addAll(List.of(name, value)));
        assertThat(travels).noneMatch(value -> value.contains(SECRET_TEXT) || value.contains(SECRET_NAME));
    }

    private static void assertCut(String cut, String text) {
        assertThat(cut).endsWith(ELLIPSIS);
        String kept = cut.substring(0, cut.length() - ELLIPSIS.length());
        assertThat(text).as("a text that was cut").startsWith(kept);
        Matcher graphemes = GRAPHEME.matcher(text);
        int end = 0;
        while (end < kept.length() && graphemes.find()) {
            end = graphemes.end();
        }
        assertThat(kept.length()).as("where a grapheme ends").isEqualTo(end);
        assertThat(kept).isNotEmpty();
    }

    private void assertNoSecret(String what, String printed) {
        List<String> secrets = new ArrayList<>(secrets());
        Collections.addAll(secrets, device().token(), SECRET_TEXT, SECRET_NAME);
        for (int i = 0; i < secrets.size(); i++) {
            if (printed.contains(secrets.get(i))) {
                fail("A secret is in " + what + ": " + printed);
            }
        }
    }

    private static boolean isWellFormed(String text) {
        return UTF_8.newEncoder().canEncode(text);
    }

    // Pushes

    private Notification notification(List<Row> rows) {
        return with(
                new Notification(
                        KEY,
                        Notification.NEW_AGENT_MESSAGE,
                        MESSAGE,
                        "180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7",
                        "de",
                        rows,
                        rows.size(),
                        AT,
                        AT.plus(Duration.ofHours(24)),
                        Map.of()),
                MESSAGE,
                options(url()));
    }

    private static Notification with(Notification like, String message, Map<String, String> options) {
        return new Notification(
                like.key(),
                like.tag(),
                message,
                like.serviceId(),
                like.language(),
                like.rows(),
                like.unseen(),
                like.at(),
                like.expires(),
                options);
    }

    /** Returns the notification of the next attempt. */
    private static Notification later(Notification like) {
        return new Notification(
                like.key(),
                like.tag(),
                like.message(),
                like.serviceId(),
                like.language(),
                like.rows(),
                like.unseen(),
                like.at().plusSeconds(77),
                like.expires(),
                like.options());
    }

    private Notification full(String content) {
        Map<String, String> options = new HashMap<>(options(url()));
        options.put("content", content);
        return with(notification(rows(10)), MESSAGE, options);
    }

    private Payload payload(PushProvider provider) {
        return provider.format(notification(rows(3)), device());
    }

    private List<Payload> formatted(PushProvider provider, List<Notification> notifications) {
        return notifications.stream()
                .map(notification -> provider.format(notification, device()))
                .toList();
    }

    /** Compares payloads here, so that a failure prints neither. */
    private static boolean same(Payload one, Payload other) {
        return one.equals(other);
    }

    private static List<Row> rows(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> row(i, SECRET_TEXT + " " + i))
                .toList();
    }

    private static Row row(int position, String text) {
        ChatEvent event = ChatEvent.text(Party.AGENT, SECRET_NAME, text).withId("event-" + position);
        return new Row(position, true, AT.plusSeconds(position), event);
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(row -> row.event().text()).toList();
    }

    /** Repeats a text up to this many bytes in UTF-8, at least once. */
    private static String repeated(String text, int bytes) {
        return text.repeat(Math.max(1, bytes / text.getBytes(UTF_8).length));
    }

    // Calls

    private PushProvider open() {
        try {
            PushProvider provider = requireNonNull(open(url()));
            opened.add(provider);
            return provider;
        } catch (Exception e) {
            throw new AssertionError("The provider does not open", e);
        }
    }

    private PushService theService() {
        return requireNonNull(service);
    }

    private Relay theRelay() {
        return requireNonNull(relay);
    }

    private URI url() {
        return theRelay().url();
    }

    private Device device() {
        return device(url());
    }

    /** Calls on a thread of its own, since the call may never return. */
    private CompletableFuture<Outcome> send(PushProvider provider, Payload payload) {
        return send(provider, payload, device());
    }

    private CompletableFuture<Outcome> send(PushProvider provider, Payload payload, Device device) {
        return result(start(() -> List.of(provider.send(payload, device).toCompletableFuture())))
                .get(0);
    }

    private void close(AutoCloseable open) {
        result(start(() -> {
            open.close();
            return true;
        }));
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Sockets.start(task);
        return task;
    }

    private <T> T result(FutureTask<T> call) {
        try {
            return call.get(patience().toMillis(), MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("A call threw that must not throw", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("A call blocks for longer than " + patience(), e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Settled settled(PushProvider provider, Payload payload) {
        return settled(send(provider, payload));
    }

    private Settled settled(CompletableFuture<Outcome> sent) {
        return settled(sent, patience());
    }

    private Settled settled(CompletableFuture<Outcome> sent, Duration within) {
        try {
            return new Settled(requireNonNull(sent.get(within.toMillis(), MILLISECONDS)), null);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return new Settled(
                    null, cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause);
        } catch (TimeoutException e) {
            throw new AssertionError("No outcome within " + within, e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void eventually(BooleanSupplier condition, Supplier<String> otherwise) {
        CountDownLatch never = new CountDownLatch(1);
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > patience().toNanos()) {
                fail("Not within " + patience() + ": " + otherwise.get());
            }
            try {
                assertThat(never.await(STEP.toNanos(), NANOSECONDS)).isFalse();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    // Threads

    private static Set<Thread> left(Set<Thread> before) {
        Set<Thread> left = threads();
        left.removeAll(before);
        return left;
    }

    /** Returns all threads except those of the JVM, of its common pool and of this contract. */
    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> thread.getThreadGroup() == null
                || thread.getThreadGroup().getParent() == null
                || thread.getName().startsWith("ForkJoinPool.commonPool-")
                || thread.getName().startsWith(Sockets.THREADS));
        return threads;
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    /** What became of a push. */
    private record Settled(
            @Nullable Outcome outcome, @Nullable Throwable failure) {
        @Override
        public String toString() {
            return Stream.of(
                            Optional.ofNullable(outcome).map(Outcome::toString),
                            Optional.ofNullable(failure).map(PushProviderContract::printed))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElse("");
        }
    }
}

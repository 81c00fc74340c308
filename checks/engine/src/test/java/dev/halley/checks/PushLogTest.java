package dev.halley.checks;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.Outcome;
import dev.halley.Party;
import dev.halley.PushProviders;
import dev.halley.UserId;
import dev.halley.spi.Arrival;
import dev.halley.spi.Observer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What an operator learns of pushes that fail, from the log and from an observer. */
@Isolated
class PushLogTest {

    private static final Outcome ACCEPTED = new Outcome.Accepted();
    private static final Outcome DOWN = new Outcome.Unavailable("503");

    /** Longer than a kind of failure is quiet after a line. */
    private static final Duration QUIET = Duration.ofSeconds(11);

    private final VirtualTime time = new VirtualTime();
    private final Provider provider = new Provider();
    private final List<Boolean> circuits = new ArrayList<>();
    private final ChatEngine engine = ChatEngine.builder()
            .options(Options.of(
                    Map.of(
                            "push", Map.of("ttl", 3_600),
                            "push.provider.test", Map.of(),
                            "push.provider.eu", Map.of(),
                            "Service.request-chat", Map.of("_client_timeout_notification", 0)),
                    List.of()))
            .providers(PushProviders.of(Map.of("test", provider)))
            .clock(time)
            .scheduler(time)
            .observer(new Observer() {
                @Override
                public void circuitOpen(String type, boolean open) {
                    circuits.add(open);
                }
            })
            .build();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.halley.internal.push");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private int users;

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void listenNoMore() {
        engine.close();
        logger.detachAppender(appender);
    }

    @Test
    void firstFailure_isAWarning_repeatsAreNot_andEachOutageIsToldAnew() {
        for (int outage = 0; outage < 3; outage++) {
            appender.list.clear();
            provider.answer = DOWN;
            push("test");
            push("test");
            assertThat(lines(Level.WARN))
                    .containsExactly("Push over test [push.provider.test] to hooks.example:443 failed: 503 (repeats are"
                            + " logged at DEBUG until one is accepted)");
            assertThat(lines(Level.DEBUG))
                    .containsExactly("Push over test [push.provider.test] to hooks.example:443 failed: 503");
            provider.answer = ACCEPTED;
            time.advance(QUIET);
            assertThat(lines(Level.INFO))
                    .singleElement()
                    .asString()
                    .matches("Push over test \\[push.provider.test] to hooks.example:443 works again, [0-9]+ s after it"
                            + " failed");
            push("test");
            assertThat(lines(Level.INFO)).hasSize(1);
        }
    }

    @Test
    void kindsOfFailure_sectionsAndDebugMode_areToldApart() {
        for (String reason : List.of("503", "503 KNOWN_WORD", "Known words", "429 INVENTED", "429 too", "invented")) {
            provider.answer = new Outcome.Rejected(reason);
            push("test");
        }
        push("eu");
        push("eu");
        push(new Device("test", "phone", "eu", "", true));
        assertThat(lines(Level.WARN))
                .extracting(line -> line.replaceAll(" \\(repeats.*", "").replace("Push over test ", ""))
                .containsExactly(
                        "[push.provider.test] to hooks.example:443 failed: 503",
                        "[push.provider.test] to hooks.example:443 failed: 503 KNOWN_WORD",
                        "[push.provider.test] to hooks.example:443 failed: Known words",
                        "[push.provider.test] to hooks.example:443 failed: 429 INVENTED",
                        "[push.provider.test] to hooks.example:443 failed: invented",
                        "[push.provider.eu] to hooks.example:443 failed: invented",
                        "[push.provider.eu] in debug mode to hooks.example:443 failed: invented");
    }

    /** A thousand kinds were remembered once, and after that nothing was told. */
    @Test
    void namesThatCustomersChoose_areNotPrinted_makeNoLines_andHideNoOutage() {
        provider.answer = new Outcome.Rejected("400");
        for (int i = 0; i < 2_000; i++) {
            push(new Device("test", "Token " + i, "Chosen-" + i, "la-" + i, false));
        }
        assertThat(lines(Level.WARN)).hasSize(1);
        provider.answer = DOWN;
        push("test");
        assertThat(lines(Level.WARN)).hasSize(2).last().asString().contains("[push.provider.test]");
        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(line -> line.contains("Chosen") || line.contains("la-") || line.contains("Token"));
        assertThat(lines(Level.WARN).get(0)).startsWith("Push over test [push] to hooks.example:443 failed: 400 ");
    }

    @Test
    void reasonsOfAnyText_arePrintable_short_oneKind_andHideNoOutage() {
        for (int i = 0; i < 2_000; i++) {
            provider.answer = new Outcome.Rejected("\r\n2026 ERROR forged\u202e\u0007 " + i + " x".repeat(10_000));
            push("test");
        }
        assertThat(lines(Level.WARN)).hasSize(1);
        provider.answer = new Outcome.Rejected("401");
        push("test");
        assertThat(lines(Level.WARN)).hasSize(2);
        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(250).doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
    }

    @Test
    void customersWhoAlternateGoodAndBadPushes_makeAPairOfLinesInTenSecondsAtMost() {
        for (int i = 0; i < 300; i++) {
            provider.answer = new Outcome.Rejected("400");
            push("test");
            provider.answer = ACCEPTED;
            push("test");
            time.advance(Duration.ofMillis(100));
        }
        assertThat(lines(Level.WARN)).hasSizeBetween(3, 4);
        assertThat(lines(Level.INFO)).hasSizeBetween(3, 4);
    }

    @Test
    void breaker_isToldOnce_howOftenItOpensAgain_andWhenItHasClosed() {
        provider.answer = DOWN;
        for (int i = 0; i < 40; i++) {
            push("test");
        }
        time.advance(Duration.ofMinutes(5));
        assertThat(circuits).containsExactly(true);
        String where = "Push over test [push.provider.test] to hooks.example:443: ";
        assertThat(lines(Level.WARN))
                .last()
                .isEqualTo(where + "too many fail, the circuit breaker is open; the next attempt is in 1 s");
        assertThat(lines(Level.WARN)).hasSize(2);
        provider.answer = ACCEPTED;
        time.advance(Duration.ofMinutes(10));
        assertThat(circuits).containsExactly(true, false);
        assertThat(lines(Level.INFO))
                .hasSize(2)
                .last()
                .asString()
                .matches(Pattern.quote(where) + "the circuit breaker is closed, after [3-9][0-9]{2} s");

        provider.answer = DOWN;
        for (int i = 0; i < 40; i++) {
            push("test");
        }
        assertThat(circuits).containsExactly(true, false, true);
        assertThat(lines(Level.WARN)).hasSize(4);
    }

    /** Else a gauge would count it for ever. */
    @Test
    void openCircuitThatIsForgotten_isToldToBeOpenNoMore() {
        provider.circuit = Device::token;
        provider.answer = DOWN;
        for (int i = 0; i < 40; i++) {
            push(Device.of("test", "bad"));
        }
        assertThat(circuits).containsExactly(true);
        provider.answer = ACCEPTED;
        for (int i = 0; i < 15_000; i++) {
            push(Device.of("test", "good " + i));
        }
        assertThat(circuits).containsExactly(true, false);
    }

    @Test
    void typesWithoutAProvider_areToldOnceAnHour_andNeverByName() {
        for (int hour = 0; hour < 3; hour++) {
            for (int i = 0; i < 100; i++) {
                push(Device.of("pager-" + hour + "-" + i, "phone"));
            }
            time.advance(Duration.ofHours(1));
        }
        assertThat(lines(Level.WARN)).hasSize(3);
        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(line -> line.contains("pager"));
    }

    /** A customer must not be able to have the operator's log say where it pushes to. */
    @ParameterizedTest
    @ValueSource(strings = {"", "throws"})
    void providerThatNamesNoServer_isLoggedWithout(String server) {
        provider.server = server;
        provider.answer = DOWN;
        push("test");
        assertThat(lines(Level.WARN))
                .singleElement()
                .asString()
                .startsWith("Push over test [push.provider.test] failed: ");
    }

    private void push(String section) {
        push(new Device("test", "phone", section, "", false));
    }

    /** Says something to a customer who is away. */
    private void push(Device device) {
        UserId user = new UserId("user" + ++users);
        ChatId chat =
                join(engine.open(new NewChat("request-chat", user, device))).id();
        RecordingLink link = new RecordingLink("link" + users);
        join(engine.connections().attach(new Arrival(user, null, null, OptionalLong.empty()), link));
        join(engine.connections().left(link.id(), OptionalLong.of(1)));
        join(engine.said(chat, ChatEvent.text(Party.AGENT, "Ann", "Hello")));
        time.settle();
    }

    private <T> T join(CompletionStage<T> stage) {
        time.settle();
        return stage.toCompletableFuture().join();
    }

    private List<String> lines(Level level) {
        return appender.list.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static final class Provider implements PushProvider {
        private Outcome answer = ACCEPTED;
        private String server = "hooks.example:443";
        private Function<Device, String> circuit = device -> "";

        @Override
        public Payload format(Notification notification, Device device) {
            return new Payload(notification.key(), "body", Map.of());
        }

        @Override
        public CompletionStage<Outcome> send(Payload payload, Device device) {
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public String circuit(Device device) {
            return circuit.apply(device);
        }

        @Override
        public String server(Device device) {
            if (server.equals("throws")) {
                throw new IllegalStateException("No server");
            }
            return server;
        }

        @Override
        public Set<String> reasons() {
            return Set.of("KNOWN_WORD", "Known words");
        }
    }
}

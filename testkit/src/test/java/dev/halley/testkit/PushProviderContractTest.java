package dev.halley.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Outcome;
import dev.halley.Row;
import dev.halley.spi.Payload;
import dev.halley.spi.PayloadFitter;
import dev.halley.spi.PayloadFitter.Entry;
import dev.halley.spi.PayloadFitter.Fitted;
import dev.halley.spi.PushProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** The contract finds providers that break it: each of these has one fault. */
class PushProviderContractTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Opens a provider that may close what it was handed, but must not. */
    private interface Opener {
        PushProvider open(URI service, AtomicBoolean handedIn);
    }

    /** With time to spare, for a busy machine is no fault. */
    private static final Opener RIGHT = (service, handedIn) -> new Pager(service, Duration.ofSeconds(3));

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void fault_isFound(String fault, String test, Opener faulty) throws Exception {
        Method finder = PushProviderContract.class.getDeclaredMethod(test);

        assertThat(passes(finder, RIGHT, Duration.ofSeconds(10))).isTrue();
        assertThat(passes(finder, faulty, PATIENCE)).isFalse();
        // One fault is the name of a thread, which is looked for in every other test as well.
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("pager-")) {
                thread.join(10_000);
            }
        }
    }

    @Test
    void everyTest_findsAFault() {
        assertThat(faults().map(fault -> fault.get()[1]).collect(toSet()))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(PushProviderContract.class.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .map(Method::getName)
                        .toList());
    }

    static Stream<Arguments> faults() {
        return Stream.of(ofFormat(), ofContent(), ofAnswers(), ofTrouble(), ofClosing(), ofSecrets())
                .flatMap(all -> all);
    }

    private static Stream<Arguments> ofFormat() {
        return Stream.of(
                body("a random id", "required_format_isTheSameAgain", body -> append(body, UUID.randomUUID())),
                fault("each provider counts", "required_format_isTheSameAgain", service -> new Pager(service) {
                    private final int number = System.identityHashCode(this);

                    @Override
                    String body(Notification notification) {
                        return append(super.body(notification), number);
                    }
                }),
                fault("a key for each attempt", "required_format_keepsTheKey", service -> new Pager(service) {
                    @Override
                    public Payload format(Notification notification, Device device) {
                        Payload payload = super.format(notification, device);
                        return new Payload(
                                payload.key() + "_" + notification.at().getEpochSecond(), payload.body(), Map.of());
                    }
                }),
                body(
                        "numbers in the language of the machine",
                        "required_format_isTheSameInEveryLocaleAndTimeZone",
                        body -> append(body, String.format("%d", body.length()))),
                fault(
                        "times of the machine's zone",
                        "required_format_isTheSameInEveryLocaleAndTimeZone",
                        service -> new Pager(service) {
                            @Override
                            String body(Notification notification) {
                                return append(
                                        super.body(notification),
                                        LocalDateTime.ofInstant(notification.at(), ZoneId.systemDefault()));
                            }
                        }),
                body(
                        "the name of the thread",
                        "required_format_isTheSameOnManyThreads",
                        body -> append(body, Thread.currentThread().getName())),
                fitter(
                        "no limit at all",
                        "required_format_ofAnyNumberOfRows_isWithinTheLimit",
                        (right, rows) -> new Fitted(entries(rows), 0, false, 0)),
                fitter(
                        "characters are counted, not bytes",
                        "required_format_ofAnyScript_isWithinTheLimit",
                        (right, rows) -> cut(rows, text -> text.substring(0, Math.min(text.length(), 800)))),
                body(
                        "half a pair",
                        "required_format_ofAnyScript_isWellFormed",
                        body -> body.substring(0, Math.min(body.length(), 300))),
                fault(
                        "a long message is not looked at",
                        "required_format_ofTooLongAMessage_isWithinTheLimitOrRefused",
                        service -> new Pager(service) {
                            @Override
                            String body(Notification notification) {
                                return "{\"message\":" + PayloadFitter.quoted(notification.message()) + "}";
                            }
                        }),
                fault(
                        "a long message is refused with a text of the chat",
                        "required_format_ofTooLongAMessage_isWithinTheLimitOrRefused",
                        service -> new Pager(service) {
                            @Override
                            public Payload format(Notification notification, Device device) {
                                try {
                                    return super.format(notification, device);
                                } catch (IllegalArgumentException e) {
                                    throw new IllegalArgumentException(
                                            "Too long: "
                                                    + notification
                                                            .rows()
                                                            .get(0)
                                                            .event()
                                                            .text(),
                                            e);
                                }
                            }
                        }),
                fitter("texts are stripped", "optional_format_showsEveryText", (right, rows) -> {
                    return new Fitted(
                            right.entries().stream()
                                    .map(entry ->
                                            new Entry(entry.type(), entry.text().strip()))
                                    .toList(),
                            right.omitted(),
                            right.truncated(),
                            0);
                }),
                fitter("the newest go first", "optional_format_omitsTheOldestRows_andSaysSo", (right, rows) -> {
                    int kept = right.entries().size();
                    return new Fitted(entries(rows.subList(0, kept)), right.omitted(), false, 0);
                }),
                fitter(
                        "rows are left out without a word",
                        "optional_format_omitsTheOldestRows_andSaysSo",
                        (right, rows) -> {
                            return new Fitted(right.entries(), 0, right.truncated(), 0);
                        }),
                fitter("no row where not all fit", "optional_format_omitsTheOldestRows_andSaysSo", (right, rows) -> {
                    return right.omitted() > 0 ? new Fitted(List.of(), rows.size(), false, 0) : right;
                }),
                fitter(
                        "families are split",
                        "optional_format_cutsATextBetweenGraphemes_andSaysSo",
                        (right, rows) -> cut(rows, text -> text.substring(0, text.offsetByCodePoints(0, 40)))),
                fitter(
                        "texts are cut without a word",
                        "optional_format_cutsATextBetweenGraphemes_andSaysSo",
                        (right, rows) -> {
                            return new Fitted(right.entries(), right.omitted(), false, 0);
                        }),
                fault(
                        "a retry shows the last row alone",
                        "optional_format_ofAnotherAttempt_showsTheSame",
                        service -> new Pager(service) {
                            private boolean again;

                            @Override
                            String fit(List<Row> rows, Function<Fitted, String> payload) {
                                List<Row> shown = again ? rows.subList(rows.size() - 1, rows.size()) : rows;
                                again = true;
                                return super.fit(shown, payload);
                            }
                        }));
    }

    private static Stream<Arguments> ofContent() {
        return Stream.of("None", "Background")
                .map(content -> fault(
                        "texts in spite of the option content",
                        "required_format_ofContent" + content + "_hasNothingOfTheChat",
                        service -> new Pager(service) {
                            @Override
                            public Payload format(Notification notification, Device device) {
                                Payload payload = super.format(notification, device);
                                String last = notification.rows().get(0).event().text();
                                return new Payload(payload.key(), payload.body(), Map.of("last", last));
                            }
                        }));
    }

    private static Stream<Arguments> ofAnswers() {
        return Stream.of(
                fault("a push is sent once", "required_send_ofAPushThatIsTaken_isAccepted", service -> {
                    AtomicInteger sent = new AtomicInteger();
                    return status(
                            service,
                            (status, wait) -> sent.getAndIncrement() == 0
                                    ? new Outcome.Accepted()
                                    : new Outcome.Rejected("seen"));
                }),
                fault("long pushes are refused", "required_send_ofAFullPush_isAccepted", service -> new Pager(service) {
                    @Override
                    Outcome post(Payload payload, Device device) throws IOException {
                        return payload.body().length() > 700
                                ? new Outcome.Rejected("too long")
                                : super.post(payload, device);
                    }
                }),
                fault(
                        "5xx is final",
                        "required_send_toAServiceThatIsUnavailable_isUnavailable",
                        service -> status(service, (status, wait) -> new Outcome.Rejected("5xx"))),
                fault(
                        "what is refused is tried again",
                        "optional_send_ofAPushThatIsRefused_isRejected",
                        service -> status(service, (status, wait) -> new Outcome.Unavailable("4xx"))),
                fault(
                        "a token that is gone is tried again",
                        "optional_send_toATokenThatIsGone_isUnregistered",
                        service -> status(service, (status, wait) -> new Outcome.Unavailable("gone"))),
                fault(
                        "Retry-After is not looked at",
                        "optional_send_toAServiceThatAsksToWait_saysForHowLong",
                        service -> status(service, (status, wait) -> new Outcome.Unavailable("429"))),
                fault(
                        "Retry-After is taken for milliseconds",
                        "optional_send_toAServiceThatAsksToWait_saysForHowLong",
                        service -> status(
                                service,
                                (status, wait) -> new Outcome.Unavailable(
                                        "429", wait.map(seconds -> Duration.ofMillis(seconds.toSeconds()))))),
                fault(
                        "Retry-After is reckoned from this machine's clock",
                        "optional_send_toAServiceThatAsksToWaitUntilADate_saysForHowLong",
                        service -> new Pager(service) {
                            @Override
                            Outcome outcome(String answer) {
                                String now = RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
                                return super.outcome(
                                        answer.replaceFirst("\r\nDate: .+\r\n", "\r\nDate: " + now + "\r\n"));
                            }
                        }),
                fault(
                        "an answer has at most 8 KiB of headers",
                        "optional_send_ofAPushThatIsTakenWithManyHeaders_isAccepted",
                        service -> new Pager(service) {
                            @Override
                            Outcome outcome(String answer) {
                                return answer.length() > 8_192
                                        ? new Outcome.Unavailable("malformed answer")
                                        : super.outcome(answer);
                            }
                        }),
                fault("one at a time", "required_send_ofManyThreads_isAccepted", service -> new Pager(service) {
                    private final AtomicInteger inFlight = new AtomicInteger();

                    @Override
                    public CompletionStage<Outcome> send(Payload payload, Device device) {
                        if (inFlight.getAndIncrement() > 0) {
                            return CompletableFuture.completedFuture(new Outcome.Unavailable("busy"));
                        }
                        return super.send(payload, device).whenComplete((outcome, failure) -> inFlight.set(0));
                    }
                }));
    }

    private static Stream<Arguments> ofTrouble() {
        return Stream.of(
                fault(
                        "send throws",
                        "required_send_toAServiceThatIsNotThere_isUnavailable",
                        service -> new Pager(service) {
                            @Override
                            public CompletionStage<Outcome> send(Payload payload, Device device) {
                                try {
                                    return CompletableFuture.completedFuture(post(payload, device));
                                } catch (IOException e) {
                                    throw new IllegalStateException("No connection", e);
                                }
                            }
                        }),
                failure(
                        "a lost connection is final",
                        "required_send_toAServiceThatIsNotThere_isUnavailable",
                        (outcome, failure) -> outcome.complete(new Outcome.Rejected("connection lost"))),
                failure(
                        "a reset is final",
                        "required_send_toAServiceThatResets_isUnavailable_andWorksAgain",
                        (outcome, failure) -> outcome.complete(new Outcome.Rejected("reset"))),
                fault(
                        "a reset is the end",
                        "required_send_toAServiceThatResets_isUnavailable_andWorksAgain",
                        service -> new Pager(service) {
                            private volatile boolean dead;

                            @Override
                            Outcome post(Payload payload, Device device) throws IOException {
                                if (dead) {
                                    throw new IOException("dead");
                                }
                                try {
                                    return super.post(payload, device);
                                } catch (IOException e) {
                                    dead = true;
                                    throw e;
                                }
                            }
                        }),
                fault(
                        "nonsense is success",
                        "required_send_toAServiceThatTalksNonsense_isUnavailable_andWorksAgain",
                        service -> new Pager(service) {
                            @Override
                            Outcome outcome(String answer) {
                                return answer.startsWith("HTTP/1.1 4") ? super.outcome(answer) : new Outcome.Accepted();
                            }
                        }),
                fault(
                        "a line is read to its end",
                        "required_send_toAServiceThatTalksNonsenseWithoutEnd_isUnavailable_andWorksAgain",
                        service -> answer(service, in -> {
                            int b = in.read();
                            while (b >= 0 && b != '\n') {
                                b = in.read();
                            }
                            return "";
                        })),
                fault(
                        "an answer is read to its end",
                        "optional_send_toAServiceWhoseAnswerHasNoEnd_doesNotReadItAll",
                        service -> answer(service, in -> new String(in.readAllBytes(), ISO_8859_1))),
                fault(
                        "send waits for the answer",
                        "required_send_toAServiceThatHangs_returnsAtOnce_andWorksAgain",
                        service -> new Pager(service) {
                            @Override
                            public CompletionStage<Outcome> send(Payload payload, Device device) {
                                CompletableFuture<Outcome> sent =
                                        super.send(payload, device).toCompletableFuture();
                                Outcome outcome = sent.join();
                                return CompletableFuture.completedFuture(outcome);
                            }
                        }),
                fault(
                        "it waits for ever",
                        "optional_send_toAServiceThatHangs_timesOut",
                        service -> new Pager(service, Duration.ZERO)));
    }

    private static Stream<Arguments> ofClosing() {
        return Stream.of(
                fault(
                        "close waits for what hangs",
                        "required_close_endsSoonWhileAPushHangs",
                        service -> new Pager(service, Duration.ZERO) {
                            private volatile CompletionStage<Outcome> last = CompletableFuture.completedFuture(null);

                            @Override
                            public CompletionStage<Outcome> send(Payload payload, Device device) {
                                last = super.send(payload, device);
                                return last;
                            }

                            @Override
                            public void close() {
                                last.toCompletableFuture().join();
                                super.close();
                            }
                        }),
                fault(
                        "what hangs is forgotten",
                        "required_close_endsSoonWhileAPushHangs",
                        service -> new Pager(service, Duration.ZERO) {
                            @Override
                            void failed(CompletableFuture<Outcome> outcome, IOException failure, Device device) {}

                            @Override
                            void settle() {}
                        }),
                fault("a thread stays", "required_close_leavesNoThread", service -> new Pager(service) {
                    @Override
                    public void close() {
                        super.close();
                        CountDownLatch end = new CountDownLatch(1);
                        Thread thread = new Thread(() -> await(end), "left");
                        thread.setDaemon(true);
                        thread.start();
                    }
                }),
                fault("a connection stays", "required_close_leavesNoConnection", service -> new Pager(service) {
                    /** For the garbage collector closes those that nobody has. */
                    private final List<Socket> left = new CopyOnWriteArrayList<>();

                    @Override
                    Outcome post(Payload payload, Device device) throws IOException {
                        Socket socket = new Socket();
                        left.add(socket);
                        socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
                        return post(socket, payload, device);
                    }
                }),
                fault(
                        "a connection that hangs stays",
                        "required_close_leavesNoConnectionOfAPushThatHangs",
                        service -> new Pager(service, Duration.ZERO) {
                            @Override
                            void hangUp() {}
                        }),
                fault(
                        "what was not used can't be closed",
                        "required_close_ofAProviderThatHasSentNothing_isQuiet",
                        service -> new Pager(service) {
                            private volatile boolean used;

                            @Override
                            public CompletionStage<Outcome> send(Payload payload, Device device) {
                                used = true;
                                return super.send(payload, device);
                            }

                            @Override
                            public void close() {
                                super.close();
                                if (!used) {
                                    throw new IllegalStateException("Not used");
                                }
                            }
                        }),
                fault("close throws the second time", "required_close_again_isQuiet", service -> new Pager(service) {
                    private final AtomicBoolean closed = new AtomicBoolean();

                    @Override
                    public void close() {
                        super.close();
                        if (closed.getAndSet(true)) {
                            throw new IllegalStateException("Closed");
                        }
                    }
                }),
                fault("one for all", "required_close_leavesOtherProvidersAlone", new Opener() {
                    private PagerProvider one = new Pager(URI.create("http://127.0.0.1:1"));
                    private URI of = URI.create("http://127.0.0.1:1");

                    @Override
                    public PushProvider open(URI service, AtomicBoolean handedIn) {
                        if (!service.equals(of)) {
                            of = service;
                            one = new Pager(service);
                        }
                        return one;
                    }
                }),
                fault(
                        "what was handed in is closed",
                        "optional_close_leavesOpenWhatWasHandedIn",
                        (service, handedIn) -> new Pager(service) {
                            @Override
                            public void close() {
                                super.close();
                                handedIn.set(false);
                            }
                        }));
    }

    private static final String MADE_UP = "required_reasons_nameNothingThatADeviceMadeUp";

    private static Stream<Arguments> ofSecrets() {
        return Stream.of(
                fault("the token is in toString", "required_toString_tellsNoSecret", service -> new Pager(service) {
                    @Override
                    public String toString() {
                        return "Pager[" + TOKEN + "]";
                    }
                }),
                fault("the token is the circuit", "required_toString_tellsNoSecret", service -> new Pager(service) {
                    @Override
                    public String circuit(Device device) {
                        return device.token();
                    }
                }),
                fault("a thread is named for a token", "required_threads_tellNoSecret", service -> new Pager(service) {
                    @Override
                    String threadName() {
                        return "pager-" + TOKEN;
                    }
                }),
                fault("the answer is the reason", "required_outcomes_tellNoSecret", service -> new Pager(service) {
                    @Override
                    String answer(InputStream in) throws IOException {
                        return super.answer(in) + new String(in.readNBytes(100), ISO_8859_1);
                    }

                    @Override
                    Outcome outcome(String answer) {
                        return answer.startsWith("HTTP/1.1 200")
                                ? new Outcome.Accepted()
                                : new Outcome.Unavailable(answer);
                    }
                }),
                fault("the token is in a failure", "required_outcomes_tellNoSecret", service -> new Pager(service) {
                    @Override
                    void failed(CompletableFuture<Outcome> outcome, IOException failure, Device device) {
                        IOException told = new IOException("To " + device.token(), failure);
                        outcome.completeExceptionally(new IllegalStateException("Not sent", told));
                    }
                }),
                fault("the token is the server", "required_toString_tellsNoSecret", service -> new Pager(service) {
                    @Override
                    public String server(Device device) {
                        return device.token();
                    }
                }),
                fault("what a device made up is told", MADE_UP, service -> new Pager(service) {
                    @Override
                    Outcome post(Payload payload, Device device) throws IOException {
                        Outcome outcome = super.post(payload, device);
                        return outcome instanceof Outcome.Rejected rejected
                                ? new Outcome.Rejected(rejected.reason() + " for " + device.provider())
                                : outcome;
                    }
                }),
                fault("a refusal names what a device made up", MADE_UP, service -> new Pager(service) {
                    @Override
                    public Payload format(Notification notification, Device device) {
                        if (device.language().startsWith("Made")) {
                            throw new IllegalArgumentException("No texts in " + device.language());
                        }
                        return super.format(notification, device);
                    }
                }),
                fault("the token is logged", "required_logs_tellNoSecret", service -> new Pager(service) {
                    @Override
                    void failed(CompletableFuture<Outcome> outcome, IOException failure, Device device) {
                        Logger.getLogger("pager").warning("Not sent to " + device.token());
                        super.failed(outcome, failure, device);
                    }
                }),
                fault("payloads are printed", "required_logs_tellNoSecret", service -> new Pager(service) {
                    @Override
                    Outcome post(Payload payload, Device device) throws IOException {
                        System.out.println(payload.body());
                        return super.post(payload, device);
                    }
                }));
    }

    // How to plant a fault

    private interface Plain {
        PushProvider open(URI service);
    }

    private interface Bodies {
        String of(String body);
    }

    private interface Fitting {
        Fitted fit(Fitted right, List<Row> rows);
    }

    private interface Statuses {
        Outcome of(int status, Optional<Duration> wait);
    }

    private interface Answers {
        String read(InputStream in) throws IOException;
    }

    private interface Failures {
        void of(CompletableFuture<Outcome> outcome, IOException failure);
    }

    private static Arguments fault(String name, String foundBy, Plain faulty) {
        return fault(name, foundBy, (service, handedIn) -> faulty.open(service));
    }

    private static Arguments fault(String name, String foundBy, Opener faulty) {
        return Arguments.of(name, foundBy, faulty);
    }

    private static Arguments body(String name, String foundBy, Bodies bodies) {
        return fault(name, foundBy, service -> new Pager(service) {
            @Override
            String body(Notification notification) {
                return bodies.of(super.body(notification));
            }
        });
    }

    private static Arguments fitter(String name, String foundBy, Fitting fitting) {
        return fault(name, foundBy, service -> new Pager(service) {
            @Override
            String fit(List<Row> rows, Function<Fitted, String> payload) {
                List<Fitted> asked = new ArrayList<>();
                super.fit(rows, fitted -> {
                    asked.add(fitted);
                    return payload.apply(fitted);
                });
                return payload.apply(fitting.fit(asked.get(asked.size() - 1), rows));
            }
        });
    }

    private static Arguments failure(String name, String foundBy, Failures failures) {
        return fault(name, foundBy, service -> new Pager(service) {
            @Override
            void failed(CompletableFuture<Outcome> outcome, IOException failure, Device device) {
                failures.of(outcome, failure);
            }
        });
    }

    /** Another outcome of answers but 200, or of all if it is about 200. */
    private static PushProvider status(URI service, Statuses statuses) {
        return new Pager(service) {
            @Override
            Outcome outcome(int status, Optional<Duration> wait) {
                return statuses.of(status, wait);
            }
        };
    }

    private static PushProvider answer(URI service, Answers answers) {
        return new Pager(service) {
            private boolean first = true;

            @Override
            String answer(InputStream in) throws IOException {
                if (first) {
                    first = false;
                    return super.answer(in);
                }
                return answers.read(in);
            }
        };
    }

    private static String append(String body, Object value) {
        return body + " " + value;
    }

    private static List<Entry> entries(List<Row> rows) {
        return rows.stream()
                .map(row -> new Entry(row.event().type(), row.event().text()))
                .toList();
    }

    /** The newest row alone, cut. */
    private static Fitted cut(List<Row> rows, Bodies cutting) {
        List<Entry> newest = new ArrayList<>(entries(rows.subList(rows.size() - 1, rows.size())));
        newest.replaceAll(entry -> new Entry(entry.type(), cutting.of(entry.text()) + PayloadFitter.ELLIPSIS));
        return new Fitted(newest, rows.size() - 1, true, 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean passes(Method test, Opener opener, Duration patience) throws Exception {
        Contract contract = new Contract(opener, patience);
        contract.startService();
        try {
            test.invoke(contract);
            return true;
        } catch (InvocationTargetException failure) {
            if (failure.getCause() instanceof TestAbortedException) {
                throw new AssertionError("Skipped", failure);
            }
            return false;
        } finally {
            contract.end();
        }
    }

    private static class Pager extends PagerProvider {
        static final String TOKEN = "a-token-that-nobody-may-read";

        Pager(URI service) {
            this(service, TIME_LIMIT);
        }

        Pager(URI service, Duration timeLimit) {
            super(service, timeLimit);
        }
    }

    private static final class Contract extends PushProviderContract {

        private final AtomicBoolean handedIn = new AtomicBoolean(true);
        private final PagerProviderTest like = new PagerProviderTest();
        private final Opener opener;
        private final Duration patience;

        Contract(Opener opener, Duration patience) {
            this.opener = opener;
            this.patience = patience;
        }

        /** Whatever the fault: what can't be closed is not this test's. */
        void end() {
            try {
                closeAll();
            } catch (AssertionError e) {
                assertThat(e).hasStackTraceContaining("A call threw that must not throw");
            }
        }

        @Override
        protected PushService service() {
            return like.service();
        }

        @Override
        protected PushProvider open(URI service) {
            return opener.open(service, handedIn);
        }

        @Override
        protected Device device(URI service) {
            return like.device(service);
        }

        @Override
        protected OptionalInt limit() {
            return like.limit();
        }

        @Override
        protected Shown shown(Payload payload) {
            return like.shown(payload);
        }

        @Override
        protected Duration timeLimit() {
            return TIME_LIMIT;
        }

        @Override
        protected boolean handedInIsOpen() {
            return handedIn.get();
        }

        @Override
        protected Duration patience() {
            return patience;
        }
    }
}

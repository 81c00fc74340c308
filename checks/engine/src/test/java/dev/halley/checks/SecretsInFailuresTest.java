package dev.halley.checks;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

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
import dev.halley.canaries.Canaries;
import dev.halley.spi.Arrival;
import dev.halley.spi.Observer;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.spi.SessionStore;
import dev.halley.testkit.RecordingLink;
import dev.halley.testkit.SerializingSessionStore;
import dev.halley.testkit.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a part of an application's own fails with, and whatever it says then, is not repeated. */
class SecretsInFailuresTest {

    private static final UserId USER = new UserId("canary-user-ann@example.org");
    private static final Device DEVICE = Device.of("pager", "canary-token-0815");
    private static final String TEXT = "canary: my account is 123-456";
    private static final String ALL = USER.value() + " " + DEVICE.token() + " " + TEXT;

    private final VirtualTime time = new VirtualTime();
    private final List<String> counted = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("providers")
    void provider(Function<Device, CompletionStage<Outcome>> answer, String reason) {
        PushProvider provider = new PushProvider() {
            @Override
            public Payload format(Notification notification, Device device) {
                return new Payload(notification.key(), TEXT, Map.of());
            }

            @Override
            public CompletionStage<Outcome> send(Payload payload, Device device) {
                return answer.apply(device);
            }
        };
        wake(ChatEngine.builder().providers(PushProviders.of(Map.of("pager", provider))));

        assertThat(counted).anyMatch(line -> line.contains(reason));
    }

    static Stream<Arguments> providers() {
        Function<String, Function<Device, CompletionStage<Outcome>>> throwing = message -> device -> {
            throw new IllegalArgumentException(message);
        };
        return Stream.of(
                arguments(throwing.apply("No such device: " + DEVICE.token()), "No such device: (token)"),
                arguments(
                        device -> {
                            throw new IllegalStateException(ALL);
                        },
                        "IllegalStateException"),
                arguments(device -> failedFuture(new IllegalArgumentException(ALL)), "IllegalArgumentException"),
                arguments(
                        device -> failedFuture(new RuntimeException(ALL, new IllegalStateException(ALL))),
                        "IllegalStateException"),
                arguments(device -> done(new Outcome.Rejected("bad " + device.token())), "bad (token)"),
                arguments(device -> done(new Outcome.Unregistered("unknown " + device.token())), "unknown (token)"),
                arguments(device -> done(new Outcome.Unavailable("busy: " + device.token())), "busy: (token)"));
    }

    @Test
    void agentLink() {
        List<Integer> calls = new ArrayList<>();
        wake(ChatEngine.builder().agentLink((chat, absence, text) -> {
            calls.add(calls.size());
            if (calls.size() == 1) {
                throw new IllegalStateException(ALL);
            }
            return failedFuture(new IllegalStateException(ALL));
        }));
        time.advance(Duration.ofMinutes(5));

        assertThat(calls).hasSizeGreaterThan(1);
        assertThat(counted).contains("agentNotTold");
    }

    @Test
    void observer() {
        List<String> calls = new ArrayList<>();
        Observer observer = (Observer) Proxy.newProxyInstance(
                Observer.class.getClassLoader(), new Class<?>[] {Observer.class}, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    throw new IllegalStateException(ALL);
                });
        ChatEngine engine = ChatEngine.builder()
                .clock(time)
                .scheduler(time)
                .observer(observer)
                .build();
        ChatId chat = open(engine);

        assertThat(engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", TEXT))).isCompleted();
        assertThat(calls).contains("chatOpened", "eventSaid");
        Canaries.check();
    }

    @Test
    void store() {
        SessionStore sound = new SerializingSessionStore.Cluster(time).node();
        boolean[] down = new boolean[1];
        SessionStore store = (SessionStore) Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                    if (down[0] && method.getReturnType() == CompletionStage.class) {
                        return failedFuture(new IllegalStateException(ALL));
                    }
                    try {
                        return method.invoke(sound, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        ChatEngine engine = ChatEngine.builder()
                .store(store)
                .clock(time)
                .scheduler(time)
                .observer(counting())
                .build();
        ChatId chat = open(engine);
        RecordingLink link = new RecordingLink("link");
        engine.connections().attach(new Arrival(USER, null, null, OptionalLong.empty()), link);
        time.settle();
        down[0] = true;

        assertThat(engine.said(chat, ChatEvent.text(Party.AGENT, "Bob", TEXT))).isCompletedExceptionally();
        engine.connections().left(link.id(), OptionalLong.empty());
        time.advance(Duration.ofMinutes(10));

        assertThat(counted).contains("storeFailed");
        Canaries.check();
    }

    private void wake(ChatEngine.Builder builder) {
        ChatEngine engine = builder.options(Options.of(
                        Map.of("Service.request-chat", Map.of("_client_timeout_notification", "0")), List.of()))
                .clock(time)
                .scheduler(time)
                .observer(counting())
                .build();
        ChatId chat = open(engine);
        RecordingLink link = new RecordingLink("link");
        engine.connections().attach(new Arrival(USER, null, null, OptionalLong.empty()), link);
        time.settle();
        engine.connections().left(link.id(), OptionalLong.of(1));
        engine.said(chat, ChatEvent.text(Party.AGENT, "canary nickname of Bob", TEXT));
        time.settle();
        counted.forEach(line -> Canaries.said("observer", line));
        Canaries.check();
    }

    private static ChatId open(ChatEngine engine) {
        return engine.open(new NewChat("request-chat", USER, DEVICE).withNickname("canary nickname of Ann"))
                .toCompletableFuture()
                .join()
                .id();
    }

    /** Notes the names of what is counted, and the reasons of pushes. */
    private Observer counting() {
        return (Observer) Proxy.newProxyInstance(
                Observer.class.getClassLoader(), new Class<?>[] {Observer.class}, (proxy, method, arguments) -> {
                    counted.add(method.getName());
                    for (Object argument : arguments) {
                        if (argument instanceof Outcome || argument instanceof String) {
                            counted.add(argument.toString());
                        }
                    }
                    return null;
                });
    }

    private static Arguments arguments(Function<Device, CompletionStage<Outcome>> answer, String reason) {
        return Arguments.of(answer, reason);
    }

    private static CompletionStage<Outcome> done(Outcome outcome) {
        return completedFuture(outcome);
    }
}

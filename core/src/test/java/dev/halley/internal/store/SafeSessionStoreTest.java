package dev.halley.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.halley.ChatId;
import dev.halley.UserId;
import dev.halley.spi.NodeId;
import dev.halley.spi.SessionState;
import dev.halley.spi.SessionStore;
import dev.halley.spi.Step;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SafeSessionStoreTest {

    private static final ChatId CHAT = new ChatId("chat");
    private static final UserId ANN = new UserId("ann");

    private final List<String> called = new ArrayList<>();
    private boolean answering;
    private final SessionStore store = new SafeSessionStore((SessionStore) Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(), new Class<?>[] {SessionStore.class}, (proxy, method, arguments) -> {
                called.add(method.getName());
                if (method.getName().equals("close")) {
                    return null;
                }
                if (answering) {
                    return CompletableFuture.completedFuture(List.of(CHAT));
                }
                throw new IllegalStateException("the store is broken");
            }));

    @Test
    void whatThrows_fails() {
        SessionState state = (SessionState) Proxy.newProxyInstance(
                SessionState.class.getClassLoader(),
                new Class<?>[] {SessionState.class},
                (proxy, method, arguments) -> null);
        Stream<CompletionStage<?>> calls = Stream.of(
                store.create(state, List.of()),
                store.update(CHAT, (current, now) -> new Step(Optional.empty(), List.of())),
                store.read(CHAT, 0, 1),
                store.ofOwner(ANN),
                store.all("", 1));

        assertThat(calls)
                .allSatisfy(call -> assertThat(call.toCompletableFuture()).isCompletedExceptionally());
        assertThat(called).containsExactly("create", "update", "read", "ofOwner", "all");
    }

    @Test
    void whatIsAnswered_isPassedOn() {
        answering = true;
        assertThat(store.all("", 1).toCompletableFuture()).isCompletedWithValue(List.of(CHAT));
        assertThat(store.ofOwner(ANN).toCompletableFuture()).isCompletedWithValue(List.of(CHAT));
    }

    @Test
    void whatNobodyWaitsFor_isQuiet() {
        assertThatNoException().isThrownBy(() -> store.nudge(new NodeId("node"), CHAT));
        assertThatNoException().isThrownBy(() -> store.announce(ANN));
        store.close();
        assertThat(called).containsExactly("nudge", "announce", "close");
    }
}

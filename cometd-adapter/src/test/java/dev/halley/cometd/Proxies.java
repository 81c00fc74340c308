package dev.halley.cometd;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Implementations of interfaces in one method, for those that pass most calls on. */
final class Proxies {

    /** What a call does. */
    interface Call {
        @Nullable
        Object of(Method method, @Nullable Object[] arguments) throws ReflectiveOperationException;
    }

    private Proxies() {}

    static <T> T of(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.of(method, arguments)));
    }
}

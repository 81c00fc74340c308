package dev.halley.internal;

import dev.halley.spi.Observer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wraps an application's observer: exceptions that it throws are logged and do not reach the engine. */
final class SafeObserver {

    private static final Logger LOGGER = LoggerFactory.getLogger(SafeObserver.class);

    private SafeObserver() {}

    static Observer around(Observer observer) {
        return (Observer) Proxy.newProxyInstance(
                Observer.class.getClassLoader(), new Class<?>[] {Observer.class}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(observer, arguments);
                    } catch (InvocationTargetException e) {
                        LOGGER.warn(
                                "The observer failed in {}: {}",
                                method.getName(),
                                e.getTargetException().getClass().getName());
                        return null;
                    }
                });
    }
}

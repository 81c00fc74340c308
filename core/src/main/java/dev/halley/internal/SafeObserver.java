package dev.halley.internal;

import dev.halley.spi.Observer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an application's observer throws away from the engine. */
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

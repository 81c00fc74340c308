package dev.halley.canaries;

import static org.junit.jupiter.api.extension.ExtensionContext.Namespace.GLOBAL;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Looks after each test class, and once more at the end, whether a secret has got out. Registers itself. */
public final class CanariesExtension implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    static {
        Watch.begin();
    }

    /** Made by JUnit. */
    public CanariesExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(GLOBAL).getOrComputeIfAbsent(CanariesExtension.class, any ->
                (AutoCloseable) Canaries::check);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Canaries.threads();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Canaries.check();
    }
}

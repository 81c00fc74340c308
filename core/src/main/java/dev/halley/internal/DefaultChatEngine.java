package dev.halley.internal;

import dev.halley.ChatEngine;

/** The engine. */
public final class DefaultChatEngine {

    private DefaultChatEngine() {}

    /** Returns a builder. */
    public static ChatEngine.Builder builder() {
        return java.util.ServiceLoader.load(ChatEngine.Builder.class).iterator().next();
    }
}

package dev.halley.canaries;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.isToString;
import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.none;

import java.net.URL;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** Weaves what {@link Canaries} wants to know into Halley's own classes, not into tests. */
final class Watch {

    private static final Map<String, Boolean> WATCHED = new ConcurrentHashMap<>();

    private Watch() {}

    static void begin() {
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
                .ignore(none())
                .type(nameStartsWith("dev.halley.").and(type -> !type.isInterface() && isWatched(type.getName())))
                .transform((builder, type, loader, module, domain) -> {
                    var watched = builder.visit(Advice.to(Left.class)
                            .on(isMethod()
                                    .and(isPublic())
                                    .and(method -> !method.isSynthetic()
                                            && !isToString().matches(method))));
                    boolean speaks = !type.isEnum()
                            && !type.getDeclaredMethods().filter(isToString()).isEmpty();
                    return speaks ? watched.visit(Advice.to(Made.class).on(isConstructor())) : watched;
                })
                .installOn(ByteBuddyAgent.install());
    }

    /** Whether a class is part of the product, and not of a test. */
    static boolean isWatched(String name) {
        return WATCHED.computeIfAbsent(name, any -> {
            URL file = ClassLoader.getSystemResource(name.replace('.', '/') + ".class");
            return file != null
                    && !file.getPath().contains("/test-classes/")
                    && !name.startsWith(Watch.class.getPackageName() + ".");
        });
    }

    /**
     * Whether a logger is named after a class of a test. A class that a test derives from a library's class has such a
     * logger, too.
     */
    static boolean isOfATest(String logger) {
        URL file = ClassLoader.getSystemResource(logger.replace('.', '/') + ".class");
        return file != null && file.getPath().contains("/test-classes/");
    }

    static final class Made {
        private Made() {}

        @Advice.OnMethodExit
        static void exit(@Advice.This Object made) {
            Canaries.made(made);
        }
    }

    static final class Left {
        private Left() {}

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(
                @Advice.Origin("#t.#m") String method,
                @Advice.Return(typing = Assigner.Typing.DYNAMIC) @Nullable Object returned,
                @Advice.Thrown @Nullable Throwable thrown) {
            Canaries.left(method, returned, thrown);
        }
    }
}

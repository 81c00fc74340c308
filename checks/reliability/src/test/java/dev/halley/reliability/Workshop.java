package dev.halley.reliability;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Halley's classes and tests once more, with or without a fault in them, in a class loader of their own. */
final class Workshop implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final LauncherConfig JUPITER_ALONE = LauncherConfig.builder()
            .enableTestEngineAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .enableLauncherDiscoveryListenerAutoRegistration(false)
            .enableTestExecutionListenerAutoRegistration(false)
            .enablePostDiscoveryFilterAutoRegistration(false)
            .addTestEngines(new JupiterTestEngine())
            .build();

    private final OwnFirst loader;

    /** Over the classes in this folder, which go before those of the modules. */
    Workshop(Path changed) {
        loader = new OwnFirst(Stream.concat(
                        Stream.of(changed),
                        Root.modules().stream()
                                .flatMap(module -> Stream.of("test-classes", "classes")
                                        .map(folder -> Root.of(module + "/target/" + folder))))
                .toList());
    }

    /** Compiles sources of ours, as they stand here, into a folder. */
    static void compile(Map<Path, String> sources, Path folder) {
        try {
            List<Path> files = new ArrayList<>();
            for (Map.Entry<Path, String> source : sources.entrySet()) {
                Path file =
                        folder.resolve(Objects.requireNonNull(source.getKey().getFileName()));
                files.add(Files.writeString(file, source.getValue()));
            }
            String classPath = Stream.concat(
                            Root.modules().stream()
                                    .map(module ->
                                            Root.of(module + "/target/classes").toString()),
                            Stream.of(System.getProperty("java.class.path")))
                    .collect(Collectors.joining(System.getProperty("path.separator")));
            StringWriter complaints = new StringWriter();
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
                boolean compiles = compiler.getTask(
                                complaints,
                                manager,
                                null,
                                List.of(
                                        "-proc:none",
                                        "-nowarn",
                                        "--release",
                                        "17",
                                        "-parameters",
                                        "-cp",
                                        classPath,
                                        "-d",
                                        folder.toString()),
                                null,
                                manager.getJavaFileObjectsFromPaths(files))
                        .call();
                if (!compiles) {
                    throw new AssertionError("With the fault in it, it does not compile:\n" + complaints);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a test; returns what its failures say, nothing for green. */
    List<String> run(TestName test) {
        CompletableFuture<List<String>> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(runHere(test));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            return result.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(test + " was not done after " + LIMIT.toSeconds() + " seconds", e);
        } catch (ExecutionException e) {
            throw new AssertionError(test + " could not be run", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private List<String> runHere(TestName test) throws ClassNotFoundException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selector(test))
                // Without canaries: a fault is to be noticed by the test that is named for it.
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create(JUPITER_ALONE).execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        if (summary.getTestsFoundCount() == 0
                || summary.getTestsSucceededCount() + summary.getTestsFailedCount() < summary.getTestsFoundCount()) {
            throw new AssertionError(
                    test + " was not run, or not all of it",
                    summary.getFailures().isEmpty()
                            ? null
                            : summary.getFailures().get(0).getException());
        }
        List<String> failures = new ArrayList<>();
        for (TestExecutionSummary.Failure failure : summary.getFailures()) {
            Throwable cause = failure.getException();
            if (cause instanceof LinkageError) {
                throw new AssertionError(test + " does not fit the changed source", cause);
            }
            failures.add(cause.toString());
        }
        return failures;
    }

    private DiscoverySelector selector(TestName test) throws ClassNotFoundException {
        Class<?> type = loader.loadClass(nameOf(test));
        List<Class<?>> enclosing = new ArrayList<>();
        for (String nested : test.nested()) {
            enclosing.add(type);
            type = nested(type, nested);
        }
        if (test.method().isEmpty()) {
            return enclosing.isEmpty() ? selectClass(type) : selectNestedClass(enclosing, type);
        }
        Method method = method(type, test.method());
        return enclosing.isEmpty() ? selectMethod(type, method) : selectNestedMethod(enclosing, type, method);
    }

    private static String nameOf(TestName test) {
        List<Path> files = Root.named(test.module() + "/target/test-classes", test.outer() + ".class");
        if (files.size() != 1) {
            throw new AssertionError("There is no class " + test.outer() + " in the tests of " + test.module()
                    + ", or more than one: " + files);
        }
        String name = Root.of(test.module() + "/target/test-classes")
                .relativize(files.get(0))
                .toString();
        return name.substring(0, name.length() - ".class".length()).replace(name.contains("\\") ? '\\' : '/', '.');
    }

    private static Class<?> nested(Class<?> outer, String name) {
        return ancestors(outer)
                .flatMap(type -> Arrays.stream(type.getDeclaredClasses()))
                .filter(type -> type.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + name + " in " + outer));
    }

    private static Method method(Class<?> type, String name) {
        return ancestors(type)
                .flatMap(ancestor -> Arrays.stream(ancestor.getDeclaredMethods()))
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + name + " in " + type));
    }

    private static Stream<Class<?>> ancestors(Class<?> type) {
        return Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass);
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    /** Looks for Halley's own classes here first, and for all others where they always are. */
    private static final class OwnFirst extends URLClassLoader {

        OwnFirst(List<Path> folders) {
            super(folders.stream().map(OwnFirst::url).toArray(URL[]::new), Workshop.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.halley.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }

        private static URL url(Path folder) {
            try {
                return folder.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }
}

package dev.halley.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of the whole project; tests run in that of their module. */
final class Root {

    static final Path PATH = Path.of("../..").toAbsolutePath().normalize();

    private static final Pattern MODULE = Pattern.compile("<module>(.*)</module>");

    private Root() {}

    /** Returns the folders of the modules that have tests, but for this one. */
    static List<String> modules() {
        return MODULE.matcher(read("pom.xml"))
                .results()
                .map(module -> module.group(1))
                .filter(module ->
                        !module.equals("checks/reliability") && Files.isDirectory(of(module + "/src/test/java")))
                .toList();
    }

    /** Returns the folders of the modules that are published and are no mere list. */
    static List<String> published() {
        return Pattern.compile("<artifactId>halley-(.*)</artifactId>\\s*<version>\\$")
                .matcher(read("bom/pom.xml"))
                .results()
                .map(module -> module.group(1))
                .toList();
    }

    static Path of(String file) {
        return PATH.resolve(file);
    }

    static String read(String file) {
        return read(of(file));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the files of this name below a folder, which need not be there. */
    static List<Path> named(String folder, String name) {
        Path top = of(folder);
        if (!Files.isDirectory(top)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

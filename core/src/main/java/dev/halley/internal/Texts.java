package dev.halley.internal;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Titles and bodies of pushes by language, from a file that an operator edits. Immutable. */
public final class Texts {

    /** Describes a file that is accepted, for the complaint about another one. */
    public static final String ACCEPTED =
            "a properties file in UTF-8 with title, body, title.<language> and body.<language>,"
                    + " for example title.pt-BR";

    private static final Pattern KEY = Pattern.compile("(title|body)(\\.[A-Za-z0-9-]{1,35})?");
    private static final long MOST_BYTES = 1 << 20;

    private final Map<String, String> byKey;

    private Texts(Map<String, String> byKey) {
        this.byKey = Map.copyOf(byKey);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if the file can't be read or has other keys; the message says so in one line
     */
    public static Texts read(String file) {
        Properties properties = new Properties();
        String content = contentOf(file);
        try {
            properties.load(new StringReader(content));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("it has a broken escape", e);
        }
        Map<String, String> byKey = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (!KEY.matcher(key).matches()) {
                throw new IllegalArgumentException("it has the key " + Nearest.printable(key));
            }
            byKey.put(normal(key), Checks.wellFormed(properties.getProperty(key)));
        }
        return new Texts(byKey);
    }

    private static String contentOf(String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MOST_BYTES) {
                throw new IllegalArgumentException("it has more than " + MOST_BYTES + " bytes");
            }
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("it can't be read", e);
        }
    }

    /**
     * Returns the text for a language: the one of the tag itself, else of the tag without its last part and so on, else
     * the one without a language.
     *
     * @param name {@code title} or {@code body}
     * @param language a tag such as {@code pt-BR}, or empty
     */
    public Optional<String> of(String name, String language) {
        for (String tag = normal(language); !tag.isEmpty(); tag = tag.substring(0, Math.max(0, tag.lastIndexOf('-')))) {
            String text = byKey.get(name + "." + tag);
            if (text != null) {
                return Optional.of(text);
            }
        }
        return Optional.ofNullable(byKey.get(name));
    }

    /** Returns the languages that have their own texts, in lower case, and the empty text. */
    public Set<String> languages() {
        return Stream.concat(
                        Stream.of(""),
                        byKey.keySet().stream()
                                .filter(key -> key.indexOf('.') > 0)
                                .map(key -> key.substring(key.indexOf('.') + 1)))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String normal(String key) {
        return key.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Reads sections of options from a YAML file. */
final class Config {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The largest file, in bytes. */
    private static final int MOST = 1 << 20;

    private Config() {}

    /**
     * Reads a file.
     *
     * @throws BadConfig if it can't be read; the message is one line
     */
    static Map<String, Map<String, Object>> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] yaml = in.readNBytes(MOST + 1);
            if (yaml.length > MOST) {
                throw new BadConfig(file + " has more than " + MOST + " bytes");
            }
            return sections(
                    file, UTF_8.newDecoder().decode(ByteBuffer.wrap(yaml)).toString());
        } catch (CharacterCodingException e) {
            throw new BadConfig(file + " is not UTF-8");
        } catch (IOException e) {
            throw new BadConfig(file + " can't be read: " + e.getClass().getSimpleName());
        }
    }

    /** Reads the text of a file. */
    static Map<String, Map<String, Object>> sections(Path file, String yaml) {
        JsonNode root;
        try {
            root = YAML.readTree(yaml);
        } catch (MismatchedInputException e) {
            throw new BadConfig(file + ": one document is expected, not several");
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
            throw new BadConfig(file + place + ": " + problem(e.getOriginalMessage()));
        }
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        if (root.isMissingNode() || root.isNull()) {
            return sections;
        }
        if (!root.isObject()) {
            throw new BadConfig(file + ": sections are expected, each with its options");
        }
        root.properties().forEach(section -> sections.put(section.getKey(), options(file, section)));
        return sections;
    }

    private static Map<String, Object> options(Path file, Map.Entry<String, JsonNode> section) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (section.getValue().isValueNode() && section.getValue().asText("").isEmpty()) {
            return options;
        }
        if (!section.getValue().isObject()) {
            throw new BadConfig(file + ": [" + section.getKey() + "] has no options, but a value of its own");
        }
        section.getValue().properties().forEach(option -> {
            JsonNode value = option.getValue();
            options.put(
                    option.getKey(),
                    value.isArray()
                            ? texts(file, section.getKey(), option)
                            : text(file, section.getKey(), option.getKey(), value));
        });
        return options;
    }

    private static List<String> texts(Path file, String section, Map.Entry<String, JsonNode> option) {
        return StreamSupport.stream(option.getValue().spliterator(), false)
                .map(value -> text(file, section, option.getKey(), value))
                .toList();
    }

    private static String text(Path file, String section, String option, JsonNode value) {
        if (!value.isValueNode()) {
            throw new BadConfig(file + ": [" + section + "] " + option
                    + " is more than a text, a number, a boolean or a list of them");
        }
        return value.isNull() ? "" : value.asText();
    }

    /** Leaves out what the parser quotes (it indents that), as it may have secrets, and the names of its classes. */
    private static String problem(String message) {
        return message.replaceAll(", got this instead: <.*", "")
                .lines()
                .filter(line -> !line.startsWith(" "))
                .collect(joining(", "));
    }

    /** What is wrong with a file, in one line. */
    static final class BadConfig extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private static final int MOST_SAID = 1_000;

        BadConfig(String message) {
            super(bounded(Printable.escaped(message)), null, false, false);
        }

        private static String bounded(String line) {
            return line.length() <= MOST_SAID ? line : line.substring(0, MOST_SAID) + "…";
        }
    }
}

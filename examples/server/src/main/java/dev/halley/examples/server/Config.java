package dev.halley.examples.server;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Sections of options from a YAML file. */
final class Config {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private Config() {}

    /**
     * Reads a file.
     *
     * @throws BadConfig if that can't be done; its message is one line
     */
    static Map<String, Map<String, Object>> read(Path file) {
        JsonNode root;
        try {
            root = YAML.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
            throw new BadConfig(file + place + ": " + problem(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new BadConfig(file + " can't be read: " + e.getClass().getSimpleName());
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

    /** Leaves out what the parser quotes, which it indents: there may be secrets. */
    private static String problem(String message) {
        return message.lines().filter(line -> !line.startsWith(" ")).collect(joining(", "));
    }

    /** Says in one line what is wrong with a file. */
    static final class BadConfig extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadConfig(String message) {
            super(message, null, false, false);
        }
    }
}

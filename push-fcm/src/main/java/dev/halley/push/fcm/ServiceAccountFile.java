package dev.halley.push.fcm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the key file of a service account, and says what is wrong in it without quoting it. */
final class ServiceAccountFile {

    /** Says what is wrong. It has no cause, for that might quote the key. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String problem) {
            super(problem);
        }

        String problem() {
            return String.valueOf(getMessage());
        }
    }

    private static final int MOST_BYTES = 1 << 16;
    private static final List<String> NEEDED = List.of("client_email", "client_id", "private_key", "private_key_id");
    private static final JsonFactory JSON = new JsonFactory();

    private ServiceAccountFile() {}

    static String read(String file) throws UnusableException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return new String(in.readNBytes(MOST_BYTES), UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw new UnusableException("it can't be read");
        }
    }

    /** Takes a file also if the line breaks of its key were escaped twice. */
    static GoogleCredentials parse(String content) throws UnusableException {
        String json = content.replace("\uFEFF", "").strip();
        Map<String, String> fields = fields(json);
        if (fields.containsKey("project_info")) {
            throw new UnusableException("it is google-services.json, which is the app's");
        }
        String type = fields.getOrDefault("type", "");
        if (!type.equals("service_account")) {
            throw new UnusableException(
                    type.matches("[a-z_]{1,40}") ? "its type is " + type + ", not service_account" : "it has no type");
        }
        for (String name : NEEDED) {
            if (fields.getOrDefault(name, "").isEmpty()) {
                throw new UnusableException("it has no " + name);
            }
        }
        String key = fields.getOrDefault("private_key", "");
        String repaired = key.contains("\\n") ? json.replace("\\\\n", "\\n") : json;
        try {
            return ServiceAccountCredentials.fromStream(
                    new ByteArrayInputStream(repaired.getBytes(UTF_8)), TokenTransport::new);
        } catch (IOException | RuntimeException e) {
            throw new UnusableException(
                    key.contains("-----BEGIN PRIVATE KEY-----") && !key.contains("-----END PRIVATE KEY-----")
                            ? "its private_key is cut off"
                            : "its private_key is damaged");
        }
    }

    /** Returns the fields of an object; those that are no texts are empty. */
    private static Map<String, String> fields(String text) throws UnusableException {
        if (text.isEmpty()) {
            throw new UnusableException("it is empty");
        }
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new UnusableException("it is no JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                fields.put(name, value == JsonToken.VALUE_STRING ? json.getText() : "");
                json.skipChildren();
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new UnusableException("it is cut off");
            }
            return fields;
        } catch (IOException e) {
            throw new UnusableException(fields.isEmpty() ? "it is no JSON object" : "it is cut off, or no JSON");
        }
    }
}

package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.CharMatcher;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;
import org.jspecify.annotations.Nullable;

/** The fields of a request's query and body: a form, a multipart form, or a JSON object, whatever its type claims. */
final class Fields {

    private static final MultiPartConfig PARTS = new MultiPartConfig.Builder()
            .maxParts(256)
            .maxPartSize(Body.MOST)
            .maxMemoryPartSize(Body.MOST)
            .build();

    private static final int MOST_OF_FIELD = 4 * 1024;
    private static final int MOST_OF_ALL = 16 * 1024;

    private final Map<String, String> values = new HashMap<>();
    private final Set<String> structures = new HashSet<>();

    private Fields() {}

    /**
     * Returns the fields of a request. Those of the body override those of the query.
     *
     * @throws Refusal if the body can't be read
     */
    static Fields of(@Nullable String query, @Nullable String contentType, byte[] body) {
        Fields fields = new Fields();
        if (query != null) {
            fields.addForm(query);
        }
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (looksLikeJson(body) || (body.length > 0 && type.startsWith("application/json"))) {
            fields.addJson(body);
        } else if (type.startsWith("multipart/form-data")) {
            fields.addParts(String.valueOf(contentType), body);
        } else {
            fields.addForm(new String(body, UTF_8));
        }
        return fields;
    }

    /** Returns a field's value, which may be empty. */
    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Returns whether a field has a JSON object or list instead of a value. */
    boolean isStructure(String name) {
        return structures.contains(name);
    }

    /** Returns a field's value unless it is an empty text. */
    Optional<String> filled(String name) {
        return get(name).filter(value -> !value.isEmpty());
    }

    /** Returns the value of a required field. */
    String required(String name) {
        return filled(name).orElseThrow(() -> Refusal.unacceptable(name + " is missing"));
    }

    /**
     * Bounds the values of a chat and its device, which are kept as long as the chat.
     *
     * @throws Refusal if a value or all together are too large
     */
    void bound() {
        int all = 0;
        for (Map.Entry<String, String> field : values.entrySet()) {
            int size = field.getValue().getBytes(UTF_8).length;
            all += size;
            if (size > MOST_OF_FIELD || all > MOST_OF_ALL) {
                throw Refusal.tooLarge(
                        "A field has at most " + MOST_OF_FIELD + " bytes in UTF-8, all together " + MOST_OF_ALL);
            }
        }
    }

    /** Returns whether a field is true. */
    boolean isTrue(String name) {
        return get(name).filter("true"::equalsIgnoreCase).isPresent();
    }

    /** Returns a position of the transcript; empty if there is none or it can't be read. */
    OptionalLong position(String name, long last) {
        return get(name)
                .filter(value -> value.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .filter(position -> position <= last)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    private static boolean looksLikeJson(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '{' || b == '[';
            }
        }
        return false;
    }

    private void addForm(String form) {
        // White space around a text belongs to the text; only a line end after the form does not.
        for (String pair : CharMatcher.anyOf("\r\n").trimFrom(form).split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!name.isEmpty()) {
                values.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
    }

    private void addJson(byte[] body) {
        JsonNode object;
        try {
            object = Json.parse(body);
        } catch (IOException e) {
            throw Refusal.malformed("The body is not JSON");
        }
        if (!object.isObject()) {
            throw Refusal.malformed("The body is JSON, but not an object");
        }
        object.properties().forEach(field -> {
            if (field.getValue().isContainerNode()) {
                structures.add(field.getKey());
            } else if (!field.getValue().isNull()) {
                values.put(field.getKey(), field.getValue().asText());
            }
        });
    }

    private void addParts(String contentType, byte[] body) {
        // The body is in memory, so nothing blocks.
        try (MultiPartFormData.Parts parts = MultiPartFormData.getParts(
                Content.Source.from(ByteBuffer.wrap(body)), new Attributes.Mapped(), contentType, PARTS)) {
            for (MultiPart.Part part : parts) {
                if (part.getName() != null) {
                    values.put(part.getName(), text(part));
                }
            }
        } catch (CompletionException | IllegalArgumentException | IOException e) {
            throw Refusal.malformed("The body is not a multipart form");
        }
    }

    /** Reads a part as forms are read: bytes that its charset does not have become U+FFFD. */
    private static String text(MultiPart.Part part) throws IOException {
        String charset = MimeTypes.getCharsetFromContentType(part.getHeaders().get(HttpHeader.CONTENT_TYPE));
        ByteBuffer bytes = Content.Source.asByteBuffer(part.getContentSource());
        return (charset == null ? UTF_8 : Charset.forName(charset))
                .decode(bytes)
                .toString();
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.malformed("A form has a % without two hexadecimal digits");
        }
    }
}

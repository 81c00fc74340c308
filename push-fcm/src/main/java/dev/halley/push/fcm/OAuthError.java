package dev.halley.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an OAuth server says of a request that it refuses. */
final class OAuthError {

    /**
     * The codes that may be printed: everything else might be a secret.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-5.2">RFC 6749, section 5.2</a>
     */
    private static final Set<String> CODES = Set.of(
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope");

    private static final JsonFactory JSON = new JsonFactory();

    private OAuthError() {}

    /** Returns the code in the body of an answer; empty if there is none that is known. */
    static String code(@Nullable String body) {
        if (body == null) {
            return "";
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return "";
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("error") && value == JsonToken.VALUE_STRING) {
                    return CODES.contains(json.getText()) ? json.getText() : "";
                }
                json.skipChildren();
            }
        } catch (IOException e) {
            // No JSON has no code.
        }
        return "";
    }

    /** Returns the time in the header {@code Date}; empty if there is none. */
    static Optional<Instant> date(@Nullable String header) {
        try {
            return Optional.ofNullable(header)
                    .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

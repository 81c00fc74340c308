package dev.halley.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The error in the body of an answer.
 *
 * @param code the {@code errorCode} of FCM's own detail, else Google's {@code status}, else empty
 * @param namesToken whether it complains of the device's token: a field violation names {@code message.token}, or the
 *     message is one of those that say so
 * @param isOfDevice whether a quota is used up, and only that of a device
 * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode">Firebase: error codes</a>
 */
record ErrorBody(String code, boolean namesToken, boolean isOfDevice) {

    /** Codes are counted and logged, so only words that look like Google's are taken. */
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z_]{0,39}");

    /** The codes that the two documents of Google name. */
    static final Set<String> KNOWN = Set.of(
            "UNSPECIFIED_ERROR",
            "INVALID_ARGUMENT",
            "UNREGISTERED",
            "SENDER_ID_MISMATCH",
            "QUOTA_EXCEEDED",
            "UNAVAILABLE",
            "INTERNAL",
            "THIRD_PARTY_AUTH_ERROR",
            "UNAUTHENTICATED",
            "PERMISSION_DENIED",
            "NOT_FOUND",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "DEADLINE_EXCEEDED",
            "ABORTED",
            "CANCELLED");

    /** How messages about the token begin, for some come without a field violation. */
    private static final List<String> ABOUT_THE_TOKEN = List.of(
            "the registration token is not a valid fcm registration token",
            "the registration token is invalid",
            "invalid registration token");

    /** How the subject of a violation begins if it is the quota of one device. */
    private static final String DEVICE = "device:";

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(50).build())
            .build();

    /** Reads a body. If it is not an error as Google writes it, the code is empty. */
    static ErrorBody parse(String body) {
        String status = "";
        String errorCode = "";
        boolean namesToken = false;
        int quotas = 0;
        int quotasOfDevices = 0;
        try (JsonParser json = JSON.createParser(body)) {
            int depth = 0;
            boolean inError = false;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                    inError |= depth == 2 && "error".equals(json.currentName());
                } else if (token.isStructEnd()) {
                    inError &= depth > 2;
                    depth--;
                } else if (inError && token == JsonToken.VALUE_STRING) {
                    String name = json.currentName();
                    String value = json.getText();
                    if (depth == 2 && "status".equals(name)) {
                        status = value;
                    } else if ("errorCode".equals(name)) {
                        errorCode = value;
                    } else if (depth == 2 && "message".equals(name)) {
                        namesToken |= isAboutTheToken(value);
                    } else if ("subject".equals(name)) {
                        quotas++;
                        quotasOfDevices += value.startsWith(DEVICE) ? 1 : 0;
                    } else if ("field".equals(name)) {
                        namesToken |= value.equals("message.token");
                    }
                }
            }
        } catch (IOException e) {
            // What was read before the error counts.
        }
        String code = CODE.matcher(errorCode).matches() ? errorCode : status;
        return new ErrorBody(
                CODE.matcher(code).matches() ? code : "", namesToken, quotas > 0 && quotas == quotasOfDevices);
    }

    private static boolean isAboutTheToken(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return ABOUT_THE_TOKEN.stream().anyMatch(lower::startsWith);
    }
}

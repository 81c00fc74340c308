package dev.halley.push.ios;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms in which apps register their token. */
final class DeviceToken {

    /** How apps print a token since iOS 13. As a rule the middle is missing. */
    private static final Pattern DESCRIPTION =
            Pattern.compile("\\{ ?length ?= ?([0-9]{1,4}), ?bytes ?= ?0x([0-9A-Fa-f ]+)\\}");

    private static final Pattern FCM = Pattern.compile("[A-Za-z0-9_-]{5,}:[A-Za-z0-9_-]{50,}");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{30,}={0,2}");

    private DeviceToken() {}

    /**
     * Returns a token as APNs wants it, in hexadecimal; empty if it is none.
     *
     * @param registered as the app registered it, perhaps as {@code <740f4707 bebcf74f>} or {@code {length = 4, bytes =
     *     0x740f4707}}
     */
    static Optional<String> parse(String registered) {
        if (isHexadecimal(registered)) {
            return Optional.of(registered);
        }
        Matcher description = DESCRIPTION.matcher(registered);
        String plain = description.matches()
                ? description.group(2).replace(" ", "")
                : registered.replace("<", "").replace(">", "").replace(" ", "");
        boolean isWhole = !description.matches() || plain.length() == 2 * Integer.parseInt(description.group(1));
        return isWhole && isHexadecimal(plain) ? Optional.of(plain) : Optional.empty();
    }

    private static boolean isHexadecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Says in words what was registered, without a part of it. */
    static String form(String registered) {
        Optional<String> plain = parse(registered);
        if (plain.isPresent()) {
            return plain.get().length() + " hexadecimal digits";
        }
        if (registered.startsWith("{") && registered.contains("length")) {
            return "a description of data with its middle left out";
        }
        if (FCM.matcher(registered).matches()) {
            return "a token of FCM";
        }
        return BASE64.matcher(registered).matches() ? "base64" : "nothing hexadecimal";
    }
}

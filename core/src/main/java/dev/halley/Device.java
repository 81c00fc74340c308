package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Checks;
import java.util.Locale;
import java.util.Set;

/**
 * Where a customer can be woken. Immutable.
 *
 * @param type the kind of push service, {@code push_notification_type}: for example {@code fcm}, {@code ios},
 *     {@code customhttp}; in lower case, and {@code fcm} for its older names {@code gcm} and {@code android}
 * @param token the device token, {@code push_notification_deviceid}; 1 to 4,096 characters; never printed
 * @param provider the name under which options are looked up, {@code push_notification_provider}; by default the type
 * @param language a language tag such as {@code pt-BR}, or empty; from a form of Java's or Android's own, such as
 *     {@code zh_CN_#Hans} or {@code en_US_#u-mu-celsius}, only what stands before the {@code #} is kept
 * @param debug whether options named {@code debug.<option>} come first for this device
 */
public record Device(String type, String token, String provider, String language, boolean debug) {

    private static final Set<String> ANDROID = Set.of("gcm", "android");

    /**
     * Checks the components.
     *
     * @param type {@link #type()}
     * @param token {@link #token()}
     * @param provider {@link #provider()}
     * @param language {@link #language()}
     * @param debug {@link #debug()}
     * @throws IllegalArgumentException if the type, token, provider or language has another form
     */
    public Device {
        type = canonicalType(requireNonNull(type, "type"));
        Checks.name("device type", type);
        requireNonNull(token, "token");
        if (token.isEmpty() || token.length() > 4_096 || token.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "A device token has 1 to 4,096 characters, none of them a control character");
        }
        provider = requireNonNull(provider, "provider").isEmpty() ? type : provider;
        Checks.name("provider name", provider);
        language = requireNonNull(language, "language").replaceFirst("_?#.*", "");
        if (!language.matches("[A-Za-z0-9_-]{0,35}")) {
            throw new IllegalArgumentException("A language is a tag such as pt-BR, at most 35 characters");
        }
    }

    /**
     * Returns a device without a language, whose provider has the name of its type.
     *
     * @param type the kind of push service
     * @param token the device token
     * @return the device
     */
    public static Device of(String type, String token) {
        return new Device(type, token, "", "", false);
    }

    /** Returns a device type in lower case, with {@code fcm} for {@code gcm} and {@code android}. */
    static String canonicalType(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return ANDROID.contains(lower) ? "fcm" : lower;
    }

    @Override
    public String toString() {
        return "Device[" + type + ", " + provider + "]";
    }
}

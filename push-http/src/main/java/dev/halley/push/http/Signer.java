package dev.halley.push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with each of its secrets, as the Standard Webhooks specification demands. Immutable. */
final class Signer {

    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";

    private final List<SecretKeySpec> keys;

    private Signer(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * Returns a signer.
     *
     * @param secrets {@code whsec_} and base64, several with spaces or commas between them
     * @throws IllegalArgumentException if they have another form; the message holds no secret
     */
    static Signer of(String secrets) {
        return new Signer(Arrays.stream(secrets.strip().split("[\\s,]+", -1))
                .map(Signer::toKey)
                .toList());
    }

    /** Returns the value of the header {@code webhook-signature}. */
    String sign(String id, long timestamp, byte[] body) {
        byte[] head = (id + "." + timestamp + ".").getBytes(UTF_8);
        return keys.stream().map(key -> "v1," + sign(key, head, body)).collect(joining(" "));
    }

    private static String sign(SecretKeySpec key, byte[] head, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(head);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
    }

    private static SecretKeySpec toKey(String secret) {
        if (!secret.startsWith(PREFIX) || secret.length() == PREFIX.length()) {
            throw new IllegalArgumentException("A secret starts with " + PREFIX);
        }
        return new SecretKeySpec(Base64.getDecoder().decode(secret.substring(PREFIX.length())), ALGORITHM);
    }

    @Override
    public String toString() {
        return "Signer[" + keys.size() + " secrets]";
    }
}
